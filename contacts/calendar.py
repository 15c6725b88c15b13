"""Timing: when somebody may be written to by their own clock (F23).

Whether a moment is open depends only on what their clock and calendar show at it, so that nights
over a change of the clock come out right: an hour that is skipped is never waited for, one that
comes twice is quiet twice. Times in microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from contacts import places
from kernel import clock

Waits = frozenset[str]

# What a kind of content can wait for the end of, or for the coming of; and the reason it gives.
QUIET_HOURS, HOLIDAYS, WEEKENDS, BEST_HOURS = "quiet_hours", "holidays", "weekends", "best_hours"
WAITS = (QUIET_HOURS, HOLIDAYS, WEEKENDS, BEST_HOURS)
_REASONS = {
    QUIET_HOURS: "QUIET_HOURS",
    HOLIDAYS: "HOLIDAY",
    WEEKENDS: "WEEKEND",
    BEST_HOURS: "OUTSIDE_BEST_HOURS",
}
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of a day, from the first to before the last; over midnight where that is smaller."""

    begins: int
    ends: int

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day lies in it."""
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


@dataclass(frozen=True, slots=True)
class Best:
    """A span in which people like to read, on every day or on workdays alone."""

    span: Span
    on_workdays: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """Where a tenant is: whose clock and holidays count for contacts that live nowhere known.

    `holidays` is a country (ES), a part of one (ES-CT), or empty for none.
    """

    zone: str
    country: str
    holidays: str


@dataclass(frozen=True, eq=False)
class Timing:
    """All that limits when. Compared by what it is, not by what it holds: caches go by it."""

    waits: Mapping[str, Waits]
    quiet: Span
    weekends: Mapping[str, frozenset[int]]
    best: Mapping[str, tuple[Best, ...]]
    home: Home


@dataclass(frozen=True, slots=True)
class Opening:
    """From when a message may leave, and what held it back until then."""

    at: int
    reasons: tuple[str, ...] = ()


def opening(
    at: int,
    kind: str,
    zone: str | None,
    country: str | None,
    rules: Timing,
    best_hour: int | None = None,
) -> Opening:
    """The first moment from `at` on at which a message of this kind may leave, and why not now.

    `best_hour`: what was learned of the contact, in place of what is good in their region.
    """
    waits = rules.waits[kind]
    if not waits:
        return Opening(at)
    return free_from(at, waits, zone, country, rules, best_hour)


def best_moment(
    at: int,
    kind: str,
    zone: str | None,
    country: str | None,
    rules: Timing,
    best_hour: int | None = None,
) -> int:
    """The first moment from `at` on that is both open for this kind and one of the best hours."""
    waits = rules.waits[kind] | {BEST_HOURS}
    return free_from(at, waits, zone, country, rules, best_hour).at


def free_from(
    at: int,
    waits: Waits,
    zone: str | None,
    country: str | None,
    rules: Timing,
    best_hour: int | None = None,
) -> Opening:
    """The first moment from `at` on at which none of these (WAITS) holds there, and which did."""
    return _first(at, waits, locality(zone, country, rules.home), rules, best_hour)


@lru_cache(maxsize=4096)
def clocks_of(zone: str, first_day: int, last_day: int) -> tuple[tuple[int, int, int], ...]:
    """How clocks of a zone stood in these days of UTC: spans of time, and how far ahead of UTC."""
    edges = [first_day * clock.DAY]
    for day in range(first_day, last_day):
        edges += _changes(day * clock.DAY, (day + 1) * clock.DAY, zone)
    return tuple(
        (begins, ends, int(offset.total_seconds()) * clock.SECOND)
        for begins, ends in pairwise([*edges, last_day * clock.DAY])
        if (offset := _local(begins, zone).utcoffset()) is not None
    )


@dataclass(frozen=True, slots=True)
class Locality:
    """Where a contact lives, as far as clock and calendar go."""

    zone: str
    country: str
    holidays: str


@lru_cache(maxsize=16_384)
def locality(zone: str | None, country: str | None, home: Home) -> Locality:
    """Where somebody lives: a zone that is missing is their country's, a country the zone's; who
    has neither lives where the tenant is.
    """
    known = zone if zone and places.is_zone(zone) else None
    place = country or places.country_of(known)
    if place is None:
        return Locality(known or home.zone, home.country, home.holidays)
    if known is None:
        # Of a country with several zones, the tenant's own is as likely as any.
        is_home = places.country_of(home.zone) == place
        known = home.zone if is_home else places.zone_in(place) or home.zone
    return Locality(known, place, place)


def weekend_of(country: str, rules: Timing) -> frozenset[int]:
    """The days of the week (Monday is 0) on which people of a country rest."""
    return rules.weekends.get(country, frozenset(_calendar(country).weekend))


def is_holiday(place: str, day: Date) -> bool:
    """Whether it is a public holiday of a country (ES), or a part of one (ES-CT)."""
    return day in _calendar(place)


def _first(at: int, waits: Waits, local: Locality, rules: Timing, best_hour: int | None) -> Opening:
    day, held_by = at // clock.DAY, set[str]()
    while True:
        for begins, ends, bars in _spans(day, waits, local, rules, best_hour):
            if at >= ends:
                continue
            if not bars:
                reasons = tuple(_REASONS[bar] for bar in WAITS if bar in held_by)
                return Opening(max(at, begins), reasons)
            held_by.update(bars)
        day += 1


@lru_cache(maxsize=8192)
def _spans(
    day: int, waits: Waits, local: Locality, rules: Timing, best_hour: int | None
) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """The parts of a day of UTC, and what stands against each: within one nothing changes."""
    return tuple(
        (begins, ends, _bars(_local(begins, local.zone), waits, local, rules, best_hour))
        for begins, ends in pairwise(_edges(day, local, rules, best_hour))
    )


def _edges(day: int, local: Locality, rules: Timing, best_hour: int | None) -> list[int]:
    """The moments of a day of UTC at which something may begin or end there."""
    first, last = day * clock.DAY, (day + 1) * clock.DAY
    zone = ZoneInfo(local.zone)
    spans = [rules.quiet, *(one.span for one in _best(local.country, rules, best_hour))]
    minutes = {0, *(minute for span in spans for minute in (span.begins, span.ends))}
    edges = {first, last, *_changes(first, last, local.zone)}
    date = _local(first, local.zone).date()
    while date <= _local(last, local.zone).date():
        for minute in minutes:
            at = datetime.combine(date, time(), zone) + timedelta(minutes=minute)
            edges.update(clock.micros(at.replace(fold=fold)) for fold in (0, 1))
        date += timedelta(days=1)
    return sorted(edge for edge in edges if first <= edge <= last)


def _changes(first: int, last: int, zone: str) -> list[int]:
    """The moments between at which the clock there is put forward or back."""
    if _local(first, zone).utcoffset() == _local(last, zone).utcoffset():
        return []
    while last - first > clock.SECOND:
        middle = (first + last) // 2 // clock.SECOND * clock.SECOND
        if _local(first, zone).utcoffset() == _local(middle, zone).utcoffset():
            first = middle
        else:
            last = middle
    return [last]


def _bars(
    at: datetime, waits: Waits, local: Locality, rules: Timing, best_hour: int | None
) -> tuple[str, ...]:
    """What stands against a moment there, of what such content waits for."""
    minute, day = at.hour * 60 + at.minute, at.date()
    is_quiet = rules.quiet.holds(minute)
    is_holiday = day in _calendar(local.holidays)
    is_weekend = _is_weekend(day, local, rules)
    best = _best(local.country, rules, best_hour)
    is_best = not is_quiet and any(
        one.span.holds(minute) and not (one.on_workdays and (is_holiday or is_weekend))
        for one in best
    )
    bars = {
        QUIET_HOURS: is_quiet,
        HOLIDAYS: is_holiday,
        WEEKENDS: is_weekend,
        BEST_HOURS: best and not is_best,
    }
    return tuple(bar for bar in WAITS if bar in waits and bars[bar])


def _is_weekend(day: Date, local: Locality, rules: Timing) -> bool:
    if day.weekday() not in weekend_of(local.country, rules):
        return False
    # Some countries work on a day of a weekend, to have a bridge between holidays.
    calendar = _calendar(local.country)
    return day in calendar or day not in calendar.weekend_workdays


def _best(country: str, rules: Timing, best_hour: int | None) -> tuple[Best, ...]:
    """The best hours as far as quiet hours leave something of them; none where they do not."""
    region = rules.best[_region(country)]
    own = () if best_hour is None else (Best(Span(best_hour * 60, (best_hour + 1) * 60)),)
    return _cut(own, rules.quiet) or _cut(region, rules.quiet)


@lru_cache(maxsize=4096)
def _cut(best: tuple[Best, ...], quiet: Span) -> tuple[Best, ...]:
    return tuple(
        one
        for one in best
        if any(one.span.holds(m) and not quiet.holds(m) for m in range(DAY_MINUTES))
    )


@cache
def _region(country: str) -> str:
    regions = places.pace_page()["regions"]
    return next((name for name, text in regions.items() if country in text.split()), "general")


@cache
def _calendar(place: str) -> HolidayBase:
    country, _, part = place.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        # A part, or a country, whose days off nobody has written down.
        return _calendar(country) if part else HolidayBase()


def _local(at: int, zone: str) -> datetime:
    return clock.moment(at).astimezone(ZoneInfo(zone))
