"""How often and when contacts are written to: the tenant's rules (F22, F23)."""

from __future__ import annotations

from typing import Annotated

import strawberry

import contacts as room
from api.graphql.described import object_type
from api.graphql.permissions import requires
from api.graphql.scalars import CountryCode
from api.graphql.schema.pace_kinds import (
    LifecycleStage,
    PaceKind,
    PaceWait,
    Region,
    ValueTier,
)
from api.graphql.schema.tenant import Weekday
from tenants import WEEKDAYS, Permission


@object_type
class PaceWaits:
    """What messages of a kind wait for."""

    kind: PaceKind = strawberry.field(description="The kind.")
    waits_for: list[PaceWait] = strawberry.field(description="What they wait for, all of it.")


@object_type
class Weekend:
    """The days on which a country rests."""

    country: CountryCode = strawberry.field(description="The country.")
    days: list[Weekday] = strawberry.field(description="Its days of rest.")


@object_type
class ReadingHours:
    """Hours in which people like to read."""

    begins: str = strawberry.field(description="When they begin, as HH:MM of the reader's clock.")
    ends: str = strawberry.field(description="When they end, as HH:MM; 24:00 is midnight.")
    on_workdays: bool = strawberry.field(description="Whether on workdays alone.")


@object_type
class BestHours:
    """The best hours of a region, for those whose own hour is not known yet."""

    region: Region = strawberry.field(description="The region.")
    hours: list[ReadingHours] = strawberry.field(description="Its best hours; none: all are good.")


@object_type
class PaceCap:
    """So much at most for some contacts, counted together over some kinds of content."""

    kinds: list[PaceKind] = strawberry.field(description="What counts, and what is held back.")
    stages: list[LifecycleStage] = strawberry.field(description="For whom; none: at every stage.")
    tiers: list[ValueTier] = strawberry.field(description="For whom; none: in every tier.")
    most: int = strawberry.field(description="How many at most.")
    days: int = strawberry.field(description="In how many days of 24 hours.")


@object_type
class PeakPeriod:
    """Days in which promotions may come more often."""

    name: str = strawberry.field(description="What it is called: 11.11.")
    first_day: str = strawberry.field(description="Its first day in the tenant's zone.")
    last_day: str = strawberry.field(description="Its last day, YYYY-MM-DD.")


@object_type
class PaceRules:
    """How often and when contacts may be written to. Of several caps the strictest holds."""

    rules: strawberry.Private[room.PaceRules]

    @strawberry.field(description="When quiet hours begin, as HH:MM of the reader's clock.")
    def quiet_from(self) -> str:
        return _clock(self.rules.timing.quiet.begins)

    @strawberry.field(
        description="When they end, mostly on the next day; the same: there are none."
    )
    def quiet_until(self) -> str:
        return _clock(self.rules.timing.quiet.ends)

    @strawberry.field(description="For how many hours after its event a service message is free.")
    def service_hours(self) -> int:
        return self.rules.caps.service_hours

    @strawberry.field(description="For how many days after the first purchase somebody is new.")
    def new_days(self) -> int:
        return self.rules.caps.new_days

    @strawberry.field(description="After more than how many days without a word people forget.")
    def silence_days(self) -> int:
        return self.rules.silence_days

    @strawberry.field(description="How many messages, written or read, tell a best hour.")
    def learned_from(self) -> int:
        return self.rules.learned_from

    @strawberry.field(description="Of how many last days they are counted.")
    def learned_over_days(self) -> int:
        return self.rules.learned_over_days

    @strawberry.field(description="What messages of each kind wait for.")
    def waits(self) -> list[PaceWaits]:
        waits = self.rules.timing.waits
        return [
            PaceWaits(
                kind=kind,
                waits_for=[one for one in PaceWait if str(one.value) in waits[str(kind.value)]],
            )
            for kind in PaceKind
        ]

    @strawberry.field(description="On which days a country rests: by the tenant, or its calendar.")
    def weekend(
        self,
        country: Annotated[CountryCode, strawberry.argument(description="The country: AE.")],
    ) -> list[Weekday]:
        return _weekdays(room.weekend_of(country, self.rules.timing))

    @strawberry.field(description="The weekends that the tenant changed, by country.")
    def weekends(self) -> list[Weekend]:
        own = sorted(self.rules.timing.weekends.items())
        return [Weekend(country=CountryCode(one), days=_weekdays(days)) for one, days in own]

    @strawberry.field(description="When people of each region like to read.")
    def best_hours(self) -> list[BestHours]:
        return [
            BestHours(
                region=region,
                hours=[
                    ReadingHours(
                        begins=_clock(one.span.begins),
                        ends=_clock(one.span.ends),
                        on_workdays=one.on_workdays,
                    )
                    for one in self.rules.timing.best[str(region.value)]
                ],
            )
            for region in Region
        ]

    @strawberry.field(description="The caps.")
    def caps(self) -> list[PaceCap]:
        return [_cap(one) for one in self.rules.caps.caps]

    @strawberry.field(
        description="What holds in peak periods in place of caps on promotions, where it is milder."
    )
    def caps_in_peaks(self) -> list[PaceCap]:
        return [_cap(one) for one in self.rules.caps.in_peaks]

    @strawberry.field(description="The peak periods, as they were declared.")
    def peaks(self) -> list[PeakPeriod]:
        return [
            PeakPeriod(
                name=one.name,
                first_day=one.first_day.isoformat(),
                last_day=one.last_day.isoformat(),
            )
            for one in self.rules.caps.peaks
        ]


@object_type
class PaceQuery:
    """What is asked of pace."""

    @strawberry.field(
        description="How often and when contacts may be written to.",
        directives=[requires(Permission.TENANT_READ)],
    )
    async def pace_rules(self) -> PaceRules:
        return PaceRules(rules=await room.pace_rules())


def _cap(one: room.Cap) -> PaceCap:
    return PaceCap(
        kinds=[PaceKind(kind) for kind in one.kinds],
        stages=[LifecycleStage(stage) for stage in one.stages],
        tiers=[ValueTier(tier) for tier in one.tiers],
        most=one.most,
        days=one.days,
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _weekdays(days: frozenset[int]) -> list[Weekday]:
    return [Weekday(WEEKDAYS[day]) for day in sorted(days)]
