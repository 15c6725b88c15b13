"""Time as counters see it: hours by the tenant's clock, weekdays by the contact's, open time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import contacts
import tenants
from contacts import Home
from counters.metrics import VERSION
from kernel import clock

# Minutes of a day, from the first to before the last.
Spans = tuple[tuple[int, int], ...]

_QUARTER = 15 * clock.MINUTE
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class House:
    """A tenant's clocks: its zone, its business hours, when its customers are awake."""

    home: Home
    hours: tuple[Spans, ...]
    awake: Spans

    @property
    def basis(self) -> str:
        """What counters depend on beside what happened: with another one all is counted anew."""
        return f"{VERSION} {self}"

    def hour(self, at: int) -> int:
        """The hour in which a moment lies by the tenant's clock; when it began."""
        ahead = _ahead(self.home.zone, at // _QUARTER) % clock.HOUR
        return (at + ahead) // clock.HOUR * clock.HOUR - ahead

    def open_time(self, begins: int, ends: int) -> int:
        """How much of this time lies in the tenant's business hours, holidays left out."""
        return _within(begins, ends, self.home.zone, lambda day: _business(self, day))

    def waking_time(self, begins: int, ends: int, zone: str) -> int:
        """How much of this time lies outside of quiet hours in that zone."""
        return _within(begins, ends, zone, lambda day: self.awake)


async def read_house() -> House:
    """The current tenant's clocks."""
    settings, rules = await tenants.read_settings(), await contacts.pace_rules()
    quiet = rules.timing.quiet
    return House(
        rules.timing.home,
        tuple(
            tuple((_minutes(opens), _minutes(closes)) for opens, closes in spans)
            for spans in (settings.business_hours.get(day, []) for day in tenants.WEEKDAYS)
        ),
        ((quiet.ends, quiet.begins),)
        if quiet.begins > quiet.ends
        else ((0, quiet.begins), (quiet.ends, _DAY_MINUTES)),
    )


def local_hour(at: int, zone: str) -> str:
    """Weekday and hour there: `0-09` is Monday from nine on."""
    hours = (at + _ahead(zone, at // _QUARTER)) // clock.HOUR
    # 1970 began on a Thursday.
    return f"{(hours // 24 + 3) % 7}-{hours % 24:02d}"


@lru_cache(maxsize=200_000)
def _ahead(zone: str, quarter: int) -> int:
    """How far clocks of a zone are ahead of UTC; they are changed on a quarter of an hour."""
    ahead = clock.moment(quarter * _QUARTER).astimezone(ZoneInfo(zone)).utcoffset()
    return int(ahead.total_seconds()) * clock.SECOND if ahead else 0


def _within(begins: int, ends: int, zone: str, spans_of: Callable[[Date], Spans]) -> int:
    first = clock.moment(begins).astimezone(ZoneInfo(zone)).date()
    last = clock.moment(ends).astimezone(ZoneInfo(zone)).date()
    return sum(
        max(0, min(ends, closes) - max(begins, opens))
        for day in range(first.toordinal(), last.toordinal() + 1)
        for opens, closes in _moments(zone, day, spans_of(Date.fromordinal(day)))
    )


@lru_cache(maxsize=50_000)
def _moments(zone: str, day: int, spans: Spans) -> tuple[tuple[int, int], ...]:
    midnight = datetime.combine(Date.fromordinal(day), time(), ZoneInfo(zone))
    return tuple(
        (
            clock.micros(midnight + timedelta(minutes=opens)),
            clock.micros(midnight + timedelta(minutes=closes)),
        )
        for opens, closes in spans
    )


def _business(house: House, day: Date) -> Spans:
    return () if contacts.is_holiday(house.home.holidays, day) else house.hours[day.weekday()]


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
