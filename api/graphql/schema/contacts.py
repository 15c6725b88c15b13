"""Contacts: whom the tenant knows, under which ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast
from zoneinfo import ZoneInfo

import strawberry

import contacts as room
import tenants
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import URL, CountryCode, DateTime, Locale, PhoneNumber, TimeZone, when
from api.graphql.schema.node import KINDS, Node, created_at, updated_at
from api.graphql.schema.people import Person, load_people
from api.graphql.schema.tags import Tag, load_tags_of
from api.graphql.schema.timeline_kinds import TimelineKindsArg
from kernel import clock
from kernel.ids import Id
from tenants import Permission

if TYPE_CHECKING:
    from api.graphql.schema.consents import ConsentEntry, ConsentRequest
    from api.graphql.schema.contact_pace import ContactPace
    from api.graphql.schema.conversations import Conversation
    from api.graphql.schema.facts import ContactFacts
    from api.graphql.schema.orders import Order
    from api.graphql.schema.preferences import Preferences
    from api.graphql.schema.segments import SegmentMembership
    from api.graphql.schema.standings import ContactStanding, NextAction
    from api.graphql.schema.timeline import TimelineEntry
    from api.graphql.schema.touchpoints import Touchpoint


@enum_type
class ContactState(Enum):
    """What became of a contact; the reason why fields are null."""

    ACTIVE = strawberry.enum_value("active", description="Known and reachable.")
    MERGED = strawberry.enum_value("merged", description="Turned out to be somebody else known.")
    FROZEN = strawberry.enum_value("frozen", description="Kept, but not to be worked with.")
    ERASED = strawberry.enum_value("erased", description="Forgotten at their request.")


@enum_type
class IdentityKind(Enum):
    """What kind of id it is."""

    PHONE = strawberry.enum_value("phone", description="A phone number.")
    WHATSAPP_USER_ID = strawberry.enum_value(
        "whatsapp_user_id", description="The platform's id of the person for this business."
    )
    USERNAME = strawberry.enum_value("username", description="A WhatsApp username, without @.")
    EMAIL = strawberry.enum_value("email", description="An e-mail address.")
    SHOP_CUSTOMER = strawberry.enum_value("shop_customer", description="A customer id in a store.")


@enum_type
class IdentityState(Enum):
    """Whether an id leads to the person today."""

    CURRENT = strawberry.enum_value("current", description="It does.")
    FORMER = strawberry.enum_value("former", description="It did, until the person changed it.")


@enum_type
class ConsentStateKind(Enum):
    """Where a consent stands."""

    NONE = strawberry.enum_value("none", description="Nothing was said.")
    PENDING = strawberry.enum_value("pending", description="A first yes; the second is awaited.")
    CONFIRMED = strawberry.enum_value("confirmed", description="A second yes was given.")
    REFUSED = strawberry.enum_value("refused", description="The second yes was declined.")
    EXPIRED = strawberry.enum_value("expired", description="The second yes did not come in time.")
    WITHDRAWN = strawberry.enum_value("withdrawn", description="It was taken back.")
    UNPROVEN = strawberry.enum_value("unproven", description="Claimed, but without evidence.")


@object_type
class Identity:
    """One id under which a contact is known."""

    row: strawberry.Private[room.IdentityRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="What kind of id it is.")
    def kind(self) -> IdentityKind:
        return IdentityKind(self.row["kind"])

    @strawberry.field(description="The id itself; phones in E.164.", directives=[PERSONAL])
    def value(self) -> str | None:
        row = self.row
        value = self.asked.unseal.text(
            "identity.value", row["id"], row["subject_id"], row["value_sealed"]
        )
        return f"+{value}" if value and row["kind"] == "phone" else value

    @strawberry.field(description="Whether it leads to the person today.")
    def state(self) -> IdentityState:
        return IdentityState(self.row["state"])

    @strawberry.field(description="How it became known: whatsapp, shared, address_book and so on.")
    def source(self) -> str:
        return self.row["source"]

    @strawberry.field(description="When it was shown first, by the platform's time.")
    def first_seen_at(self) -> DateTime:
        return DateTime(self.row["first_at"])

    @strawberry.field(description="When it was shown last, by the platform's time.")
    def last_seen_at(self) -> DateTime:
        return DateTime(self.row["last_at"])

    @strawberry.field(description="When the person gave it up.")
    def ended_at(self) -> DateTime | None:
        ended_at = self.row["ended_at"]
        return when(ended_at)


@object_type
class WhatsAppIdentity:
    """Under which ids WhatsApp shows a person to this business."""

    identities: strawberry.Private[Sequence[Identity]]

    @strawberry.field(
        description="The platform's id of the person for this business.", directives=[PERSONAL]
    )
    def user_id(self) -> str | None:
        return _current(self.identities, "whatsapp_user_id")

    @strawberry.field(description="Their username, without @.", directives=[PERSONAL])
    def username(self) -> str | None:
        return _current(self.identities, "username")


@object_type
class ConsentState:
    """What a contact allowed or forbade for a purpose; the ledger of consent has the proof."""

    row: strawberry.Private[room.ConsentRow]

    @strawberry.field(description="For what: marketing, service_updates and so on.")
    def purpose(self) -> str:
        return self.row["purpose"]

    @strawberry.field(description="For which topic of it; null for the purpose as a whole.")
    def topic(self) -> str | None:
        return self.row["topic"] or None

    @strawberry.field(description="Where it stands.")
    def state(self) -> ConsentStateKind:
        return ConsentStateKind(self.row["state"])

    @strawberry.field(description="Since when.")
    def since(self) -> DateTime:
        return DateTime(self.row["since"])


@object_type
class Contact(Node):
    """Somebody whom the tenant knows; at least one identity of any kind is there."""

    kind = "contact"
    row: strawberry.Private[room.ContactRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The name as they show it.", directives=[PERSONAL])
    def name(self) -> str | None:
        row = self.row
        return self.asked.unseal.text(
            "contact.name", row["id"], row["subject_id"], row["name_sealed"]
        )

    @strawberry.field(description="What became of them; the reason why fields are null.")
    def state(self) -> ContactState:
        return ContactState(self.row["state"])

    @strawberry.field(
        description="All ids under which they are known, the one shown last first.",
        directives=[PERSONAL],
    )
    def identities(self) -> list[Identity] | None:
        return self.asked.loader(load_identities).get(self.row["id"])

    @strawberry.field(description="The number to write to, if any.", directives=[PERSONAL])
    def phone(self) -> PhoneNumber | None:
        found = self.asked.loader(load_identities).get(self.row["id"])
        if isinstance(found, list):
            return _phone(found)
        return self.asked.loader(load_phones).get(self.row["id"])

    @strawberry.field(description="Under which ids WhatsApp shows them.", directives=[PERSONAL])
    async def whatsapp(self) -> WhatsAppIdentity | None:
        found = await self.asked.loader(load_identities).one(self.row["id"])
        return WhatsAppIdentity(identities=found or [])

    @strawberry.field(description="The language they are written to in.")
    def language(self) -> Locale | None:
        return cast("Locale | None", self.row["language"])

    @strawberry.field(description="How the language is known: number, stated, learned.")
    def language_source(self) -> str | None:
        return self.row["language_source"]

    @strawberry.field(description="Where they live.")
    def country(self) -> CountryCode | None:
        return cast("CountryCode | None", self.row["country"])

    @strawberry.field(description="How the country is known: number, user_id, stated.")
    def country_source(self) -> str | None:
        return self.row["country_source"]

    @strawberry.field(description="The zone of their clock.")
    def time_zone(self) -> TimeZone | None:
        return cast("TimeZone | None", self.row["time_zone"])

    @strawberry.field(description="How the zone is known: number, stated, learned.")
    def time_zone_source(self) -> str | None:
        return self.row["time_zone_source"]

    @strawberry.field(
        description="What their clock shows now, as YYYY-MM-DDTHH:MM with its offset from UTC."
    )
    def local_time(self) -> str | None:
        zone = self.row["time_zone"]
        if zone is None:
            return None
        now = datetime.fromtimestamp(clock.now() / clock.SECOND, UTC)
        return now.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")

    @strawberry.field(
        description="How they became a contact: whatsapp, touchpoint, history and so on."
    )
    def source(self) -> str:
        return self.row["source"]

    @strawberry.field(
        description="The touchpoint through which they came first, if any.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    def touchpoint(
        self,
    ) -> Annotated[Touchpoint, strawberry.lazy("api.graphql.schema.touchpoints")] | None:
        from api.graphql.schema.touchpoints import load_first_touchpoints

        return self.asked.loader(load_first_touchpoints).get(self.row["id"])

    @strawberry.field(description="Their account manager.")
    def owner(self) -> Person | None:
        owner_id = self.row["owner_id"]
        return self.asked.loader(load_people).get(owner_id) if owner_id else None

    @strawberry.field(description="Their tags, by name.")
    def tags(self) -> list[Tag]:
        return cast(list[Tag], self.asked.loader(load_tags_of).get(self.row["id"]))

    @strawberry.field(description="What they allowed or forbade, by purpose and topic.")
    def consents(self) -> list[ConsentState]:
        return cast(list[ConsentState], self.asked.loader(load_consents).get(self.row["id"]))

    @strawberry.field(description="How often they want promotions, and about what.")
    async def preferences(
        self,
    ) -> Annotated[Preferences, strawberry.lazy("api.graphql.schema.preferences")]:
        from api.graphql.schema.preferences import preferences_of

        return await preferences_of(self.asked, self.row)

    @strawberry.field(description="How often and when they may be written to.")
    async def pace(
        self,
    ) -> Annotated[ContactPace, strawberry.lazy("api.graphql.schema.contact_pace")] | None:
        from api.graphql.schema.contact_pace import pace_of

        return await pace_of(self.asked, self.row)

    @strawberry.field(
        description="How engaged they are and how likely lost, by what they did; null where they "
        "did nothing yet."
    )
    async def standing(
        self,
    ) -> Annotated[ContactStanding, strawberry.lazy("api.graphql.schema.standings")] | None:
        from api.graphql.schema.standings import standing_of

        return await standing_of(self.asked, self.row["id"])

    @strawberry.field(description="What is best done next with them, and why.")
    async def next_action(
        self,
    ) -> Annotated[NextAction, strawberry.lazy("api.graphql.schema.standings")]:
        from api.graphql.schema.standings import next_action_of

        return await next_action_of(self.asked, self.row["id"])

    @strawberry.field(
        description="Their link to a page where they choose how often, about what, or nothing any "
        "more: for 90 days, and for them alone.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    def preferences_link(self) -> URL:
        return self._link("preferences", 90 * clock.DAY)

    @strawberry.field(
        description="What they allowed or forbade for one purpose; null where nothing was said."
    )
    async def consent(
        self,
        purpose: Annotated[
            str, strawberry.argument(description="For what: marketing and so on.")
        ] = room.MARKETING,
        topic: Annotated[
            str | None,
            strawberry.argument(description="For which topic of it; null for the whole."),
        ] = None,
    ) -> ConsentState | None:
        found = await self.asked.loader(load_consents).one(self.row["id"])
        wanted = purpose, topic or ""
        return next(
            (one for one in found or () if (one.row["purpose"], one.row["topic"]) == wanted), None
        )

    @strawberry.field(description="Their first yeses, and what became of them, newest first.")
    def consent_requests(
        self,
    ) -> list[Annotated[ConsentRequest, strawberry.lazy("api.graphql.schema.consents")]]:
        from api.graphql.schema.consents import load_consent_requests_of

        return cast(
            list["ConsentRequest"],
            self.asked.loader(load_consent_requests_of).get(self.row["id"]),
        )

    @strawberry.field(
        description="All that the ledger has of their consents, in the order of its lines."
    )
    def consent_history(
        self,
    ) -> list[Annotated[ConsentEntry, strawberry.lazy("api.graphql.schema.consents")]]:
        from api.graphql.schema.consents import load_consent_history

        return cast(
            list["ConsentEntry"], self.asked.loader(load_consent_history).get(self.row["id"])
        )

    @strawberry.field(
        description="Their link to a page where one click ends all marketing: for a year, and "
        "for them alone.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    def withdrawal_link(self) -> URL:
        return self._link("withdraw", 365 * clock.DAY)

    @strawberry.field(description="Whom this id leads to, once the contact was merged.")
    def merged_into(self) -> Contact | None:
        merged_into = self.row["merged_into"]
        return self.asked.loader(load_contacts).get(merged_into) if merged_into else None

    @strawberry.field(
        description="What they bought, the newest first.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    def orders(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Annotated[Order, strawberry.lazy("api.graphql.schema.orders")]]:
        from api.graphql.schema.orders import orders_of

        return orders_of(self.asked, self.row["id"], first, after, last, before)

    @strawberry.field(
        description="What their orders and messages come to; null: there are none.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    def facts(
        self,
    ) -> Annotated[ContactFacts, strawberry.lazy("api.graphql.schema.facts")] | None:
        from api.graphql.schema.facts import load_facts

        return self.asked.loader(load_facts).get(self.row["id"])

    @strawberry.field(
        description="What touched them, the latest first: messages, consents, orders, carts and "
        "so on.",
    )
    def timeline(
        self,
        kinds: TimelineKindsArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[TimelineEntry, strawberry.lazy("api.graphql.schema.timeline")]]:
        from api.graphql.schema.timeline import timeline_of

        return timeline_of(self.asked, self.row["id"], kinds, first, after, last, before)

    @strawberry.field(
        description="The segments that they belong to now.",
        directives=[requires(Permission.SEGMENTS_READ)],
    )
    async def segments(
        self,
    ) -> list[Annotated[SegmentMembership, strawberry.lazy("api.graphql.schema.segments")]]:
        from api.graphql.schema.segments import load_memberships

        return await self.asked.loader(load_memberships).one(self.row["id"]) or []

    @strawberry.field(
        description="Their threads, the one with the latest message first.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    def conversations(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Annotated[Conversation, strawberry.lazy("api.graphql.schema.conversations")]]:
        from api.graphql.schema.conversation_lists import threads_of

        return threads_of(self.asked, self.row["id"], first, after, last, before)

    def _link(self, kind: tenants.PublicKind, good_for: int) -> URL:
        token = tenants.write_public_link(kind, self.row["id"], clock.now() + good_for)
        return cast(URL, f"{self.asked.public_url}/{kind}/{token}")


async def load_contacts(asked: Context, ids: list[Id]) -> Mapping[Id, Contact]:
    """Contacts by their ids."""
    return {
        contact.row["id"]: contact
        for contact in make_contacts(asked, list((await room.contacts_by_ids(ids)).values()))
    }


async def load_identities(asked: Context, ids: list[Id]) -> Mapping[Id, list[Identity]]:
    """The identities of contacts, by contact."""
    found = await room.identities_of(ids)
    asked.unseal.want(row["subject_id"] for rows in found.values() for row in rows)
    return {
        contact_id: [Identity(row=row, asked=asked) for row in found.get(contact_id, ())]
        for contact_id in ids
    }


async def load_phones(asked: Context, ids: list[Id]) -> Mapping[Id, PhoneNumber]:
    """The number to write to of contacts that have one, by contact."""
    identities = await asked.loader(load_identities).many(ids)
    await asked.unseal.fetch()
    phones = {contact_id: _phone(found) for contact_id, found in identities.items()}
    return {contact_id: phone for contact_id, phone in phones.items() if phone}


async def load_consents(_asked: Context, ids: list[Id]) -> Mapping[Id, list[ConsentState]]:
    """What contacts allowed, by contact."""
    found = await room.consents_of(ids)
    return {
        contact_id: [ConsentState(row=row) for row in found.get(contact_id, ())]
        for contact_id in ids
    }


def make_contacts(asked: Context, rows: Sequence[room.ContactRow]) -> list[Contact]:
    """Contacts of rows; their keys are noted as wanted."""
    asked.unseal.want(row["subject_id"] for row in rows)
    return [Contact(row=row, asked=asked) for row in rows]


def _phone(identities: Sequence[Identity]) -> PhoneNumber | None:
    return cast("PhoneNumber | None", _current(identities, "phone"))


def _current(identities: Sequence[Identity], kind: str) -> str | None:
    """The id of this kind that was shown last and still holds."""
    for identity in identities:
        if identity.row["kind"] == kind and identity.row["state"] == "current":
            return identity.value()  # type: ignore[no-any-return]
    return None


KINDS.add("contact", Permission.CONTACTS_READ, load_contacts)
