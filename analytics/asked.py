"""What may be asked of a board, and what is refused, by the field that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import counters
import tenants
from analytics.figures import Every, midnight
from analytics.kpis import KPIS
from kernel import clock
from kernel.errors import Invalid

Comparison = Literal["period_before", "year_before"]

_LONGEST = 800
_MOST_POINTS = 1000
_YEAR = timedelta(days=364)  # weekdays stay weekdays


@dataclass(frozen=True, slots=True)
class Asked:
    """A board as it was asked for: days of a zone, both included, and what the figures are of."""

    first: Date
    last: Date
    zone: str
    names: tuple[str, ...]
    every: Every | None = None
    by: tuple[str, ...] = ()
    only: tuple[str, str] | None = None
    compare: Comparison = "period_before"

    @property
    def span(self) -> tuple[int, int]:
        """The moments from which and before which things count."""
        return midnight(self.first, self.zone), midnight(self.last + timedelta(days=1), self.zone)

    @property
    def span_before(self) -> tuple[int, int]:
        """The same of the period that it is compared to."""
        days = self.last - self.first + timedelta(days=1)
        back = _YEAR if self.compare == "year_before" else days
        return midnight(self.first - back, self.zone), midnight(self.first - back + days, self.zone)


async def checked(
    first: Date,
    last: Date,
    *,
    zone: str | None = None,
    names: Sequence[str] | None = None,
    every: Every | None = None,
    by: Sequence[str] = (),
    only: tuple[str, str] | None = None,
    compare: Comparison = "period_before",
) -> Asked:
    """The board that is asked for; Invalid names the field that is wrong.

    Without names all KPIs are meant that fit the dimensions.
    """
    days = (last - first).days + 1
    if days < 1:
        raise Invalid("The range ends before it begins.", field=("range", "to"))
    if days > _LONGEST:
        raise Invalid(f"A range has at most {_LONGEST} days; it has {days}.", field=("range", "to"))
    if not Date(1971, 1, 1) <= first <= last <= Date(9990, 1, 1):
        raise Invalid("The range lies outside of the years 1971 to 9989.", field=("range", "from"))
    own = (await tenants.read_settings()).time_zone
    zone = zone or own
    if zone not in available_timezones():
        raise Invalid("There is no such time zone.", field=("range", "timeZone"))
    if _past_hour(zone, first) != _past_hour(own, first):
        raise Invalid(
            f"Counters keep the hours of {own}; this zone's begin at other minutes.",
            field=("range", "timeZone"),
        )
    if every == "hour" and days * 24 > _MOST_POINTS:
        raise Invalid(f"By hour a range has at most {_MOST_POINTS // 24} days.", field=("every",))
    dimensions = [*((one, "by") for one in by), *([(only[0], "filter")] if only else [])]
    for dimension, field in dimensions:
        if dimension in counters.WITHOUT_SOURCE:
            lacks = counters.WITHOUT_SOURCE[dimension]
            raise Invalid(f"Nothing tells of {lacks} yet.", code="NO_SOURCE_YET", field=(field,))
    if only and set(by) - {only[0]}:
        raise Invalid(
            "Counters know one dimension at a time: break down by the one that is filtered by.",
            field=("by",),
        )
    if names is None:
        fits = [
            one.name
            for one in KPIS.values()
            if all(dimension in one.dimensions for dimension, _ in dimensions)
        ]
        return Asked(first, last, zone, tuple(fits), every, tuple(by), only, compare)
    for name in names:
        for dimension, field in dimensions:
            if not KPIS[name].lacks and dimension not in KPIS[name].dimensions:
                raise Invalid(f"{name} has no {dimension}.", code="DOES_NOT_FIT", field=(field,))
    return Asked(first, last, zone, tuple(dict.fromkeys(names)), every, tuple(by), only, compare)


def _past_hour(zone: str, day: Date) -> int:
    """How many microseconds past UTC's hours those of a zone begin."""
    ahead = clock.moment(midnight(day, zone)).astimezone(ZoneInfo(zone)).utcoffset()
    return int(ahead.total_seconds() if ahead else 0) % 3600
