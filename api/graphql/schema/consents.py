"""Consents: what people were asked, what they said, and the ledger of it (F9, F11)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

import contacts as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import JSON, DateTime, Locale
from api.graphql.schema.contacts import ConsentStateKind, Contact, load_contacts
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.node import KINDS, Node, created_at
from kernel import ids
from kernel.ids import Id
from tenants import Permission

Name = Annotated[
    str | None, strawberry.argument(description="Only those of this name; null for all.")
]


@enum_type
class ConsentAnswering(Enum):
    """How the template of a wording is answered; inside the 24 hours buttons are always there."""

    BUTTONS = strawberry.enum_value(
        "buttons", description="By its two quick replies: the first is yes, the second no."
    )
    LINK = strawberry.enum_value(
        "link", description="By its web button, whose address ends in the variable."
    )


@enum_type
class ConsentStep(Enum):
    """What happened to a consent."""

    REQUESTED = strawberry.enum_value("requested", description="A first yes was given.")
    PROMPTED = strawberry.enum_value("prompted", description="The second yes was asked for.")
    CONFIRMED = strawberry.enum_value("confirmed", description="The second yes was given.")
    REFUSED = strawberry.enum_value("refused", description="The second yes was declined.")
    EXPIRED = strawberry.enum_value("expired", description="Nobody answered in time.")
    WITHDRAWN = strawberry.enum_value("withdrawn", description="It was taken back.")
    SUPERSEDED = strawberry.enum_value(
        "superseded", description="What was said before counts no more, and gives nothing."
    )
    UNPROVEN = strawberry.enum_value("unproven", description="Claimed, but without evidence.")


@object_type
class ConsentWording(Node):
    """A version of what people are asked to agree to, in one language; it never changes."""

    kind = "wording"
    row: strawberry.Private[room.WordingRow]
    created_at: DateTime = created_at()

    @strawberry.field(description="What all its versions and languages are called.")
    def name(self) -> str:
        return self.row["name"]

    @strawberry.field(description="Its language.")
    def locale(self) -> Locale:
        return cast("Locale", self.row["locale"])

    @strawberry.field(description="Which version of the name it is in its language, from 1.")
    def version(self) -> int:
        return self.row["version"]

    @strawberry.field(description="For what: marketing, service_updates and so on.")
    def purpose(self) -> str:
        return self.row["purpose"]

    @strawberry.field(description="For which topic of it; null for the purpose as a whole.")
    def topic(self) -> str | None:
        return self.row["topic"] or None

    @strawberry.field(description="What they agree to; {store} stands for the store's name.")
    def statement(self) -> str:
        return self.row["statement"]

    @strawberry.field(description="What asks for the second yes; null for the usual words.")
    def prompt(self) -> str | None:
        return self.row["prompt"] or None

    @strawberry.field(description="Which version of the privacy notice was shown with it.")
    def notice(self) -> str | None:
        return self.row["notice"] or None

    @strawberry.field(description="The template that asks outside the 24 hours.")
    def template_name(self) -> str | None:
        return self.row["template_name"]

    @strawberry.field(description="How that template is answered.")
    def answered_by(self) -> ConsentAnswering:
        return ConsentAnswering(self.row["answered_by"])

    @strawberry.field(description="The SHA-256 of the statement as it stands here, hex.")
    def sha256(self) -> str:
        return self.row["text_hash"]


@object_type
class ConsentRequest(Node):
    """A first yes, and what became of asking for the second."""

    kind = "consentrequest"
    row: strawberry.Private[room.ConsentRequestRow]
    created_at: DateTime = created_at()

    @strawberry.field(description="Whose it is.")
    def contact(self) -> Contact | None:
        return self.asked.loader(load_contacts).get(self.row["contact_id"])

    @strawberry.field(description="What they agreed to.")
    def wording(self) -> ConsentWording | None:
        return self.asked.loader(load_wordings).get(self.row["wording_id"])

    @strawberry.field(description="Where it stands.")
    def state(self) -> ConsentStateKind:
        return ConsentStateKind(self.row["state"])

    @strawberry.field(description="When the first yes was given.")
    def asked_at(self) -> DateTime:
        return DateTime(self.row["asked_at"])

    @strawberry.field(description="Until when the second yes counts.")
    def expires_at(self) -> DateTime:
        return DateTime(self.row["expires_at"])

    @strawberry.field(
        description="The one message that asks for the second yes.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    def prompt(self) -> Message | None:
        prompt_id = self.row["prompt_id"]
        return self.asked.loader(load_messages).get(prompt_id) if prompt_id else None

    @strawberry.field(
        description="Why nothing could ask yet, as the gate says it: WINDOW_CLOSED where an "
        "approved template is missing, and so on. It is tried again every ten minutes. Of a prompt "
        "that did not arrive, why; it can be sent again as any message."
    )
    def trouble(self) -> str | None:
        return self.row["trouble"]

    @strawberry.field(
        description="The coupon that the second yes earned; null until then.",
        directives=[PERSONAL],
    )
    def incentive(self) -> str | None:
        row = self.row
        if row["released_at"] is None:
            return None
        return self.asked.unseal.text(
            "consent_request.incentive", row["id"], row["subject_id"], row["incentive_sealed"]
        )


@object_type
class ConsentEntry:
    """One line of the ledger of consents; none is ever changed."""

    row: strawberry.Private[room.ConsentEntryRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Its id, as proofs and the check of the chain name it.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.show("consent", self.row["id"]))

    @strawberry.field(description="What happened.")
    def step(self) -> ConsentStep:
        return ConsentStep(self.row["kind"])

    @strawberry.field(description="For what: marketing, service_updates and so on.")
    def purpose(self) -> str:
        return self.row["purpose"]

    @strawberry.field(description="For which topic of it; null for the purpose as a whole.")
    def topic(self) -> str | None:
        return self.row["topic"] or None

    @strawberry.field(
        description="How: form, in_person, keyword, button, link, stop_word, import, store, "
        "platform_preference and so on."
    )
    def method(self) -> str:
        return self.row["method"]

    @strawberry.field(
        description="Whose word it was: contact, person, key, platform or system; null where the "
        "method says it all."
    )
    def actor(self) -> str | None:
        return self.row["actor_kind"]

    @strawberry.field(description="When it was done, by the platform's clock or by who told it.")
    def at(self) -> DateTime:
        return DateTime(self.row["provider_at"])

    @strawberry.field(description="When it was written down here.")
    def recorded_at(self) -> DateTime:
        return DateTime(self.row["recorded_at"])

    @strawberry.field(description="The wording that it is about.")
    def wording(self) -> ConsentWording | None:
        wording_id = self.row["wording_id"]
        return self.asked.loader(load_wordings).get(wording_id) if wording_id else None

    @strawberry.field(description="The SHA-256 of the words as they were shown then, hex.")
    def sha256(self) -> str | None:
        return self.row["text_hash"]

    @strawberry.field(description="Which version of the privacy notice was shown.")
    def notice(self) -> str | None:
        return self.row["notice"] or None

    @strawberry.field(
        description="The evidence: words, ids of messages, address and browser of web steps.",
        directives=[PERSONAL],
    )
    def evidence(self) -> JSON | None:
        row = self.row
        value: Any = self.asked.unseal.json(
            "consent_entry.evidence", row["id"], row["subject_id"], row["evidence_sealed"]
        )
        return cast("JSON | None", value)


async def load_wordings(asked: Context, wording_ids: list[Id]) -> Mapping[Id, ConsentWording]:
    """Wordings by their ids."""
    rows = await room.wordings_by_ids(wording_ids)
    return {row_id: ConsentWording(row=row, asked=asked) for row_id, row in rows.items()}


async def load_consent_requests(
    asked: Context, request_ids: list[Id]
) -> Mapping[Id, ConsentRequest]:
    """Requests by their ids."""
    rows = await room.requests_by_ids(request_ids)
    asked.unseal.want(row["subject_id"] for row in rows.values())
    return {row_id: ConsentRequest(row=row, asked=asked) for row_id, row in rows.items()}


async def load_consent_requests_of(
    asked: Context, contact_ids: list[Id]
) -> Mapping[Id, list[ConsentRequest]]:
    """The requests of contacts, the newest first."""
    rows = await room.requests_of(contact_ids)
    asked.unseal.want(row["subject_id"] for own in rows.values() for row in own)
    return {
        contact_id: [ConsentRequest(row=row, asked=asked) for row in rows.get(contact_id, ())]
        for contact_id in contact_ids
    }


async def load_consent_history(
    asked: Context, contact_ids: list[Id]
) -> Mapping[Id, list[ConsentEntry]]:
    """The lines of the ledger on contacts, as they were written down."""
    rows = await room.consent_history(contact_ids)
    asked.unseal.want(row["subject_id"] for own in rows.values() for row in own)
    return {
        contact_id: [ConsentEntry(row=row, asked=asked) for row in rows.get(contact_id, ())]
        for contact_id in contact_ids
    }


@object_type
class ConsentQuery:
    """What can be asked about consents."""

    @strawberry.field(
        description="The wordings of the tenant, the newest first, older versions included.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    async def consent_wordings(
        self,
        info: Info,
        name: Name = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ConsentWording]:
        asked = info.context
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("wordings", name),
            "DESC",
            lambda direction, place, limit: room.wording_page(
                name, direction, place[0] if place else None, limit
            ),
            lambda row: (row["id"],),
            lambda: room.count_wordings(name),
            lambda rows: [ConsentWording(row=row, asked=asked) for row in rows],
        )


KINDS.add("wording", Permission.CONTACTS_READ, load_wordings)
KINDS.add("consentrequest", Permission.CONTACTS_READ, load_consent_requests)
