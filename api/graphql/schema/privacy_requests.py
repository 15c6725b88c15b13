"""Requests for a right (F47): what stands of them, and who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, cast

import strawberry

import privacy as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, input_type, object_type
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from api.graphql.schema.people import Person, load_people
from kernel.ids import Id
from tenants import Permission

_READ = Permission.PRIVACY_READ


@enum_type
class PrivacyRight(Enum):
    """What a person has a right to (GDPR, articles 15 to 21)."""

    ACCESS = strawberry.enum_value("access", description="To know all that is held on them.")
    PORTABILITY = strawberry.enum_value("portability", description="To take it elsewhere.")
    RECTIFICATION = strawberry.enum_value("rectification", description="To have it put right.")
    ERASURE = strawberry.enum_value("erasure", description="To be forgotten.")
    RESTRICTION = strawberry.enum_value("restriction", description="To have it kept, and not used.")
    OBJECTION = strawberry.enum_value("objection", description="To have no marketing made with it.")


@enum_type
class PrivacyRequestOrigin(Enum):
    """By which way a request came."""

    PERSON = strawberry.enum_value("person", description="A colleague entered it.")
    KEY = strawberry.enum_value("key", description="A system of the store entered it.")
    PAGE = strawberry.enum_value("page", description="The person asked on the public page.")
    STORE = strawberry.enum_value("store", description="A shop's platform asked for them.")


@enum_type
class PrivacyRequestState(Enum):
    """Where a request stands."""

    UNPROVEN = strawberry.enum_value(
        "unproven", description="Who asks has to be made sure; the clock stands."
    )
    OPEN = strawberry.enum_value("open", description="It waits to be carried out.")
    PAUSED = strawberry.enum_value(
        "paused", description="The person is asked what they mean; the clock stands."
    )
    WORKING = strawberry.enum_value("working", description="It is being carried out.")
    DONE = strawberry.enum_value("done", description="It was carried out.")
    REFUSED = strawberry.enum_value("refused", description="It was refused, with a reason.")


@enum_type
class IdentityProof(Enum):
    """How it was made sure who asks."""

    CODE = strawberry.enum_value("code", description="By a one-time code to an address known.")
    MANUAL = strawberry.enum_value("manual", description="By hand, with evidence written down.")
    PLATFORM = strawberry.enum_value("platform", description="The shop's platform knows them.")


@enum_type
class StepActor(Enum):
    """Who took a step."""

    PERSON = strawberry.enum_value("person", description="A colleague.")
    KEY = strawberry.enum_value("key", description="A system of the store.")
    CONTACT = strawberry.enum_value("contact", description="The person themselves.")
    SYSTEM = strawberry.enum_value("system", description="The house, by its clock.")
    STRANGER = strawberry.enum_value("stranger", description="Somebody who proved nothing yet.")


@object_type
class PrivacyRequestStep:
    """One thing that was done about a request."""

    row: strawberry.Private[room.StepRow]
    asked: strawberry.Private[Context]

    @strawberry.field(
        description="What: opened, proven, paused, resumed, extended, refused, corrected, done, "
        "stumbled, lifted, due, overdue and so on."
    )
    def kind(self) -> str:
        return self.row["kind"]

    @strawberry.field(description="When.")
    def at(self) -> DateTime:
        return DateTime(self.row["at"])

    @strawberry.field(description="By what kind of actor.")
    def actor(self) -> StepActor:
        return StepActor(self.row["actor_kind"])

    @strawberry.field(
        description="The colleague who took it.", directives=[requires(Permission.PEOPLE_READ)]
    )
    def person(self) -> Person | None:
        if self.row["actor_kind"] != "person" or self.row["actor_id"] is None:
            return None
        return self.asked.loader(load_people).get(self.row["actor_id"])

    @strawberry.field(
        description="What was written down: the reason, or the evidence.", directives=[PERSONAL]
    )
    def note(self) -> str | None:
        row = self.row
        return self.asked.unseal.text(
            "privacy_step.note", row["id"], row["subject_id"] or "", row["note_sealed"]
        )


@object_type
class PrivacyRequest(Node):
    """A right that somebody claims, and its clock."""

    kind = "request"
    row: strawberry.Private[room.RequestRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="Which right.")
    def right(self) -> PrivacyRight:
        return PrivacyRight(self.row["kind"])

    @strawberry.field(description="By which way it came.")
    def origin(self) -> PrivacyRequestOrigin:
        return PrivacyRequestOrigin(self.row["origin"])

    @strawberry.field(description="Where it stands.")
    def state(self) -> PrivacyRequestState:
        return PrivacyRequestState(self.row["state"])

    @strawberry.field(
        description="Who asks; null where nobody is known under what a shop named.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    def contact(self) -> Contact | None:
        contact_id = self.row["contact_id"]
        return self.asked.loader(load_contacts).get(contact_id) if contact_id else None

    @strawberry.field(description="What they said of it.", directives=[PERSONAL])
    def details(self) -> str | None:
        row = self.row
        return self.asked.unseal.text(
            "privacy_request.details", row["id"], row["subject_id"] or "", row["details_sealed"]
        )

    @strawberry.field(description="How it was made sure who asks.")
    def proof(self) -> IdentityProof | None:
        return IdentityProof(self.row["proof"]) if self.row["proof"] else None

    @strawberry.field(description="When it was received.")
    def received_at(self) -> DateTime:
        return DateTime(self.row["received_at"])

    @strawberry.field(
        description="When its time is over: the end of the due day, in the tenant's zone "
        "(Regulation 1182/71); null while the clock stands."
    )
    def due_at(self) -> DateTime | None:
        return None if self.row["stands_since"] else DateTime(self.row["due_at"])

    @strawberry.field(description="Since when the clock stands.")
    def stands_since(self) -> DateTime | None:
        return cast("DateTime | None", self.row["stands_since"])

    @strawberry.field(description="Whether two months were added.")
    def extended(self) -> bool:
        return self.row["months"] > 1

    @strawberry.field(
        description="What it came to: exported, corrected, erased, restricted, restriction_lifted, "
        "marketing_stopped, nothing_held, reinstalled, refused; null while it goes on."
    )
    def outcome(self) -> str | None:
        return self.row["outcome"]

    @strawberry.field(description="When it was closed.")
    def closed_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["closed_at"])

    @strawberry.field(description="What was done about it, and by whom, in order.")
    def steps(self) -> list[PrivacyRequestStep]:
        return cast(list[PrivacyRequestStep], self.asked.loader(load_steps).get(self.row["id"]))


@input_type
class PrivacyRequestFilter:
    """Which requests are wanted; all conditions hold together."""

    right: list[PrivacyRight] | None = strawberry.field(
        default=None, description="The right: one of these."
    )
    state: list[PrivacyRequestState] | None = strawberry.field(
        default=None, description="Where it stands: one of these."
    )
    contact: strawberry.ID | None = strawberry.field(
        default=None, description="Of this contact, by id."
    )
    due_before: DateTime | None = strawberry.field(
        default=None, description="Its clock runs, and its time is over by then."
    )


PrivacyRequestFilterArg = Annotated[
    PrivacyRequestFilter | None, strawberry.argument(description="Which are wanted.")
]


@object_type
class PrivacyRequestQuery:
    """Asking for requests."""

    @strawberry.field(description="A request of the tenant.", directives=[requires(_READ)])
    async def privacy_request(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> PrivacyRequest | None:
        request_id = read_id("request", id, "id")
        return await one_request(info.context, request_id)

    @strawberry.field(
        description="The requests of the tenant, the latest first.", directives=[requires(_READ)]
    )
    async def privacy_requests(
        self,
        info: Info,
        filter: PrivacyRequestFilterArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PrivacyRequest]:
        asked, wanted = info.context, _conditions(filter)
        page = await read_page(
            PageArgs.read(first, after, last, before),
            PageList("privacy_requests", filter),
            "DESC",
            lambda towards, place, limit: room.request_page(
                wanted, towards, place[0] if place else None, limit
            ),
            lambda row: (row["id"],),
            lambda: room.count_requests(wanted),
            lambda rows: _make(asked, rows),
        )
        await asked.unseal.fetch()
        return page


async def one_request(asked: Context, request_id: Id) -> PrivacyRequest | None:
    """A request as it is now, ready to be shown."""
    found = await asked.loader(load_requests).many([request_id])
    await asked.unseal.fetch()
    return found.get(request_id)


async def load_requests(asked: Context, ids: list[Id]) -> Mapping[Id, PrivacyRequest]:
    """Requests by their ids."""
    rows = await room.requests_by_ids(ids)
    return {one.row["id"]: one for one in _make(asked, list(rows.values()))}


async def load_steps(asked: Context, ids: list[Id]) -> Mapping[Id, list[PrivacyRequestStep]]:
    """What was done, by request."""
    found = await room.steps_of(ids)
    asked.unseal.want(step["subject_id"] for steps in found.values() for step in steps)
    return {
        request_id: [PrivacyRequestStep(row=row, asked=asked) for row in found.get(request_id, ())]
        for request_id in ids
    }


def _make(asked: Context, rows: Sequence[room.RequestRow]) -> list[PrivacyRequest]:
    asked.unseal.want(row["subject_id"] for row in rows)
    return [PrivacyRequest(row=row, asked=asked) for row in rows]


def _conditions(given: PrivacyRequestFilter | None) -> room.RequestFilter:
    if given is None:
        return room.RequestFilter()
    return room.RequestFilter(
        kinds=None if given.right is None else [str(one.value) for one in given.right],
        states=None if given.state is None else [str(one.value) for one in given.state],
        contact_id=read_id("contact", given.contact, "filter", "contact")
        if given.contact
        else None,
        due_before=given.due_before,
    )


KINDS.add("request", _READ, load_requests)
