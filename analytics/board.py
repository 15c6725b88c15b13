"""A board: tiles with figure, state and direction, series and breakdowns, for one period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from analytics.asked import Asked
from analytics.figures import Figure, begun, figures, midnight
from analytics.kpis import KPIS, Kpi
from analytics.targets import read_targets
from kernel import clock

State = Literal["on_target", "watch", "off", "no_target", "no_data", "no_source_yet"]
Direction = Literal["rising", "falling", "steady"]

_NOTHING = Figure(None, 0)
# A figure is missed by little up to a tenth, and steady up to a hundredth.
_LITTLE, _STILL = 0.1, 0.01


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of a bucket; when that began."""

    at: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Slice:
    """The figure of one value of a dimension."""

    value: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Tile:
    """A KPI over a period, against its target and the period before."""

    kpi: Kpi
    figure: Figure
    before: Figure
    target: float | None
    series: tuple[Point, ...]
    slices: Mapping[str, tuple[Slice, ...]]

    @property
    def state(self) -> State:
        """How it stands against its target, or against the period before where it has none."""
        aim = self.before.amount if self.target is None else self.target
        if self.kpi.lacks:
            return "no_source_yet"
        if self.figure.amount is None:
            return "no_data"
        if aim is None or not self.kpi.good:
            return "no_target"
        missed = aim - self.figure.amount if self.kpi.good == "more" else self.figure.amount - aim
        if missed <= 0:
            return "on_target"
        return "watch" if missed <= abs(aim) * _LITTLE else "off"

    @property
    def change(self) -> float | None:
        """By which part of the period before it is more or less; None where nothing can be said."""
        if self.figure.amount is None or not self.before.amount:
            return None
        return self.figure.amount / self.before.amount - 1

    @property
    def direction(self) -> Direction | None:
        """Where it moves since the period before."""
        if self.change is None:
            return None
        if abs(self.change) <= _STILL:
            return "steady"
        return "rising" if self.change > 0 else "falling"

    @property
    def is_thin(self) -> bool:
        """Whether the sample, or that of the period before, is too small to tell."""
        has_sample = bool(self.kpi.per) or self.kpi.quantile is not None
        return has_sample and (self.figure.is_thin or self.before.is_thin)


async def board(asked: Asked) -> list[Tile]:
    """The tiles of a board, in the order in which they are asked for."""
    since, until = asked.span
    dimension, only = asked.only or ("", None)
    now = await figures(asked.names, since, until, by=dimension, only=only)
    before = await figures(asked.names, *asked.span_before, by=dimension, only=only)
    points: dict[str, dict[tuple[int, str], Figure]] = {}
    if asked.every:
        points = await figures(
            asked.names, since, until, zone=asked.zone, every=asked.every, by=dimension, only=only
        )
    slices = {by: await figures(asked.names, since, until, by=by) for by in asked.by}
    targets = await read_targets()
    place = (0, only or "")
    return [
        Tile(
            KPIS[name],
            now.get(name, {}).get(place, nothing(KPIS[name])),
            before.get(name, {}).get(place, nothing(KPIS[name])),
            targets.get(name, KPIS[name].target),
            tuple(
                Point(at, points.get(name, {}).get((at, only or ""), nothing(KPIS[name])))
                for at in _starts(asked)
            ),
            {
                by: tuple(
                    Slice(value, figure)
                    for (_, value), figure in sorted(found.get(name, {}).items(), key=_largest)
                    if only is None or value == only
                )
                for by, found in slices.items()
            },
        )
        for name in asked.names
    ]


def nothing(kpi: Kpi) -> Figure:
    """What a KPI is where nothing was counted: nothing of a sum is 0, of all else no data."""
    return _NOTHING if kpi.per or kpi.quantile is not None or kpi.lacks else Figure(0, 0)


def _largest(item: tuple[tuple[int, str], Figure]) -> tuple[int, str]:
    return -item[1].sample, item[0][1]


def _starts(asked: Asked) -> Iterator[int]:
    """When each bucket of the period began; the first may have begun before it."""
    since, until = asked.span
    if asked.every == "hour":
        yield from range(since, until, clock.HOUR)
    elif asked.every:
        days = (asked.last - asked.first).days + 1
        firsts = (begun(asked.first + timedelta(days=n), asked.every) for n in range(days))
        yield from (midnight(day, asked.zone) for day in dict.fromkeys(firsts))
