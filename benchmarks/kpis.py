"""`scripts/bench kpis`: boards out of counters beside the same figures from raw rows (F41).

A board of 20 tiles, 90 days by day, over MESSAGES messages in the environment (10,000,000 unless
it says otherwise) of threads that talk in bursts of ten; how many events are counted a second; how
fast all is counted anew, and how much memory that takes. Before all that: how long a worker needs
to raise the alert after a wave of blocks.
"""

from __future__ import annotations

import asyncio
import os
import resource
import time
from datetime import timedelta
from statistics import median

import analytics
import counters
from analytics import KPIS
from benchmarks import aftermath, figures, ground, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from kernel import clock, database, tenancy
from kernel.events import Event
from tests import stored

MESSAGES = int(os.environ.get("MESSAGES", "10000000"))
_BURST, _BURSTS = 10, 10
_DAYS = 90
_ROUNDS = 5
_EVENTS, _AT_ONCE = 20_000, 500
_BLOCKED = 100

_OUT = "t.direction = 'out' AND t.wamid_token IS NOT NULL"
_ARRIVED = "t.status IN ('delivered', 'read')"
_READ = "t.status = 'read'"
_TOOK = "CASE WHEN t.end_reason = 'resolved' THEN t.ended_at - t.started_at ELSE 0 END"
# The same figures by hand: table, its time, what is summed, and what it is divided by.
_RAW: dict[str, tuple[str, str, str, str]] = {
    "messages_sent": ("message", "provider_at", _OUT, ""),
    "delivery_rate": ("message", "provider_at", f"{_OUT} AND {_ARRIVED}", _OUT),
    "read_rate": ("message", "provider_at", f"{_OUT} AND {_READ}", f"{_OUT} AND {_ARRIVED}"),
    "open_rate_direct": (
        *("message", "provider_at"),
        f"{_OUT} AND {_READ} AND t.origin <> 'campaign'",
        f"{_OUT} AND {_ARRIVED} AND t.origin <> 'campaign'",
    ),
    "failure_rate": ("message", "provider_at", f"{_OUT} AND t.status = 'failed'", _OUT),
    "block_rate": ("message", "provider_at", f"{_OUT} AND t.error_code = 130403", _OUT),
    "messages_received": ("message", "provider_at", "t.direction = 'in'", ""),
    "conversations": ("episode", "started_at", "true", ""),
    "customer_started_share": ("episode", "started_at", "t.starter = 'customer'", "true"),
    "turns": ("episode", "started_at", "t.turns", "true"),
    "resolved": ("episode", "started_at", "t.end_reason = 'resolved'", ""),
    "resolution_mean": (
        *("episode", "started_at"),
        _TOOK,
        "t.end_reason = 'resolved'",
    ),
    "orders": ("shop_order", "placed_at", "true", ""),
    "revenue": ("shop_order", "placed_at", "t.base_total", ""),
    "average_order_value": ("shop_order", "placed_at", "t.base_total", "true"),
    "refund_rate": ("shop_order", "placed_at", "t.refunded > 0", "true"),
    "refunded": ("shop_order", "placed_at", "t.base_refunded", ""),
    "opt_ins": ("consent_entry", "provider_at", "t.kind = 'confirmed'", ""),
    "unsubscribes": ("consent_entry", "provider_at", "t.kind = 'withdrawn'", ""),
    "cart_to_order": ("cart", "created_at", "t.order_id IS NOT NULL", "true"),
}
_NUMBERS = (_TOOK, "t.turns", "t.base_total", "t.base_refunded")
# So many rows are copied, and things counted anew, before a word is said of it.
_COPIED = 1_000_000


async def measure(backend: str) -> list[Figure]:
    """All of it on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            since = (clock.now() // clock.DAY - _DAYS) * clock.DAY
            await stage.hear_from(stage.people(1), ["wamid.first"])
            alerted = await _until_alerted(laid)
            await fill(since)
            await aftermath.analyse(laid.settings)
            with tenancy.acting_for(business.tenant_id):
                rate, grown = await _anew()
                board, raw = await _boards(since)
                events = await _count_events()
    return [
        Figure(f"board of 20 tiles, 90 days over {MESSAGES:,} messages, ms", f"{board * 1e3:,.0f}"),
        Figure("times faster than from raw rows", f"{raw / board:,.0f}", "≥ 50"),
        Figure("events counted a second", f"{events:,.0f}", "≥ 3,300"),
        Figure("things counted anew a second", f"{rate:,.0f}"),
        Figure("memory that counting anew took, MB", f"{grown:,.0f}", "≤ 100"),
        Figure("an alert is raised after the blocks came, seconds", f"{alerted:.0f}", "≤ 120"),
    ]


async def _until_alerted(laid: Ground) -> float:
    """Seconds from when receipts tell of blocks until the alert stands."""
    blocked, wamids = stage.people(_BLOCKED), stage.wamids(_BLOCKED, "B")
    with ground.program(laid, "workers") as worker:
        worker.wait_until(lambda: ground.works(laid))
        await stage.write_to(blocked, wamids)
        began = time.perf_counter()
        await stage.block(blocked, wamids)
        while not await _is_alerted():  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.2)
        return time.perf_counter() - began


async def _is_alerted() -> bool:
    return await stored.row("SELECT id FROM alert WHERE kpi = 'block_rate'") is not None


async def fill(since: int) -> None:
    """People, threads, messages and episodes, copied by the database from one that was heard."""
    threads, step = MESSAGES // (_BURST * _BURSTS), _DAYS * clock.DAY // MESSAGES
    begun, place = f"{since} + n.i * {step * _BURST}", f"n.i / {threads} + 1"
    told = "CASE n.i % 10 WHEN 1 THEN 'delivered' WHEN 3 THEN 'failed' ELSE 'read' END"
    burst = f"((n.i / {_BURST}) % {threads})"
    await _copy("contact", threads, {"id": _id("3", "n.i"), "subject_id": _id("2", "n.i")})
    await _copy("subject", threads, {"id": _id("2", "n.i"), "contact_id": _id("3", "n.i")})
    await _copy("conversation", threads, {"id": _id("4", "n.i"), "contact_id": _id("3", "n.i")})
    await _copy(
        "message",
        MESSAGES,
        {
            "id": _id("5", "n.i"),
            "subject_id": _id("2", burst),
            "contact_id": _id("3", burst),
            "conversation_id": _id("4", burst),
            "direction": "CASE WHEN n.i % 2 = 0 THEN 'in' ELSE 'out' END",
            "origin": "CASE WHEN n.i % 2 = 0 THEN 'live' ELSE 'phone_app' END",
            "status": f"CASE WHEN n.i % 2 = 0 THEN 'received' ELSE {told} END",
            "provider_at": f"{since} + n.i * {step}",
        },
    )
    await _copy(
        "episode",
        MESSAGES // _BURST,
        {
            "id": _id("6", "n.i"),
            "conversation_id": _id("4", f"(n.i % {threads})"),
            "ordinal": place,
            "started_at": begun,
            "last_at": f"{begun} + {step * (_BURST - 1)}",
            "turns": str(_BURST),
            "messages": str(_BURST),
            "ended_at": f"{begun} + {step * _BURST}",
            "end_reason": "'resolved'",
        },
    )
    tell(f"{MESSAGES:,} messages of {threads:,} threads")


async def _copy(table: str, count: int, own: dict[str, str]) -> None:
    """So many rows like the first one of the table, but for their own columns."""
    row = await stored.row(f"SELECT * FROM {table} ORDER BY id LIMIT 1")
    assert row is not None
    columns = ", ".join(own.get(name, f"x.{name}") for name in row)
    for start in range(0, count, _COPIED):
        last = min(count, start + _COPIED) - 1
        await stored.run(
            f"""WITH RECURSIVE n(i) AS (
                    SELECT CAST({start} AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {last})
                INSERT INTO {table} ({", ".join(row)})
                SELECT {columns} FROM n JOIN {table} x ON x.id = $1::uuid""",
            row["id"],
        )


def _id(kind: str, number: str) -> str:
    """SQL for the id of the so manieth thing of a kind."""
    if database.dialect() == "sqlite":
        return f"'{kind * 12}' || printf('%020x', {number})"
    return f"('{kind * 12}' || lpad(to_hex({number}), 20, '0'))::uuid"


async def _anew() -> tuple[float, float]:
    """Things a second, and megabytes more than before."""
    await counters.begin()
    before, began = _megabytes(), time.perf_counter()
    steps = 0
    while await counters.count_anew():
        steps += 1
        if steps % 500 == 0 and (far := await counters.how_far()):
            tell(f"{far.done:,} of {far.total:,} counted anew, {_megabytes():,.0f} MB")
    took, done = time.perf_counter() - began, await counters.how_far()
    assert done is not None
    return done.done / took, _megabytes() - before


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _count_events() -> float:
    """Statuses and messages as they come: most of them change something."""
    rows = await stored.rows(
        "SELECT id, conversation_id, contact_id, number_id, direction FROM message "
        "ORDER BY id DESC LIMIT $1",
        _EVENTS // 2,
    )
    told = [_event(row, kind) for row in rows for kind in ("message", "status")]
    await stored.run("UPDATE message SET status = 'read' WHERE status = 'delivered'")
    began = time.perf_counter()
    for start in range(0, len(told), _AT_ONCE):
        await counters.count_events(told[start : start + _AT_ONCE])
    return len(told) / (time.perf_counter() - began)


def _event(row: dict[str, str], kind: str) -> Event:
    refs = {"message": row["id"], "conversation": row["conversation_id"]}
    refs["contact"] = row["contact_id"]
    if kind == "status":
        return Event("message.status_changed", refs | {"status": "read"})
    name = "message.received" if row["direction"] == "in" else "message.recorded"
    return Event(name, refs | {"number": row["number_id"]})


async def _boards(since: int) -> tuple[float, float]:
    """Seconds for the board out of counters, and for the same out of raw rows."""
    first = clock.moment(since).date() + timedelta(days=1)
    asked = await analytics.checked(
        first, first + timedelta(days=_DAYS - 2), zone="UTC", names=list(_RAW), every="day"
    )
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        tiles = await analytics.board(asked)
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    raw = {name: await _by_hand(name, asked) for name in _RAW}
    by_hand = time.perf_counter() - began
    for tile in tiles:
        found = {one.at: one.figure.amount for one in tile.series if one.figure.sample}
        if raw[tile.kpi.name] != found:
            raise RuntimeError(f"{tile.kpi.name} is another out of raw rows")
    return median(took), by_hand


async def _by_hand(name: str, asked: analytics.Asked) -> dict[int, float | None]:
    """One tile out of raw rows, by day."""
    table, at, of, per = _RAW[name]
    rows = await database.rows(
        f"""SELECT t.{at} / {clock.DAY} AS day, {_sum(of)} AS of, {_sum(per or of)} AS per
              FROM {table} t WHERE t.tenant_id = $1::uuid AND t.{at} >= $2 AND t.{at} < $3
             GROUP BY t.{at} / {clock.DAY}""",
        tenancy.current(),
        *asked.span,
    )
    return {
        row["day"] * clock.DAY: _amount(name, row["of"], row["per"] if per else 0)
        for row in rows
        if row["per"]
    }


def _sum(what: str) -> str:
    number = what if what in _NUMBERS else f"CASE WHEN {what} THEN 1 ELSE 0 END"
    return f"CAST(sum({number}) AS bigint)"


def _amount(name: str, of: int, per: int) -> float:
    whole = of / per if per else of
    return whole / clock.SECOND if KPIS[name].unit == "seconds" else whole


if __name__ == "__main__":
    figures.show(measure)
