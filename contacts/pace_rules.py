"""A tenant's rules of pace and timing: what it changed, and `pace.toml` for the rest (F22, F23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from contacts.calendar import Best, Home, Span, Timing
from contacts.pacing import KINDS, Cap, Caps, Peak
from contacts.places import pace_page
from kernel import clock, database, tenancy

# Sets of caps that a tenant can begin with.
PRESETS = {name: pace_page()["caps"][name] for name in ("standard", "by_value")}
# What a tenant changed: rule → JSON, such as `figures.quiet_from` → "21:00".
Changed = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class PaceRules:
    """When and how often contacts may be written to, after how many days of silence they forget,
    and how many messages of how many days tell their best hour.
    """

    timing: Timing
    caps: Caps
    silence_days: int
    learned_from: int
    learned_over_days: int


async def pace_rules() -> PaceRules:
    """The current tenant's rules; the same object while nothing changes, for caches go by it."""
    rows = await database.rows(
        """SELECT t.time_zone, t.country, t.holidays, r.name, r.value FROM tenant t
             LEFT JOIN pace_rule r ON r.tenant_id = t.id
            WHERE t.id = $1::uuid ORDER BY r.name""",
        tenancy.current(),
    )
    home = Home(rows[0]["time_zone"], rows[0]["country"], rows[0]["holidays"])
    return rules_of(home, tuple((row["name"], row["value"]) for row in rows if row["name"]))


@lru_cache(maxsize=1024)
def rules_of(home: Home, changed: Changed = ()) -> PaceRules:
    """The rules of a tenant at home there, with what it changed."""
    page, own = pace_page(), {name: orjson.loads(value) for name, value in changed}
    figures = {name: own.get(f"figures.{name}", value) for name, value in page["figures"].items()}
    return PaceRules(
        timing=Timing(
            waits={
                kind: frozenset(own.get(f"waits.{kind}", page["waits"][kind])) for kind in KINDS
            },
            quiet=Span(minutes_of(figures["quiet_from"]), minutes_of(figures["quiet_until"])),
            weekends={
                name.removeprefix("weekends."): frozenset(days)
                for name, days in own.items()
                if name.startswith("weekends.")
            },
            best={
                region: tuple(map(_best, own.get(f"best.{region}", spans)))
                for region, spans in page["best"].items()
            },
            home=home,
        ),
        caps=Caps(
            caps=tuple(map(_cap, own.get("caps", page["caps"]["standard"]))),
            in_peaks=tuple(map(_cap, own.get("caps_in_peaks", page["caps"]["peak"]))),
            peaks=tuple(_peak(one, home.zone) for one in own.get("peaks", ())),
            service_hours=figures["service_hours"],
            new_days=figures["new_days"],
        ),
        silence_days=figures["silence_days"],
        learned_from=figures["learned_from"],
        learned_over_days=figures["learned_over_days"],
    )


def minutes_of(text: str) -> int:
    """The minutes since midnight of HH:MM; 24:00 is the day's end."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _best(one: Mapping[str, Any]) -> Best:
    span = Span(minutes_of(one["begins"]), minutes_of(one["ends"]))
    return Best(span, on_workdays=one["on"] == "workdays")


def _cap(one: Mapping[str, Any]) -> Cap:
    stages, tiers = tuple(one.get("stages", ())), tuple(one.get("tiers", ()))
    return Cap(tuple(one["kinds"]), one["most"], one["days"], stages, tiers)


def _peak(one: Mapping[str, Any], zone: str) -> Peak:
    """From the midnight before its first day to the one after its last, by the tenant's clock."""
    first, last = date.fromisoformat(one["first_day"]), date.fromisoformat(one["last_day"])
    begins, ends = (
        clock.micros(datetime.combine(day, time(), ZoneInfo(zone)))
        for day in (first, last + timedelta(days=1))
    )
    return Peak(one["name"], first, last, begins, ends)
