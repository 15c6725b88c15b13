"""The audit log: who read or changed what of whom, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated

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
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.api_keys import ApiKey, load_keys
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.filters import TimeCondition
from api.graphql.schema.node import KINDS, Node, read_id
from api.graphql.schema.people import Person, load_people
from kernel import anchors, audit, ids
from kernel.chain import Verdict
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Permission


@enum_type
class AuditActor(Enum):
    """Who acted."""

    PERSON = strawberry.enum_value("person", description="A colleague who signed in.")
    KEY = strawberry.enum_value("key", description="A system of the store, with its key.")
    CONTACT = strawberry.enum_value("contact", description="The contact, on a public page.")
    SYSTEM = strawberry.enum_value(
        "system",
        description="The service itself, by its own clock or for what platforms and shops tell it.",
    )
    STRANGER = strawberry.enum_value("stranger", description="Somebody who was not recognised.")


@object_type
class AuditTouched:
    """What an entry is about, of one kind."""

    kind: str = strawberry.field(
        description="The kind: contact, subject (whose key a text is sealed under), message and so "
        "on; `…_token` for keyed hashes."
    )
    ids: list[str] = strawberry.field(description="The ids, in the order in which they came.")


@object_type
class AuditEntry(Node):
    """A request that read or changed personal data, in ids alone."""

    kind = "entry"
    row: strawberry.Private[room.EntryRow]

    @strawberry.field(description="When it was done.")
    def at(self) -> DateTime:
        return DateTime(self.row["at"])

    @strawberry.field(description="Who did it.")
    def actor(self) -> AuditActor:
        return AuditActor(self.row["actor_kind"])

    @strawberry.field(description="The colleague who did it.")
    def person(self) -> Person | None:
        actor_id = self._actor("person")
        return self.asked.loader(load_people).get(actor_id) if actor_id else None

    @strawberry.field(description="The key that did it.")
    def key(self) -> ApiKey | None:
        actor_id = self._actor("key")
        return self.asked.loader(load_keys).get(actor_id) if actor_id else None

    @strawberry.field(
        description="The contact who did it.", directives=[requires(Permission.CONTACTS_READ)]
    )
    def contact(self) -> Contact | None:
        actor_id = self._actor("contact")
        return self.asked.loader(load_contacts).get(actor_id) if actor_id else None

    @strawberry.field(
        description="What was done: query.contacts, mutation.contactMerge, media.read and so on; "
        "new ones may appear."
    )
    def action(self) -> str:
        return self.row["action"]

    @strawberry.field(description="How it ended: done, or the code of what stood in its way.")
    def outcome(self) -> str:
        return self.row["outcome"]

    @strawberry.field(
        description="The request, as its answer names it (X-Request-Id); what one request did has "
        "one."
    )
    def request_id(self) -> str:
        return self.row["request_id"]

    @strawberry.field(description="What was read or changed.")
    def touched(self) -> list[AuditTouched]:
        return [
            AuditTouched(
                kind=kind,
                ids=listed if kind.endswith("_token") else [ids.show(kind, one) for one in listed],
            )
            for kind, listed in room.touched(self.row).items()
        ]

    def _actor(self, kind: str) -> Id | None:
        """The actor's id, where it is of this kind."""
        return self.row["actor_id"] if self.row["actor_kind"] == kind else None


@object_type
class AuditCheck:
    """What a check of the audit log found."""

    verdict: strawberry.Private[Verdict]

    @strawberry.field(
        description="How many entries are linked, and right up to the first that is not."
    )
    def linked(self) -> int:
        return self.verdict.linked

    @strawberry.field(description="How many entries are so new that they are not linked yet.")
    def unlinked(self) -> int:
        return self.verdict.unlinked

    @strawberry.field(description="With how many anchors the log was compared.")
    def anchored(self) -> int:
        return self.verdict.anchored

    @strawberry.field(
        description="The first entry that was altered or lost; null where all is right. Where "
        "entries were cut off the end there is none to name: then it is an id of zeros."
    )
    def first_altered(self) -> strawberry.ID | None:
        row_id = self.verdict.first_altered
        return strawberry.ID(ids.show("entry", row_id)) if row_id else None


@input_type
class AuditFilter:
    """Which entries are wanted; all conditions hold together."""

    actor: strawberry.ID | None = strawberry.field(
        default=None, description="Done by this person, key or contact."
    )
    action: str | None = strawberry.field(default=None, description="This was done.")
    contact: strawberry.ID | None = strawberry.field(
        default=None, description="About this contact; also once they are erased."
    )
    at: TimeCondition | None = strawberry.field(default=None, description="By when it was done.")


@object_type
class AuditQuery:
    """What is asked of the log."""

    @strawberry.field(
        description="The audit log, the latest first.", directives=[requires(Permission.AUDIT_READ)]
    )
    async def audit(
        self,
        info: Info,
        filter: Annotated[
            AuditFilter | None, strawberry.argument(description="Which are wanted.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEntry]:
        asked, wanted = info.context, _conditions(filter or AuditFilter())
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("audit", wanted),
            "DESC",
            lambda direction, place, limit: room.entry_page(
                wanted, direction, place[0] if place else None, limit
            ),
            lambda row: (row["id"],),
            lambda: room.count_entries(wanted),
            lambda rows: _entries(asked, rows),
        )

    @strawberry.field(
        description="Check the audit log from its first entry, and against the anchors that were "
        "written down outside: whether any was altered, lost or slipped in.",
        directives=[requires(Permission.AUDIT_READ)],
    )
    async def audit_verify(self) -> AuditCheck:
        return AuditCheck(verdict=await anchors.verify(audit.CHAIN))


async def load_entries(asked: Context, entry_ids: list[Id]) -> Mapping[Id, AuditEntry]:
    """Entries by their ids."""
    rows = await room.entries_by_ids(entry_ids)
    return {row_id: AuditEntry(row=row, asked=asked) for row_id, row in rows.items()}


def _entries(asked: Context, rows: Sequence[room.EntryRow]) -> list[AuditEntry]:
    return [AuditEntry(row=row, asked=asked) for row in rows]


def _conditions(given: AuditFilter) -> room.TrailFilter:
    at = given.at or TimeCondition()
    return room.TrailFilter(
        actor_id=_actor_id(given.actor) if given.actor else None,
        action=given.action,
        contact_id=read_id("contact", given.contact, "filter", "contact")
        if given.contact
        else None,
        since=at.after,
        before=at.before,
    )


def _actor_id(text: str) -> Id:
    kind, row_id = ids.read_any(text)
    if kind not in ("person", "key", "contact"):
        raise Invalid(
            f"That is the id of a {kind}; a person, a key or a contact acts.",
            code="BAD_ID",
            field=("filter", "actor"),
        )
    return row_id


KINDS.add("entry", Permission.AUDIT_READ, load_entries)
