"""Legal holds (F46): what of a person the law keeps, whatever else is erased."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import cast

import strawberry

import privacy
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, page_of_all
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import JSON, DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.node import KINDS, Node, created_at, read_id
from kernel.ids import Id
from privacy import HeldField, HoldRow
from tenants import Permission

_READ, _WRITE = Permission.PRIVACY_READ, Permission.PRIVACY_WRITE


@enum_type
class LegalHoldField(Enum):
    """What can be kept of a person."""

    NAME = strawberry.enum_value("name", description="Their name.")
    IDENTITIES = strawberry.enum_value(
        "identities", description="Their numbers, addresses and ids."
    )
    MESSAGES = strawberry.enum_value("messages", description="What was said with them.")
    FILES = strawberry.enum_value(
        "files", description="Files that they sent or were sent, at the paths that are told."
    )


@object_type
class LegalHold(Node):
    """Something of a person that the law keeps until a day."""

    kind = "hold"
    row: strawberry.Private[HoldRow]
    created_at: DateTime = created_at()

    @strawberry.field(description="What is kept.")
    def fields(self) -> list[LegalHoldField]:
        return [LegalHoldField(one) for one in self.row["fields"]]

    @strawberry.field(description="The law that asks for it.")
    def reason(self) -> str:
        return self.row["reason"]

    @strawberry.field(description="Until when.")
    def until(self) -> DateTime:
        return DateTime(self.row["until_at"])

    @strawberry.field(description="When it ended, by its last day or by hand.")
    def ended_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["ended_at"])

    @strawberry.field(
        description="What it keeps of a person who was erased, by field; null before, and "
        "once it has ended.",
        directives=[PERSONAL],
    )
    def kept(self) -> JSON | None:
        row = self.row
        kept = self.asked.unseal.json(
            "legal_hold.kept", row["id"], row["subject_id"], row["kept_sealed"]
        )
        return cast("JSON | None", kept)

    @strawberry.field(
        description="Whom it is about.", directives=[requires(Permission.CONTACTS_READ)]
    )
    async def contact(self) -> Contact | None:
        return await self.asked.loader(load_contacts).one(self.row["contact_id"])


@object_type
class LegalHoldQuery:
    """Asking for legal holds."""

    @strawberry.field(
        description="The legal holds of the tenant, oldest first.", directives=[requires(_READ)]
    )
    async def legal_holds(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LegalHold]:
        asked = info.context
        page = await page_of_all(
            "legal_holds",
            [_Listed(row) for row in await privacy.holds()],
            PageArgs.read(first, after, last, before),
            lambda rows: _nodes(asked, [one.row for one in rows]),
        )
        await asked.unseal.fetch()
        return page


@input_type
class LegalHoldSetInput:
    """Something to keep of a person."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    fields: list[LegalHoldField] = strawberry.field(description="What to keep, one at least.")
    until: DateTime = strawberry.field(description="Until when: within 30 years.")
    reason: str = strawberry.field(
        description="The law that asks for it, with no word on the person: 1 to 500 characters."
    )


@input_type
class LegalHoldLiftInput:
    """A hold to end."""

    hold: strawberry.ID = strawberry.field(description="The hold.")


@object_type
class LegalHoldPayload:
    """What became of a hold."""

    hold: LegalHold | None = strawberry.field(description="The hold as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class LegalHoldMutation:
    """What can be done about legal holds."""

    @strawberry.mutation(
        description="Keep some fields of a person until a day, whatever else is erased.",
        directives=[requires(_WRITE)],
    )
    async def legal_hold_set(
        self, info: Info, input: InputOf[LegalHoldSetInput]
    ) -> LegalHoldPayload:
        async def work() -> Id:
            contact_id = read_id("contact", input.contact, "contact")
            fields = [cast(HeldField, one.value) for one in input.fields]
            return await privacy.set_hold(contact_id, fields, input.until, input.reason)

        return await _payload(info, work)

    @strawberry.mutation(
        description="End a hold; what it kept of an erased person is destroyed.",
        directives=[requires(_WRITE)],
    )
    async def legal_hold_lift(
        self, info: Info, input: InputOf[LegalHoldLiftInput]
    ) -> LegalHoldPayload:
        async def work() -> Id:
            hold_id = read_id("hold", input.hold, "hold")
            await privacy.lift_hold(hold_id)
            return hold_id

        return await _payload(info, work)


class _Listed:
    """A row as lists know it: by its id."""

    def __init__(self, row: HoldRow) -> None:
        self.id, self.row = row["id"], row


async def load_holds(asked: Context, hold_ids: Sequence[Id]) -> Mapping[Id, LegalHold]:
    """Holds by their ids."""
    wanted = set(hold_ids)
    rows = [row for row in await privacy.holds() if row["id"] in wanted]
    return {node.row["id"]: node for node in _nodes(asked, rows)}


def _nodes(asked: Context, rows: Sequence[HoldRow]) -> list[LegalHold]:
    asked.unseal.want(row["subject_id"] for row in rows if row["kept_sealed"])
    return [LegalHold(row=row, asked=asked) for row in rows]


async def _payload(info: Info, work: Callable[[], Awaitable[Id]]) -> LegalHoldPayload:
    hold_id, errors = await attempt(work)
    info.context.begin_anew()
    found = await load_holds(info.context, [hold_id]) if hold_id else {}
    await info.context.unseal.fetch()
    return LegalHoldPayload(hold=found.get(hold_id or ""), user_errors=errors)


KINDS.add("hold", _READ, load_holds)
