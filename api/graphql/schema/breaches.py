"""The register of breaches (F47)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

import privacy
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    PageList,
    page_of_all,
    read_page,
)
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.filters import ContactFilter, contact_conditions
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from kernel import clock
from kernel.ids import Id
from privacy import BreachRow, BreachWords
from tenants import Permission

_READ, _WRITE = Permission.PRIVACY_READ, Permission.PRIVACY_WRITE


@enum_type
class BreachState(Enum):
    """Where a breach stands."""

    OPEN = strawberry.enum_value("open", description="The authority was not told yet.")
    REPORTED = strawberry.enum_value("reported", description="The authority was told.")
    CLOSED = strawberry.enum_value("closed", description="It is dealt with.")


@enum_type
class BreachCategory(Enum):
    """Which kind of data it concerns."""

    CONTACT_DETAILS = strawberry.enum_value(
        "contact_details", description="Names, numbers, addresses."
    )
    MESSAGES = strawberry.enum_value("messages", description="What was said.")
    ORDERS = strawberry.enum_value("orders", description="What was bought.")
    PAYMENT = strawberry.enum_value("payment", description="How it was paid.")
    LOCATION = strawberry.enum_value("location", description="Where somebody was.")
    SPECIAL_CATEGORIES = strawberry.enum_value(
        "special_categories", description="Health, belief and so on (GDPR, article 9)."
    )
    CHILDREN = strawberry.enum_value("children", description="Data of children.")
    CREDENTIALS = strawberry.enum_value("credentials", description="Passwords, tokens, keys.")
    OTHER = strawberry.enum_value("other", description="Other data.")


@object_type
class Breach(Node):
    """Personal data that was lost, altered, or seen by whom it should not have been."""

    kind = "breach"
    row: strawberry.Private[BreachRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="Where it stands.")
    def state(self) -> BreachState:
        return BreachState(self.row["state"])

    @strawberry.field(description="Which kinds of data it concerns.")
    def categories(self) -> list[BreachCategory]:
        return [BreachCategory(one) for one in self.row["categories"]]

    @strawberry.field(description="What happened.")
    def happened(self) -> str:
        return self.row["words"].happened

    @strawberry.field(description="What is likely to follow of it.")
    def consequences(self) -> str:
        return self.row["words"].consequences

    @strawberry.field(description="What was done against it, and is to be done.")
    def measures(self) -> str:
        return self.row["words"].measures

    @strawberry.field(description="When it became known.")
    def known_at(self) -> DateTime:
        return DateTime(self.row["known_at"])

    @strawberry.field(description="By when the authority is to be told: 72 hours after.")
    def due_at(self) -> DateTime:
        return DateTime(self.row["due_at"])

    @strawberry.field(description="Whether that time is over and nobody has told it.")
    def overdue(self) -> bool:
        return self.row["state"] == "open" and self.row["due_at"] <= clock.now()

    @strawberry.field(description="When the authority was told.")
    def reported_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["reported_at"])

    @strawberry.field(description="The authority's reference.")
    def reference(self) -> str:
        return self.row["words"].reference

    @strawberry.field(description="Why it was told late, where it was.")
    def late_because(self) -> str:
        return self.row["words"].late_because

    @strawberry.field(description="When it was closed.")
    def closed_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["closed_at"])

    @strawberry.field(description="Why it was closed without telling the authority.")
    def closed_because(self) -> str:
        return self.row["words"].closed_because

    @strawberry.field(
        description="The contacts whom it affects.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def affected(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contact]:
        asked, breach_id = self.asked, self.row["id"]
        page: Connection[Any] = await read_page(
            PageArgs.read(first, after, last, before),
            PageList("affected", breach_id),
            "ASC",
            lambda towards, place, limit: privacy.affected_page(
                breach_id, towards, place[0] if place else None, limit
            ),
            lambda contact_id: (contact_id,),
            lambda: privacy.count_affected(breach_id),
            list,
        )
        found = await asked.loader(load_contacts).many(page.nodes)
        page.nodes = [found[contact_id] for contact_id in page.nodes]
        await asked.unseal.fetch()
        return page


@object_type
class BreachQuery:
    """Asking for breaches."""

    @strawberry.field(description="A breach of the tenant.", directives=[requires(_READ)])
    async def breach(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Breach | None:
        breach_id = read_id("breach", id, "id")
        return (await load_breaches(info.context, [breach_id])).get(breach_id)

    @strawberry.field(
        description="The register of breaches, oldest first.", directives=[requires(_READ)]
    )
    async def breaches(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Breach]:
        asked = info.context
        return await page_of_all(
            "breaches",
            [_Listed(row) for row in await privacy.breaches()],
            PageArgs.read(first, after, last, before),
            lambda rows: [Breach(row=one.row, asked=asked) for one in rows],
        )


@input_type
class BreachOpenInput:
    """A breach to enter."""

    happened: str = strawberry.field(
        description="What happened, with no word on a person: 1 to 5,000 characters."
    )
    categories: list[BreachCategory] = strawberry.field(
        description="Which kinds of data it concerns, one at least."
    )
    known_at: DateTime | None = strawberry.field(
        default=None, description="When it became known; left out, now."
    )
    consequences: str = strawberry.field(
        default="", description="What is likely to follow of it: up to 5,000 characters."
    )
    measures: str = strawberry.field(
        default="", description="What was done, and is to be done: up to 5,000 characters."
    )


@input_type
class BreachDescribeInput:
    """More about a breach; what is left out stays."""

    breach: strawberry.ID = strawberry.field(description="The breach.")
    consequences: str | None = strawberry.field(
        default=None, description="What is likely to follow of it: up to 5,000 characters."
    )
    measures: str | None = strawberry.field(
        default=None, description="What was done, and is to be done: up to 5,000 characters."
    )
    categories: list[BreachCategory] | None = strawberry.field(
        default=None, description="Which kinds of data it concerns, one at least."
    )


@input_type
class BreachAffectedAddInput:
    """Contacts whom a breach affects."""

    breach: strawberry.ID = strawberry.field(description="The breach.")
    filter: ContactFilter = strawberry.field(
        description="Which contacts; an empty filter holds for all of the tenant."
    )


@input_type
class BreachReportInput:
    """That the authority was told."""

    breach: strawberry.ID = strawberry.field(description="The breach.")
    reference: str = strawberry.field(description="The authority's reference.")
    reported_at: DateTime | None = strawberry.field(
        default=None, description="When it was told; left out, now."
    )
    late_because: str = strawberry.field(
        default="", description="Why it was told late; wanted after 72 hours."
    )


@input_type
class BreachCloseInput:
    """A breach that is dealt with."""

    breach: strawberry.ID = strawberry.field(description="The breach.")
    reason: str = strawberry.field(
        default="", description="Why nobody had to be told; wanted where nobody was."
    )


@object_type
class BreachPayload:
    """What became of a step with a breach."""

    breach: Breach | None = strawberry.field(description="The breach as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class BreachMutation:
    """What can be done with breaches."""

    @strawberry.mutation(
        description="Enter a breach; 72 hours run from when it became known.",
        directives=[requires(_WRITE)],
    )
    async def breach_open(self, info: Info, input: InputOf[BreachOpenInput]) -> BreachPayload:
        async def work() -> Id:
            words = BreachWords(input.happened, input.consequences, input.measures)
            return await privacy.open_breach(words, _named(input.categories), input.known_at)

        return await _payload(info, work)

    @strawberry.mutation(description="Write down more of a breach.", directives=[requires(_WRITE)])
    async def breach_describe(
        self, info: Info, input: InputOf[BreachDescribeInput]
    ) -> BreachPayload:
        async def work(breach_id: Id) -> None:
            await privacy.describe_breach(
                breach_id,
                consequences=input.consequences,
                measures=input.measures,
                categories=None if input.categories is None else _named(input.categories),
            )

        return await _step(info, input.breach, work)

    @strawberry.mutation(
        description="Put contacts on the list of those whom a breach affects, each once.",
        directives=[requires(_WRITE)],
    )
    async def breach_affected_add(
        self, info: Info, input: InputOf[BreachAffectedAddInput]
    ) -> BreachPayload:
        async def work(breach_id: Id) -> None:
            wanted = contact_conditions(info.context, input.filter, None)
            await privacy.add_affected(breach_id, wanted)

        return await _step(info, input.breach, work)

    @strawberry.mutation(
        description="The authority was told of a breach.", directives=[requires(_WRITE)]
    )
    async def breach_report(self, info: Info, input: InputOf[BreachReportInput]) -> BreachPayload:
        async def work(breach_id: Id) -> None:
            await privacy.report_breach(
                breach_id, input.reference, at=input.reported_at, late_because=input.late_because
            )

        return await _step(info, input.breach, work)

    @strawberry.mutation(description="A breach is dealt with.", directives=[requires(_WRITE)])
    async def breach_close(self, info: Info, input: InputOf[BreachCloseInput]) -> BreachPayload:
        return await _step(info, input.breach, lambda one: privacy.close_breach(one, input.reason))


class _Listed:
    """A row as lists know it: by its id."""

    def __init__(self, row: BreachRow) -> None:
        self.id, self.row = row["id"], row


async def load_breaches(asked: Context, ids: list[Id]) -> Mapping[Id, Breach]:
    """Breaches by their ids."""
    wanted = set(ids)
    rows = [row for row in await privacy.breaches() if row["id"] in wanted]
    return {row["id"]: Breach(row=row, asked=asked) for row in rows}


async def _step(
    info: Info, breach: strawberry.ID, work: Callable[[Id], Awaitable[object]]
) -> BreachPayload:
    async def step() -> Id:
        breach_id = read_id("breach", breach, "breach")
        await work(breach_id)
        return breach_id

    return await _payload(info, step)


async def _payload(info: Info, work: Callable[[], Awaitable[Id]]) -> BreachPayload:
    breach_id, errors = await attempt(work)
    info.context.begin_anew()
    found = await load_breaches(info.context, [breach_id]) if breach_id else {}
    return BreachPayload(breach=found.get(breach_id or ""), user_errors=errors)


def _named(categories: list[BreachCategory]) -> list[str]:
    return [str(one.value) for one in categories]


KINDS.add("breach", _READ, load_breaches)
