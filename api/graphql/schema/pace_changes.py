"""Changing how often and when contacts are written to (F22, F23)."""

from __future__ import annotations

from typing import Any

import strawberry

import contacts as room
from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import CountryCode
from api.graphql.schema.pace import PaceRules
from api.graphql.schema.pace_kinds import (
    LifecycleStage,
    PaceKind,
    PacePreset,
    PaceWait,
    Region,
    ValueTier,
)
from api.graphql.schema.tenant import Weekday
from tenants import WEEKDAYS, Permission

_FIGURES = (
    *("quiet_from", "quiet_until", "service_hours", "new_days", "silence_days"),
    *("learned_from", "learned_over_days"),
)


@input_type
class PaceWaitsInput:
    """What messages of a kind are to wait for."""

    kind: PaceKind = strawberry.field(description="The kind.")
    waits_for: list[PaceWait] = strawberry.field(description="What they wait for, all of it.")


@input_type
class WeekendInput:
    """The days on which a country rests."""

    country: CountryCode = strawberry.field(description="The country.")
    days: list[Weekday] = strawberry.field(description="Its days of rest: 3 at most.")


@input_type
class ReadingHoursInput:
    """Hours in which people like to read."""

    begins: str = strawberry.field(description="When they begin, as HH:MM of the reader's clock.")
    ends: str = strawberry.field(description="When they end, as HH:MM; 24:00 is midnight.")
    on_workdays: bool = strawberry.field(default=False, description="Whether on workdays alone.")


@input_type
class BestHoursInput:
    """The best hours of a region."""

    region: Region = strawberry.field(description="The region.")
    hours: list[ReadingHoursInput] = strawberry.field(description="Its best hours: 6 at most.")


@input_type
class PaceCapInput:
    """So much at most for some contacts, counted together over some kinds of content."""

    kinds: list[PaceKind] = strawberry.field(
        description="What counts, and what is held back; SERVICE cannot be."
    )
    stages: list[LifecycleStage] = strawberry.field(
        default_factory=list, description="For whom; none: at every stage."
    )
    tiers: list[ValueTier] = strawberry.field(
        default_factory=list, description="For whom; none: in every tier."
    )
    most: int = strawberry.field(description="How many at most: 1 to 100.")
    days: int = strawberry.field(description="In how many days of 24 hours: 1 to 366.")


@input_type
class PeakPeriodInput:
    """Days in which promotions may come more often."""

    name: str = strawberry.field(description="What it is called: 1 to 100 characters.")
    first_day: str = strawberry.field(description="Its first day in the tenant's zone, YYYY-MM-DD.")
    last_day: str = strawberry.field(description="Its last day, at most 30 days later.")


@input_type
class PaceUpdateInput:
    """What to change of the rules; what is left out or null stays as it is."""

    quiet_from: str | None = strawberry.field(
        default=None, description="When quiet hours begin, as HH:MM of the reader's clock."
    )
    quiet_until: str | None = strawberry.field(
        default=None,
        description="When they end; the same as their beginning: there are none. 4 hours of a day "
        "stay open.",
    )
    service_hours: int | None = strawberry.field(
        default=None, description="Hours for which a service message is free: 1 to 168."
    )
    new_days: int | None = strawberry.field(
        default=None, description="Days for which somebody is new: 0 to 90."
    )
    silence_days: int | None = strawberry.field(
        default=None, description="Days without a word after which people forget: 1 to 365."
    )
    learned_from: int | None = strawberry.field(
        default=None, description="Messages that tell a best hour: 1 to 1,000."
    )
    learned_over_days: int | None = strawberry.field(
        default=None, description="Days over which they are counted: 7 to 365."
    )
    waits: list[PaceWaitsInput] | None = strawberry.field(
        default=None, description="What messages wait for; kinds left out stay."
    )
    weekends: list[WeekendInput] | None = strawberry.field(
        default=None, description="On which days countries rest; countries left out stay."
    )
    best_hours: list[BestHoursInput] | None = strawberry.field(
        default=None, description="When people like to read; regions left out stay."
    )
    preset: PacePreset | None = strawberry.field(
        default=None, description="Caps to begin with, in place of all; caps come after it."
    )
    caps: list[PaceCapInput] | None = strawberry.field(
        default=None, description="The caps, all of them: 40 at most."
    )
    caps_in_peaks: list[PaceCapInput] | None = strawberry.field(
        default=None, description="The caps on promotions in peak periods, all of them."
    )
    peaks: list[PeakPeriodInput] | None = strawberry.field(
        default=None, description="The peak periods, all of them: 50 at most."
    )


@object_type
class PacePayload:
    """What became of a change of the rules."""

    rules: PaceRules | None = strawberry.field(description="The rules as they are now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class PaceMutation:
    """What is set of pace."""

    @strawberry.mutation(
        description="Change how often and when contacts may be written to. What waits already is "
        "judged by it when its moment comes.",
        directives=[requires(Permission.TENANT_WRITE)],
    )
    async def pace_update(self, info: Info, input: InputOf[PaceUpdateInput]) -> PacePayload:
        async def work() -> PaceRules:
            await room.change_pace(_changes(input))
            return PaceRules(rules=await room.pace_rules())

        rules, errors = await attempt(work)
        return PacePayload(rules=rules, user_errors=errors)

    @strawberry.mutation(
        description="Take back every change of the rules.",
        directives=[requires(Permission.TENANT_WRITE)],
    )
    async def pace_reset(self, info: Info) -> PacePayload:
        await room.reset_pace()
        return PacePayload(rules=PaceRules(rules=await room.pace_rules()), user_errors=[])


def _changes(given: PaceUpdateInput) -> dict[str, Any]:
    """What is given, by the names of the rules."""
    changes: dict[str, Any] = {
        f"figures.{name}": value for name in _FIGURES if (value := getattr(given, name)) is not None
    }
    for waits in given.waits or ():
        changes[f"waits.{waits.kind.value}"] = [one.value for one in waits.waits_for]
    for weekend in given.weekends or ():
        days = [WEEKDAYS.index(str(one.value)) for one in weekend.days]
        changes[f"weekends.{weekend.country}"] = days
    for best in given.best_hours or ():
        changes[f"best.{best.region.value}"] = [
            {
                "begins": one.begins,
                "ends": one.ends,
                "on": "workdays" if one.on_workdays else "days",
            }
            for one in best.hours
        ]
    if given.preset is not None:
        changes["caps"] = room.PRESETS[str(given.preset.value)]
    if given.caps is not None:
        changes["caps"] = [_given(one) for one in given.caps]
    if given.caps_in_peaks is not None:
        changes["caps_in_peaks"] = [_given(one) for one in given.caps_in_peaks]
    if given.peaks is not None:
        changes["peaks"] = [
            {"name": one.name, "first_day": one.first_day, "last_day": one.last_day}
            for one in given.peaks
        ]
    return changes


def _given(one: PaceCapInput) -> dict[str, Any]:
    return {
        "kinds": [kind.value for kind in one.kinds],
        "stages": [stage.value for stage in one.stages],
        "tiers": [tier.value for tier in one.tiers],
        "most": one.most,
        "days": one.days,
    }
