"""Counted once, in any order, and anew from the rows to identical values (F41)."""

from __future__ import annotations

from random import Random
from typing import Any

import contacts
import counters
from counters import METRICS
from kernel import events, ids, tenancy
from kernel.events import START, Event
from kernel.ids import Id
from tests import stored
from tests.analytics.month import Month, at, play, shown, wiped
from tests.api.door import Door
from tests.commerce.test_own_shop import put
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
            left = happened + chance.sample(happened, 50)
            chance.shuffle(left)
            await wiped(tenant_id)
            while left:
                size = chance.randint(1, 200)
                await counters.count_events(left[:size])
                left = left[size:]
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
    while found := await events.read(after, tenant_id=tenant_id):
        after = found[-1].cursor
        for one in found:
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


async def test_people_who_change_and_are_forgotten(door: Door) -> None:
    month = await play(door)
    tenant_id = month.store.tenant_id
    await follow_counters()
    ana, bo = await _contact(month, 1), await _contact(month, 2)
    with tenancy.acting_for(tenant_id):
        for contact_id, tag in ((ana, "vip"), (ana, "late"), (bo, "vip")):
            await contacts.tag(contact_id, tag)
    # Somebody whom only a mail is known of orders, and turns out to be the first; the first's
    # second order turns out to be the second's.
    guest = {"email": "ana@example.com"}
    when = {"placed_at": shown(at(4, 11, 9)), "updated_at": shown(at(4, 12, 9)), "currency": "EUR"}
    moved = {"id": "ESb", "total": "30.00", "customer": {"phone": f"+{month.phone('ES', 2)}"}}
    for kind, row in (
        ("orders", {**when, "id": "g", "total": "10.00", "customer": guest}),
        ("customers", {**guest, "id": "c1", "phone": f"+{month.phone('ES', 1)}"}),
        ("orders", {**when, "placed_at": shown(at(3, 25, 9)), **moved}),
    ):
        status, answer = await put(door, await month.token(), month.shop, kind, [row])
        assert status == 200, answer
    await follow_counters()
    live = await _counted()
    _sums_hold(live)
    assert _total(live, "orders") == 19
    assert _total(live, "repeat_orders") == 6
    assert _by(live, "tag", "received", "several") == 2
    with tenancy.acting_for(tenant_id):
        await counters.begin()
        await follow_counters()
        assert await _counted() == live
        # Whoever is forgotten leaves no country and no tag behind, and what they gave.
        happened = [one async for one in _events(tenant_id)]
        await contacts.forget(ana, ids.new_id())
        await stored.run("DELETE FROM contact_tag WHERE contact_id = $1::uuid", ana)
        await counters.count_events(happened)
        assert await _counted() == live
        await counters.begin()
        await follow_counters()
        assert await _counted() == live


async def _contact(month: Month, place: int) -> Id:
    """The contact of this place in Spain."""
    [row, *_] = await month.written(place, at(3, 17, 10) if place == 1 else at(3, 27, 17, 50))
    return str(row["contact_id"])


def _total(counted: dict[Row, int], metric: str) -> int:
    return _by(counted, "", metric, "")


def _by(counted: dict[Row, int], dimension: str, metric: str, value: str) -> int:
    wanted = (dimension, metric, value)
    return sum(n for key, n in counted.items() if (key[0], key[1], key[3]) == wanted)
