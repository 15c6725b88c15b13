"""The tenant: the store whose house this is; and the viewer: who asks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import cast

import strawberry

from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import URL, CountryCode, CurrencyCode, DateTime, Locale, TimeZone, when
from api.graphql.schema.account import Account, own_account
from api.graphql.schema.api_keys import ApiKey, load_keys
from api.graphql.schema.node import KINDS, Node, created_at, updated_at
from api.graphql.schema.people import Person, Role, load_people
from api.graphql.schema.rfm import RfmRule
from api.graphql.schema.scores import ScoringProgress, scoring_progress
from api.graphql.schema.signing import Session, own_sessions
from kernel.ids import Id
from tenants import WEEKDAYS, Changes, Permission, TenantSettings, read_settings, update_settings


@enum_type
class TenantState(Enum):
    """Whether the house is open."""

    ACTIVE = strawberry.enum_value("active", description="Open.")
    SUSPENDED = strawberry.enum_value("suspended", description="Closed for now.")
    CLOSING = strawberry.enum_value("closing", description="Leaving: exported, then destroyed.")


@enum_type
class Weekday(Enum):
    """A day of the week."""

    MONDAY = strawberry.enum_value("mon", description="Monday.")
    TUESDAY = strawberry.enum_value("tue", description="Tuesday.")
    WEDNESDAY = strawberry.enum_value("wed", description="Wednesday.")
    THURSDAY = strawberry.enum_value("thu", description="Thursday.")
    FRIDAY = strawberry.enum_value("fri", description="Friday.")
    SATURDAY = strawberry.enum_value("sat", description="Saturday.")
    SUNDAY = strawberry.enum_value("sun", description="Sunday.")


@object_type
class OpeningSpan:
    """From when to when the business answers on a weekday, in the tenant's time zone."""

    day: Weekday = strawberry.field(description="The day of the week.")
    opens: str = strawberry.field(description="When it opens, as HH:MM.")
    closes: str = strawberry.field(description="When it closes, as HH:MM; 24:00 is midnight.")


@object_type
class Tenant(Node):
    """A store with its people, numbers and customers."""

    kind = "tenant"
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The store's name.")
    def name(self) -> str:
        return self._settings.name

    @strawberry.field(description="Where it is at home.")
    def country(self) -> CountryCode:
        return CountryCode(self._settings.country)

    @strawberry.field(
        description="The public page on which people claim their rights: what is held on them, "
        "erasure and so on. To be linked from the store's privacy notice."
    )
    def privacy_page(self) -> URL:
        return URL(f"{self.asked.public_url}/privacy/{self.id()}")

    @strawberry.field(description="Its language and region.")
    def locale(self) -> Locale:
        return Locale(self._settings.locale)

    @strawberry.field(description="The zone of its business hours.")
    def time_zone(self) -> TimeZone:
        return TimeZone(self._settings.time_zone)

    @strawberry.field(description="The currency of its figures.")
    def currency(self) -> CurrencyCode:
        return CurrencyCode(self._settings.currency)

    @strawberry.field(
        description="How far the customers' messages are scored.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    async def scoring(self) -> ScoringProgress:
        return await scoring_progress()

    @strawberry.field(description="When somebody answers; a day that is missing is closed.")
    def business_hours(self) -> list[OpeningSpan]:
        return [
            OpeningSpan(day=Weekday(day), opens=opens, closes=closes)
            for day in WEEKDAYS
            for opens, closes in self._settings.business_hours.get(day, ())
        ]

    @strawberry.field(
        description="Whose public holidays count: a country (ES) or a part of one (ES-CT); "
        "empty for none."
    )
    def holidays(self) -> str:
        return self._settings.holidays

    @strawberry.field(description="What stands below messages that go out; empty for nothing.")
    def signature(self) -> str:
        return self._settings.signature

    @strawberry.field(
        description="How the store speaks, for those who write in its name; empty for nothing."
    )
    def voice(self) -> str:
        return self._settings.voice

    @strawberry.field(
        description="The origins of browser applications that may ask for it: "
        "https://desk.example.com."
    )
    def allowed_origins(self) -> list[str]:
        return self._settings.allowed_origins

    @strawberry.field(
        description="For how many hours after a first yes the second counts: 48 unless changed."
    )
    def consent_hours(self) -> int:
        return self._settings.consent_hours

    @strawberry.field(
        description="After how many days a first yes without a second is forgotten: 30 unless "
        "changed."
    )
    def consent_purge_days(self) -> int:
        return self._settings.consent_purge_days

    @strawberry.field(description="Days for which the link to a person's data lives.")
    def export_days(self) -> int:
        return self._settings.export_days

    @strawberry.field(description="How many times a person's data can be fetched by its link.")
    def export_downloads(self) -> int:
        return self._settings.export_downloads

    @strawberry.field(
        description="For how many days before an order a touch counts as what brought it: 5 "
        "unless changed."
    )
    def attribution_days(self) -> int:
        return self._settings.attribution_days

    @strawberry.field(description="By which rule RFM segments are told: TIES unless changed.")
    def rfm_rule(self) -> RfmRule:
        return RfmRule(self._settings.rfm_rule)

    @strawberry.field(description="Whether the house is open.")
    def state(self) -> TenantState:
        return TenantState(self._settings.state)

    @property
    def _settings(self) -> TenantSettings:
        return cast(TenantSettings, self.row["settings"])


@object_type
class Budget:
    """What operations may cost: each tells its own cost in `extensions.cost` of the answer."""

    per_minute: int = strawberry.field(description="Points for a minute, also all at once.")
    left: int = strawberry.field(
        description="Points that were left when this operation was paid, here and in the tenant's "
        "own budget."
    )


@object_type
class Viewer:
    """The person or key that asks, and what they may."""

    asked: strawberry.Private[Context]

    @strawberry.field(description="The colleague who is signed in; null for a key.")
    def person(self) -> Person | None:
        person_id = self.asked.me.person_id
        return self.asked.loader(load_people).get(person_id) if person_id else None

    @strawberry.field(description="The key that asks; null for a person.")
    def key(self) -> ApiKey | None:
        key_id = self.asked.me.key_id
        return self.asked.loader(load_keys).get(key_id) if key_id else None

    @strawberry.field(
        description="The tenant in which they are.", directives=[requires(Permission.TENANT_READ)]
    )
    async def tenant(self) -> Tenant:
        return await read_tenant(self.asked)

    @strawberry.field(
        description="The account that is signed in; null for a key.",
    )
    async def account(self) -> Account | None:
        return await own_account(self.asked)

    @strawberry.field(description="Their sessions that stand, oldest first; none for a key.")
    async def sessions(self) -> list[Session]:
        return await own_sessions(self.asked)

    @strawberry.field(description="What they are there.")
    def role(self) -> Role:
        return Role(self.asked.me.role.value)

    @strawberry.field(description="What they may, as resource:action, sorted.")
    def permissions(self) -> list[str]:
        return sorted(self.asked.me.permissions)

    @strawberry.field(description="What their operations may cost in a minute.")
    def budget(self) -> Budget | None:
        budget = self.asked.budget
        return Budget(per_minute=budget.per_minute, left=budget.left) if budget else None

    @strawberry.field(
        description="When the access token or key ends; null for a key that does not."
    )
    def expires_at(self) -> DateTime | None:
        ends_at = self.asked.me.expires_at
        return when(ends_at)


@input_type
class OpeningSpanInput:
    """From when to when the business answers on a weekday."""

    day: Weekday = strawberry.field(description="The day of the week.")
    opens: str = strawberry.field(description="When it opens, as HH:MM.")
    closes: str = strawberry.field(description="When it closes, as HH:MM; 24:00 is midnight.")


@input_type
class TenantUpdateInput:
    """What to change; what is left out or null stays as it is."""

    name: str | None = strawberry.field(default=None, description="The store's name.")
    country: str | None = strawberry.field(
        default=None, description="Where it is at home, ISO 3166-1 alpha-2: ES."
    )
    locale: str | None = strawberry.field(
        default=None, description="Its language and region, BCP 47: es-ES."
    )
    time_zone: str | None = strawberry.field(
        default=None, description="The zone of its business hours: Europe/Madrid."
    )
    currency: str | None = strawberry.field(
        default=None, description="The currency of its figures, ISO 4217: EUR."
    )
    business_hours: list[OpeningSpanInput] | None = strawberry.field(
        default=None, description="When somebody answers; replaces all spans."
    )
    holidays: str | None = strawberry.field(
        default=None, description="Whose public holidays count: ES or ES-CT; empty for none."
    )
    signature: str | None = strawberry.field(
        default=None, description="What stands below messages that go out; empty for nothing."
    )
    allowed_origins: list[str] | None = strawberry.field(
        default=None,
        description="The origins of browser applications that may ask for it, at most 20: "
        "https://desk.example.com; replaces all. Noticed within 5 seconds.",
    )
    voice: str | None = strawberry.field(
        default=None, description="How the store speaks: up to 1,000 characters."
    )
    consent_hours: int | None = strawberry.field(
        default=None, description="For how many hours a second yes counts: 1 to 720."
    )
    consent_purge_days: int | None = strawberry.field(
        default=None,
        description="After how many days a first yes without a second is forgotten: 1 to 365.",
    )
    export_days: int | None = strawberry.field(
        default=None,
        description="Days for which the link to a person's data lives, from when it is ready: "
        "1 to 30; 7 at first.",
    )
    export_downloads: int | None = strawberry.field(
        default=None,
        description="How many times a person's data can be fetched by its link: 1 to 10; once at "
        "first.",
    )
    attribution_days: int | None = strawberry.field(
        default=None,
        description="For how many days before an order a touch counts: 1 to 90. Holds for what is "
        "worked out from then on.",
    )
    rfm_rule: RfmRule | None = strawberry.field(
        default=None, description="By which rule RFM segments are told."
    )


@object_type
class TenantUpdatePayload:
    """What became of a change of the tenant."""

    tenant: Tenant | None = strawberry.field(description="The tenant as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


async def read_tenant(asked: Context) -> Tenant:
    """The viewer's own tenant."""
    return _tenant(asked, await read_settings())


async def load_tenants(asked: Context, ids: list[Id]) -> Mapping[Id, Tenant]:
    """The viewer's own tenant, if it is among these."""
    mine = asked.me.tenant_id
    return {mine: await read_tenant(asked)} if mine in ids else {}


@object_type
class TenantMutation:
    """What can be done to the tenant."""

    @strawberry.mutation(
        description="Change the tenant's settings.",
        directives=[requires(Permission.TENANT_WRITE)],
    )
    async def tenant_update(
        self, info: Info, input: InputOf[TenantUpdateInput]
    ) -> TenantUpdatePayload:
        settings, errors = await attempt(lambda: update_settings(_changes(input)))
        tenant = _tenant(info.context, settings) if settings else None
        return TenantUpdatePayload(tenant=tenant, user_errors=errors)


def _changes(given: TenantUpdateInput) -> Changes:
    changes = Changes()
    for name in (
        "name",
        "country",
        "locale",
        "time_zone",
        "currency",
        "holidays",
        "signature",
        "voice",
        "consent_hours",
        "consent_purge_days",
        "export_days",
        "export_downloads",
        "attribution_days",
    ):
        value = getattr(given, name)
        if value is not None:
            changes[name] = value
    if given.rfm_rule is not None:
        changes["rfm_rule"] = str(given.rfm_rule.value)
    if given.allowed_origins is not None:
        changes["allowed_origins"] = given.allowed_origins
    if given.business_hours is not None:
        hours: dict[str, list[tuple[str, str]]] = {}
        for span in given.business_hours:
            hours.setdefault(str(span.day.value), []).append((span.opens, span.closes))
        changes["business_hours"] = hours
    return changes


def _tenant(asked: Context, settings: TenantSettings) -> Tenant:
    row = {
        "id": settings.id,
        "created_at": settings.created_at,
        "updated_at": settings.updated_at,
        "settings": settings,
    }
    return Tenant(row=row, asked=asked)


KINDS.add("tenant", Permission.TENANT_READ, load_tenants)
