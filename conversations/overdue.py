"""Sends whose worker died, or for which the platform's word never came (F21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import channels
from channels import Departing
from conversations import results
from conversations.results import KNOWN, UNKNOWN_FOR, UNSETTLED, Known, Result
from kernel import clock, database, tenancy
from kernel.database import Batch

_NEVER_LEFT = "NEVER_LEFT"
_AT_ONCE = 500


async def settle_overdue() -> int:
    """Sends whose lease ran out, in all tenants: queued again, unknown, or unsettled; how many.

    What a dead worker of this machine certainly did not let go is queued again at once.
    """
    for one in channels.left_behind():
        with tenancy.acting_for(one.tenant_id):
            await _queue_again(one.departing)
        one.forget()
    now = clock.now()
    with tenancy.across_tenants("sends whose worker died, or whose echo never came"):
        rows = await database.rows(
            """SELECT DISTINCT tenant_id FROM send
                WHERE state IN ('claimed', 'unknown') AND lease_until < $1
                  AND coalesce(way, '') <> 'email'""",
            now,
        )
    settled = 0
    for row in rows:
        with tenancy.acting_for(row["tenant_id"]):
            settled += await _settle_tenants(now)
    return settled


@database.unit_of_work
async def _queue_again(departing: Sequence[Departing]) -> None:
    rows = await database.rows(
        f"""SELECT {KNOWN} FROM ({{batch}}) AS b
             JOIN send s ON s.tenant_id = $1::uuid AND s.id = b.id AND s.fence = b.fence""",
        tenancy.current(),
        batch=Batch({"id": "uuid", "fence": "bigint"}, [list(one) for one in departing]),
    )
    await results.write([Result(Known(**row), "queued", _NEVER_LEFT) for row in rows])


@database.unit_of_work
async def _settle_tenants(now: int) -> int:
    # Held while it is judged: an attempt that its worker still writes down comes before this or
    # finds its claim gone.
    rows = await database.rows(
        f"""SELECT {KNOWN}, s.state, s.attempted_at FROM send s
            WHERE s.tenant_id = $1::uuid AND s.state IN ('claimed', 'unknown')
              AND s.lease_until < $2 AND coalesce(s.way, '') <> 'email'
            ORDER BY s.id LIMIT $3::bigint
              FOR UPDATE SKIP LOCKED""",
        tenancy.current(),
        now,
        _AT_ONCE,
    )
    await results.write([_result(row, now) for row in rows])
    return len(rows)


def _result(row: dict[str, Any], now: int) -> Result:
    one = Known(**{name: row[name] for name in Known.__slots__})
    if row["state"] == "unknown":
        return Result(one, "failed", UNSETTLED)
    if row["attempted_at"] is None:
        return Result(one, "queued", _NEVER_LEFT)
    return Result(one, "unknown", "WORKER_DIED", lease_until=now + UNKNOWN_FOR)
