"""What KPIs are called, mean and are broken down by: made from the page of definitions (F41)."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

import analytics as room
import counters
from analytics import KPIS
from api.graphql.described import enum_type, object_type

# Its values are made from the page of definitions, which types cannot follow.
_enum: Any = strawberry.enum
KpiName = _enum(
    Enum(
        "KpiName",
        {
            name.upper(): strawberry.enum_value(name, description=f"{one.title}: {one.meaning}")
            for name, one in KPIS.items()
        },
    ),
    description="The KPIs, as docs/kpis.md defines them.",
)
KpiDimension = _enum(
    Enum(
        "KpiDimension",
        {
            name.upper(): strawberry.enum_value(name, description=says)
            for name, says in (
                *counters.DIMENSIONS.items(),
                *((name, f"Not yet: {says}.") for name, says in counters.WITHOUT_SOURCE.items()),
            )
        },
    ),
    description="What figures are broken down by: the values of each come to the total.",
)
NAMES: Any = KpiName
DIMENSIONS: Any = KpiDimension


@enum_type
class KpiEvery(Enum):
    """How long a bucket of a series is, by the clock of the range."""

    HOUR = strawberry.enum_value("hour", description="An hour; ranges of 41 days at most.")
    DAY = strawberry.enum_value("day", description="A day.")
    WEEK = strawberry.enum_value("week", description="A week, from Monday.")
    MONTH = strawberry.enum_value("month", description="A month.")
    QUARTER = strawberry.enum_value("quarter", description="A quarter of a year.")


@enum_type
class KpiComparison(Enum):
    """What a period is compared to."""

    PERIOD_BEFORE = strawberry.enum_value(
        "period_before", description="As many days right before it."
    )
    YEAR_BEFORE = strawberry.enum_value(
        "year_before", description="The same weekdays 52 weeks before."
    )


@enum_type
class KpiState(Enum):
    """How a figure stands against its target, or against the period before where it has none."""

    ON_TARGET = strawberry.enum_value("on_target", description="Met.")
    WATCH = strawberry.enum_value("watch", description="Missed by a tenth of it at most.")
    OFF = strawberry.enum_value("off", description="Missed by more.")
    NO_TARGET = strawberry.enum_value(
        "no_target", description="Neither more nor less is better, or there is no period before."
    )
    NO_DATA = strawberry.enum_value("no_data", description="Nothing happened to reckon it from.")
    NO_SOURCE_YET = strawberry.enum_value(
        "no_source_yet", description="Defined; what it is reckoned from is not counted yet."
    )


@enum_type
class KpiDirection(Enum):
    """Where a figure moves since the period that it is compared to."""

    RISING = strawberry.enum_value("rising", description="More, by over a hundredth.")
    FALLING = strawberry.enum_value("falling", description="Less, by over a hundredth.")
    STEADY = strawberry.enum_value("steady", description="About the same.")


@object_type
class KpiDefinition:
    """What a KPI means."""

    kpi: strawberry.Private[room.Kpi]

    @strawberry.field(description="Its name.")
    def name(self) -> NAMES:
        return KpiName(self.kpi.name)

    @strawberry.field(description="What a board calls it.")
    def title(self) -> str:
        return self.kpi.title

    @strawberry.field(description="What it says, and what counts.")
    def meaning(self) -> str:
        return self.kpi.meaning

    @strawberry.field(description="How it is reckoned from what is counted.")
    def formula(self) -> str:
        return self.kpi.formula

    @strawberry.field(description="share (0 to 1), seconds, money, count, ratio or score.")
    def unit(self) -> str:
        return self.kpi.unit

    @strawberry.field(description="Over which period it is usually looked at.")
    def period(self) -> str:
        return self.kpi.period

    @strawberry.field(description="What it can be broken down by.")
    def dimensions(self) -> list[DIMENSIONS]:
        return [KpiDimension(one) for one in self.kpi.dimensions]

    @strawberry.field(description="From where its usual range is low; null where nothing is.")
    def healthy_from(self) -> float | None:
        return self.kpi.healthy[0]

    @strawberry.field(description="Up to where its usual range is; null where nothing is.")
    def healthy_to(self) -> float | None:
        return self.kpi.healthy[1]

    @strawberry.field(description="Where its target and its usual range are from.")
    def source(self) -> str:
        return self.kpi.source

    @strawberry.field(description="What it waits for; null where it is counted.")
    def lacks(self) -> str | None:
        return self.kpi.lacks or None

    @strawberry.field(description="The version of all definitions; another one counts anew.")
    def version(self) -> int:
        return counters.VERSION
