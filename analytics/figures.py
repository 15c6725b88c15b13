"""Figures of KPIs out of the counters: by period, by value of a dimension, in one statement."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import contacts
import counters
from analytics.kpis import ENOUGH, KPIS, Kpi
from kernel import clock, database, tenancy
from kernel.database import Batch

Every = Literal["hour", "day", "week", "month", "quarter"]
EVERY: tuple[Every, ...] = get_args(Every)
# When a bucket began (0 without buckets), and the value of the dimension ('' without one).
Place = tuple[int, str]

_EPOCH = Date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Figure:
    """What a KPI came to; None is no data. `sample` is how many stand in its divisor."""

    amount: float | None
    sample: int

    @property
    def is_thin(self) -> bool:
        """Whether it is too small to tell."""
        return self.sample < ENOUGH


async def figures(
    names: Iterable[str],
    since: int,
    until: int,
    *,
    zone: str = "UTC",
    every: Every | None = None,
    by: str = "",
    only: str | None = None,
) -> dict[str, dict[Place, Figure]]:
    """The figures of these KPIs of the current tenant from a moment to before another.

    By bucket of that zone's clock where `every` is given, by value of the dimension `by`, or for
    that one value `only`. What nothing was counted for is left out; so are KPIs without a source.
    """
    wanted = [KPIS[name] for name in names if not KPIS[name].lacks]
    metrics = sorted({metric for one in wanted for metric in one.metrics})
    rows = await database.rows(
        f"""SELECT k.metric, k.value, k.bin, {_moment(zone, every, since, until)} AS at,
                   CAST(sum(k.n) AS bigint) AS n
              FROM ({{batch}}) AS b
              JOIN kpi_hour k ON k.tenant_id = $1::uuid AND k.dimension = $2
               AND k.metric = b.metric AND k.hour >= $3 AND k.hour < $4
             WHERE {"k.value = $5" if only is not None else "true"}
             GROUP BY 1, 2, 3, 4""",
        tenancy.current(),
        by,
        since,
        until,
        *([] if only is None else [only]),
        batch=Batch({"metric": "text"}, [[one] for one in metrics]),
    )
    sums: dict[Place, dict[str, dict[int, int]]] = {}
    for row in rows:
        place = _start(row["at"], zone, every), row["value"]
        bins = sums.setdefault(place, {}).setdefault(row["metric"], {})
        bins[row["bin"]] = bins.get(row["bin"], 0) + row["n"]
    return {
        kpi.name: {
            place: reckon(kpi, told)
            for place, told in sums.items()
            if any(any(told.get(metric, {}).values()) for metric in kpi.metrics)
        }
        for kpi in wanted
    }


def reckon(kpi: Kpi, told: Mapping[str, Mapping[int, int]]) -> Figure:
    """A figure from sums of metrics by bin; a divisor of nothing gives no data."""
    of = told.get(kpi.of, {})
    amount = sum(of.values())
    if kpi.quantile is not None:
        return Figure(_quantile(of, amount, kpi.quantile), amount)
    if not kpi.per:
        return Figure(_shown(kpi, amount), amount)
    sample = sum(told.get(kpi.per, {}).values())
    return Figure(_shown(kpi, amount / sample) if sample else None, sample)


def midnight(day: Date, zone: str) -> int:
    """When a day began there."""
    return clock.micros(datetime.combine(day, time(), ZoneInfo(zone)))


def begun(day: Date, every: Every) -> Date:
    """The first day of the week, month or quarter of a day; the day itself else."""
    if every == "week":
        return day - timedelta(days=day.weekday())
    if every == "month":
        return day.replace(day=1)
    if every == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day


def _quantile(bins: Mapping[int, int], count: int, quantile: float) -> float | None:
    """The duration below or at which this share of them lies, to 1 %."""
    if not count:
        return None
    left = math.ceil(quantile * count)
    for place in sorted(bins):
        left -= bins[place]
        if left <= 0:
            return counters.seconds_of(place)
    return None


def _shown(kpi: Kpi, amount: float) -> float:
    return amount / clock.SECOND if kpi.unit == "seconds" else amount


def _moment(zone: str, every: Every | None, since: int, until: int) -> str:
    """SQL for the hour, or the day by that zone's clock, in which a counter lies."""
    if every is None:
        return "0"
    if every == "hour":
        return "k.hour"
    spans = contacts.clocks_of(zone, since // clock.DAY, until // clock.DAY + 1)
    cases = " ".join(f"WHEN k.hour < {ends} THEN {ahead}" for _, ends, ahead in spans)
    return f"(k.hour + CASE {cases} ELSE 0 END) / {clock.DAY}"


def _start(at: int, zone: str, every: Every | None) -> int:
    """When the bucket of an hour, or of a day since 1970, began."""
    if every is None or every == "hour":
        return at
    return midnight(begun(Date.fromordinal(_EPOCH + at), every), zone)
