"""`scripts/bench segments`: facts of a million contacts with five million orders (F36), or of as
many as CONTACTS in the environment says.

The floor, in the same run: one bare statement that aggregates the same orders by buyer and ranks
the buyers in fifths by recency, frequency and monetary value, and writes nothing. Of orders it
tells what facts and ready-made segments tell: windows of 7 to 365 days, and what came first.
Against it are held facts, quintiles and the members of all ready-made segments, all worked out
anew. At last a worker is started, and orders come in: how long until their buyers' facts and
segments stand.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import commerce
import segments
from benchmarks import aftermath, figures, ground, segment_previews, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from kernel import clock, database, tenancy
from kernel.ids import Id

_CONTACTS = int(os.environ.get("CONTACTS", "1000000"))
_ORDERS_EACH = 5
_AT_ONCE = 100_000
_SPREAD = 400 * clock.DAY
_NEW_ORDERS = 10

_LATELY = "FILTER (WHERE o.placed_at >= $2::bigint - {days} * $3::bigint) AS {name}"
_WINDOWS = ", ".join(
    f"count(*) {_LATELY.format(days=days, name=f'in_{days}d')}" for days in (7, 30, 90, 180, 365)
)
# The amount of the first order, as either database tells it cheapest.
_FIRST = {
    "postgresql": "(array_agg(o.base_total ORDER BY o.placed_at, o.id))[1]",
    "sqlite": """CAST(substr(min(printf('%020d%s%d', o.placed_at, o.id, o.base_total)), 53)
                      AS integer)""",
}
_BARE = f"""
SELECT count(*), sum(x.by_recency + x.by_frequency + x.by_value), max(x.largest),
       min(x.first_at), sum(x.first_order), sum(x.net), sum(x.spent_365d),
       sum(x.in_7d + x.in_30d + x.in_90d + x.in_180d + x.in_365d)
  FROM (SELECT b.*, ntile(5) OVER (ORDER BY b.last_at, b.contact_id) AS by_recency,
               ntile(5) OVER (ORDER BY b.orders, b.contact_id) AS by_frequency,
               ntile(5) OVER (ORDER BY b.spent, b.contact_id) AS by_value
          FROM (SELECT o.contact_id, count(*) AS orders, min(o.placed_at) AS first_at,
                       max(o.placed_at) AS last_at, sum(o.base_total) AS spent,
                       sum(o.base_total - o.base_refunded) AS net, max(o.base_total) AS largest,
                       /* first order */ AS first_order,
                       {_WINDOWS}, sum(o.base_total) {_LATELY.format(days=365, name="spent_365d")}
                  FROM shop_order o
                 WHERE o.tenant_id = $1::uuid AND o.cancelled_at IS NULL
                   AND o.deleted_at IS NULL AND o.is_test = 0
                 GROUP BY o.contact_id) AS b) AS x"""


async def measure(backend: str) -> list[Figure]:
    """Seconds and ratios on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            with tenancy.acting_for(business.tenant_id):
                store_id = await _fill(business.tenant_id)
                await aftermath.analyse(laid.settings)
                tell(f"{_CONTACTS:,} contacts, {_CONTACTS * _ORDERS_EACH:,} orders")
                first = await _compute()
                await aftermath.analyse(laid.settings)
                # By now whatever is read is as warm for the one as for the other.
                floor = await _floor(business.tenant_id)
                again = await _compute()
                await aftermath.analyse(laid.settings)
                asked = await segment_previews.previews(business.tenant_id)
                filled = await segment_previews.work_out_members()
                await aftermath.analyse(laid.settings)
                filled_again = await segment_previews.work_out_members()
                known = await _until_known(laid, store_id)
    all_again = again + filled_again
    return [
        Figure("orders aggregated and ranked bare, seconds", f"{floor:.1f}"),
        Figure("facts and quintiles, the first time, seconds", f"{first:.1f}"),
        Figure("facts and quintiles anew, seconds", f"{again:.1f}"),
        Figure("members of all ready-made segments, the first time, seconds", f"{filled:.1f}"),
        Figure("members of all ready-made segments, anew, seconds", f"{filled_again:.1f}"),
        Figure("all of it anew, times the bare statement", f"{all_again / floor:.1f}", "≤ 3"),
        *asked,
        Figure("an order's facts and segments stand after at most, seconds", f"{known:.1f}", "≤ 2"),
    ]


async def _compute() -> float:
    """Seconds until all facts are computed and scored."""
    began = time.perf_counter()
    await segments.recompute()
    while await segments.look_after():
        pass
    await segments.look_after()
    return time.perf_counter() - began


async def _floor(tenant_id: Id) -> float:
    """Seconds of the bare statement; its rows are counted, so that each of them is made."""
    began = time.perf_counter()
    statement = _BARE.replace("/* first order */", _FIRST[database.dialect()])
    await database.rows(statement, tenant_id, clock.now(), clock.DAY)
    return time.perf_counter() - began


async def _until_known(laid: Ground, store_id: Id) -> float:
    """The most seconds from when an order is taken until its buyer's facts and segments stand."""
    took = []
    with ground.program(laid, "workers"):
        await aftermath.settled()  # computing anew tells of everybody
        await _take_order(store_id, 0)
        await aftermath.settled()  # with the first order all is counted anew
        for place in range(1, _NEW_ORDERS):
            began = time.perf_counter()
            await _take_order(store_id, place)
            while not await _is_known(place + 1):  # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0.02)
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.37)  # at another moment of the worker's rounds each time
    return max(took)


async def _take_order(store_id: Id, place: int) -> None:
    """An order of somebody new, of this moment."""
    at = clock.moment(clock.now()).isoformat()
    row = {"id": f"new-{place}", "placed_at": at, "updated_at": at, "currency": "EUR"}
    row |= {"total": "72.00", "customer": {"id": f"new-{place}"}}
    await commerce.take_rows(await commerce.read_rows(store_id, "orders", [row]))


async def _is_known(buyers: int) -> bool:
    """Whether so many new buyers have facts, and belong to segments."""
    row = await database.row(
        """SELECT count(DISTINCT m.contact_id) AS n FROM contact_facts f
             JOIN segment_member m ON m.tenant_id = $1::uuid AND m.contact_id = f.contact_id
            WHERE f.tenant_id = $1::uuid AND f.contact_id > $2::uuid AND f.orders = 1""",
        tenancy.current(),
        f"{_CONTACTS:032x}",
    )
    return row is not None and row["n"] == buyers


async def _fill(tenant_id: Id) -> Id:
    """People and their orders over the last 400 days, always the same but for the day; the shop."""
    store_id = await commerce.connect_store("own", "Costa Clara", "costa-clara")
    now = clock.now()
    for start in range(0, _CONTACTS, _AT_ONCE):
        people = range(start, min(start + _AT_ONCE, _CONTACTS))
        await _insert("contact", [_contact(tenant_id, n, now) for n in people])
        for place in range(_ORDERS_EACH):
            await _insert(
                "shop_order", [_order(tenant_id, store_id, n, place, now) for n in people]
            )
        tell(f"{people.stop:,} contacts")
    return store_id


@database.unit_of_work
async def _insert(table: str, records: list[dict[str, Any]]) -> None:
    await database.insert(table, records)


def _contact(tenant_id: Id, n: int, now: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": f"{n + 1:032x}",
        "subject_id": f"{n + 1:032x}",
        "state": "active",
        "name_at": 0,
        "name_tie": 0,
        "marketing_gap_days": 0,
        "source": "import",
        "created_at": now,
        "updated_at": now,
    }


def _order(tenant_id: Id, store_id: Id, n: int, place: int, now: int) -> dict[str, Any]:
    dice = (n * 2_654_435_761 + place * 40_503_123_457) % 1_000_003
    at = now - dice * (_SPREAD // 1_000_003)
    total = 1_0000 + dice * 7_919 % 300_0000
    return {
        "tenant_id": tenant_id,
        "id": f"{place + 1:x}{n + 1:031x}",
        "store_id": store_id,
        "external_id": f"{n}-{place}",
        "contact_id": f"{n + 1:032x}",
        "contact_at": at,
        "number": f"{n}-{place}",
        "currency": "EUR",
        "total": total,
        "refunded": 0,
        "base_total": total,
        "base_refunded": 0,
        "payment": "paid",
        "fulfilment": "none",
        "coupons": "[]",
        "is_test": 0,
        "placed_at": at,
        "told_at": at,
        "told_tie": 0,
        "created_at": at,
        "updated_at": at,
    }


if __name__ == "__main__":
    figures.show(measure)
