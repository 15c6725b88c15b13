"""`scripts/bench drain`: 100,000 stored status updates applied by one worker.

Each is a delivery of its own: sent, delivered and read of 33,334 outgoing messages that are known.
The floor, measured in the same run, only parses the same bodies and writes one row for each, with
one multi-row insert per batch.
"""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from typing import Any

import orjson

import channels
from benchmarks import aftermath, figures, ground, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from benchmarks.stage import Business
from kernel import clock, database, ids, tenancy
from kernel.ids import Id
from tests.platform_json import sign
from workers import inbound

_MESSAGES = 33_334
_PEOPLE = 3000
_ROUNDS = 3
_AT_ONCE = 1000


async def measure(backend: str) -> list[Figure]:
    """The rate of one worker on this database, and of the floor."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            with tenancy.acting_for(business.tenant_id):
                persons, messages = stage.people(_PEOPLE), stage.wamids(_MESSAGES, "drain")
                began = time.perf_counter()
                await stage.write_to(persons, messages)
                await stage.forget_deliveries()
                bodies = list(stage.receipts(persons, messages))
                tell(f"{len(messages):,} messages written in {time.perf_counter() - began:.0f} s")
                floors = [await _floor(business, bodies[: len(bodies) // _ROUNDS])]
                await _store(bodies)
                await aftermath.analyse(laid.settings)
                drained = await _drain(laid)
                floors += [
                    await _floor(business, bodies[: len(bodies) // _ROUNDS])
                    for _ in range(_ROUNDS - 1)
                ]
                await _assert_applied(business)
    floor = sorted(floors)[_ROUNDS // 2]
    return [
        Figure("statuses drained by one worker, per second", f"{drained:,.0f}", "≥ 5,000"),
        Figure("statuses parsed and inserted, per second", f"{floor:,.0f}"),
        Figure("drain, ratio", f"{drained / floor:.2f}"),
    ]


async def _store(bodies: list[bytes]) -> None:
    waiting = iter(bodies)
    while part := list(islice(waiting, _AT_ONCE)):
        await asyncio.gather(
            *(channels.accept("default", body, sign(body, stage.SECRET)) for body in part)
        )


async def _drain(laid: Ground) -> float:
    """Updates a second, from the moment at which the worker has begun."""
    stored = await stage.backlog()
    with ground.program(laid, "workers") as worker:
        while (began_with := await stage.backlog()) == stored:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.05)
        began, used = time.perf_counter(), worker.worked()
        while left := await stage.backlog():
            tell(f"{left:,} are left")
            await asyncio.sleep(1)
        seconds = time.perf_counter() - began
        tell(f"{(worker.worked() - used) / seconds:.0%} of a core")
    return began_with / seconds


async def _floor(business: Business, bodies: list[bytes]) -> float:
    """Rows a second when a body is only parsed and its row written, a batch at a time."""
    began, marked = time.perf_counter(), ids.new_id()
    for start in range(0, len(bodies), inbound.BATCH):
        await _insert(business, marked, bodies[start : start + inbound.BATCH])
    seconds = time.perf_counter() - began
    await database.run(
        "DELETE FROM message_status WHERE tenant_id = $1::uuid AND subject_id = $2::uuid",
        business.tenant_id,
        marked,
    )
    return len(bodies) / seconds


@database.unit_of_work
async def _insert(business: Business, marked: Id, bodies: list[bytes]) -> None:
    now = clock.now()
    rows: list[dict[str, Any]] = []
    for body in bodies:
        status = orjson.loads(body)["entry"][0]["changes"][0]["value"]["statuses"][0]
        pricing = status.get("pricing") or {}
        rows.append(
            {
                "tenant_id": business.tenant_id,
                "number_id": business.number_id,
                # As long as a keyed token, and in no message's way.
                "wamid_token": status["id"].encode()[-17:],
                "status": status["status"],
                "participant_token": b"",
                "at": int(status["timestamp"]) * clock.SECOND,
                "received_at": now,
                "error_code": None,
                "pricing_category": pricing.get("category"),
                "pricing_type": pricing.get("type"),
                "pricing_model": pricing.get("pricing_model"),
                "entry_until": None,
                "subject_id": marked,
                "extra_sealed": None,
            }
        )
    await database.insert("message_status", rows)


async def _assert_applied(business: Business) -> None:
    """A rate counts only if the work was done."""
    rows = await database.rows(
        "SELECT status, count(*) AS n FROM message WHERE tenant_id = $1::uuid GROUP BY status",
        business.tenant_id,
    )
    if [(row["status"], row["n"]) for row in rows] != [("read", _MESSAGES)]:
        raise RuntimeError(f"not every message was brought up to date: {rows}")


if __name__ == "__main__":
    figures.show(measure)
