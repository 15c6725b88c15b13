"""Counted once, in any order, and anew from the rows to identical values (F41)."""

from __future__ import annotations

from random import Random
from typing import Any

import counters
from counters import METRICS
from kernel import events, tenancy
from kernel.events import START, Event
from tests import stored
from tests.analytics.month import play, wiped
from tests.api.door import Door
from tests.following import follow_counters

Row = tuple[Any, ...]


async def test_any_order_and_anew(door: Door) -> None:
    month = await play(door)
    tenant_id = month.store.tenant_id
    await follow_counters()
    live = await _counted()
    with tenancy.acting_for(tenant_id):
        happened = [one async for one in _events(tenant_id)]
        assert len(happened) > 250
        for seed in range(3):
            chance = Random(seed)
            told = happened + chance.sample(happened, 50)
            chance.shuffle(told)
            await wiped(tenant_id)
            while told:
                size = chance.randint(1, 200)
                await counters.count_events(told[:size])
                told = told[size:]
            assert await _counted() == live
        # Counters that were damaged, and things that were never told of, come right.
        await stored.run("UPDATE kpi_hour SET n = n + 7")
        await stored.run("DELETE FROM kpi_source WHERE kind = 'message'")
        await counters.begin()
        far = await counters.how_far()
        assert far is not None
        assert (far.is_running, far.done) == (True, 0)
        await counters.pause()
        assert await counters.count_anew() == 0
        await counters.pause(is_paused=False)
        await _anew()
        assert await _counted() == live
        far = await counters.how_far()
        assert far is not None
        assert (far.is_running, far.done) == (False, far.total)
    _sums_hold(live)


async def _events(tenant_id: str) -> Any:
    after = START
    while told := await events.read(after, tenant_id=tenant_id):
        after = told[-1].cursor
        for one in told:
            yield Event(one.kind, one.refs, one.at)


async def _anew() -> None:
    while await counters.count_anew():
        pass


async def _counted() -> dict[Row, int]:
    rows = await stored.rows(
        "SELECT dimension, metric, hour, value, bin, n FROM kpi_hour WHERE n <> 0"
    )
    return {tuple(row.values())[:-1]: row["n"] for row in rows}


def _sums_hold(counted: dict[Row, int]) -> None:
    """Every hour's total is the sum of its values, in every dimension that fits."""
    sums: dict[Row, int] = {}
    for (dimension, metric, hour, _, place), n in counted.items():
        key = (dimension, metric, hour, place)
        sums[key] = sums.get(key, 0) + n
    totals = {key[1:]: n for key, n in sums.items() if not key[0]}
    for (metric, hour, place), n in totals.items():
        for dimension in METRICS[metric].dimensions:
            assert sums.get((dimension, metric, hour, place), 0) == n, (dimension, metric)
    assert len({metric for metric, _, _ in totals}) > 36
