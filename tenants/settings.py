"""What a tenant sets for itself (F1), and whether its house is open."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import orjson

from kernel import clock, database, events, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from tenants import forms
from tenants.origins import forget_origins

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_MOST_SPANS = 6
_LISTS = ("business_hours", "allowed_origins")

# Weekday → spans of opening in the tenant's time zone; a day that is missing is closed.
Hours = Mapping[str, Sequence[tuple[str, str]]]
OFFICE_HOURS: Hours = {day: [("09:00", "18:00")] for day in WEEKDAYS[:5]}


class Changes(TypedDict, total=False):
    """The settings to change; what is left out stays."""

    name: str
    country: str
    locale: str
    time_zone: str
    currency: str
    business_hours: Hours
    holidays: str
    signature: str
    voice: str
    allowed_origins: Sequence[str]
    consent_hours: int
    consent_purge_days: int
    export_days: int
    export_downloads: int
    attribution_days: int
    rfm_rule: str


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """A tenant as it set itself up; `state` is active, suspended or closing.

    A second yes counts for `consent_hours`; where none comes, the first is forgotten after
    `consent_purge_days` (F9). A touch counts for the orders of `attribution_days` after it (F34).
    By `rfm_rule`, ties or ntile, RFM segments are told (F36).
    """

    id: str
    name: str
    country: str
    locale: str
    time_zone: str
    currency: str
    business_hours: dict[str, list[tuple[str, str]]]
    holidays: str
    signature: str
    voice: str
    allowed_origins: list[str]
    consent_hours: int
    consent_purge_days: int
    export_days: int
    export_downloads: int
    attribution_days: int
    rfm_rule: str
    state: str
    created_at: int
    updated_at: int


async def read_settings() -> TenantSettings:
    """The current tenant's settings."""
    row = await database.row(
        """SELECT id, name, country, locale, time_zone, currency, business_hours, holidays,
                  signature, voice, allowed_origins, consent_hours, consent_purge_days,
                  export_days, export_downloads, attribution_days, rfm_rule,
                  state, created_at, updated_at
             FROM tenant WHERE id = $1::uuid""",
        tenancy.current(),
    )
    if row is None:
        raise NotFound("There is no such tenant.")
    hours = {
        day: [(opens, closes) for opens, closes in spans]
        for day, spans in orjson.loads(row["business_hours"]).items()
    }
    origins = orjson.loads(row["allowed_origins"])
    return TenantSettings(**{**row, "business_hours": hours, "allowed_origins": origins})


@database.unit_of_work
async def update_settings(changes: Changes) -> TenantSettings:
    """Change settings of the current tenant; all of them afterwards. Invalid names the field."""
    columns = checked(changes)
    if columns:
        places = ", ".join(
            f"{name} = ${place}" + ("::jsonb" if name in _LISTS else "")
            for place, name in enumerate(columns, start=3)
        )
        await database.run(
            f"UPDATE tenant SET updated_at = $2::bigint, {places} WHERE id = $1::uuid",
            tenancy.current(),
            clock.now(),
            *columns.values(),
        )
        await events.record(Event("tenant.settings_changed", {}))
        database.after_commit(forget_origins)
    return await read_settings()


def checked(changes: Changes) -> dict[str, Any]:
    """The changes in the form that is stored; Invalid names the first field that is wrong."""
    given: dict[str, Any] = {**changes}
    return {name: _CHECKS[name](value) for name, value in given.items()}


async def suspend() -> None:
    """Close the current tenant's house for now: nobody signs in, tokens stop within 5 seconds."""
    await _turn("active", "suspended", "tenant.suspended")


async def resume() -> None:
    """Open the suspended house again; sessions that have not expired go on."""
    await _turn("suspended", "active", "tenant.resumed")


async def drop_tenant() -> None:
    """Take the current tenant away, of which nothing else is left."""
    await database.run("DELETE FROM tenant WHERE id = $1::uuid", tenancy.current())


@database.unit_of_work
async def _turn(before: str, after: str, event: str) -> None:
    turned = await database.run(
        """UPDATE tenant SET state = $3, updated_at = $4::bigint
            WHERE id = $1::uuid AND state = $2""",
        tenancy.current(),
        before,
        after,
        clock.now(),
    )
    if turned:
        await events.record(Event(event, {}))
    elif (await read_settings()).state != after:
        raise Conflict("This tenant is being closed.", code="TENANT_CLOSING")


def _hours(hours: Hours) -> str:
    for day, spans in hours.items():
        if day not in WEEKDAYS or len(spans) > _MOST_SPANS:
            raise Invalid(
                f"Days are {', '.join(WEEKDAYS)}, each with at most {_MOST_SPANS} spans.",
                field=("business_hours", day),
            )
        last = ""
        for opens, closes in spans:
            # Times of one form sort as texts do; spans must follow on without overlap.
            if not (_TIME.fullmatch(opens) and _TIME.fullmatch(closes) and last <= opens < closes):
                raise Invalid(
                    "Spans such as 09:00 to 18:00 are wanted, in order and apart.",
                    field=("business_hours", day),
                )
            last = closes
    return orjson.dumps(
        {day: [list(span) for span in hours[day]] for day in WEEKDAYS if hours.get(day)}
    ).decode()


def _rfm_rule(rule: str) -> str:
    if rule not in ("ties", "ntile"):
        raise Invalid("The rule is ties or ntile.", field=("rfm_rule",))
    return rule


_CHECKS: dict[str, Callable[[Any], str | int]] = {
    "name": lambda text: forms.line(text, ("name",)),
    "country": forms.country,
    "locale": forms.locale,
    "time_zone": forms.time_zone,
    "currency": forms.currency,
    "business_hours": _hours,
    "holidays": forms.holidays,
    "allowed_origins": forms.origins,
    "signature": lambda text: forms.lines(text, ("signature",)),
    "voice": lambda text: forms.lines(text, ("voice",)),
    "consent_hours": lambda number: forms.whole(number, 1, 24 * 30, ("consent_hours",)),
    "consent_purge_days": lambda number: forms.whole(number, 1, 365, ("consent_purge_days",)),
    "export_days": lambda days: forms.whole(days, 1, 30, ("export_days",)),
    "export_downloads": lambda times: forms.whole(times, 1, 10, ("export_downloads",)),
    "attribution_days": lambda days: forms.whole(days, 1, 90, ("attribution_days",)),
    "rfm_rule": _rfm_rule,
}
