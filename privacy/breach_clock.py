"""Warnings of breaches (F47): a day before the 72 hours are over, and when they are."""

from __future__ import annotations

from kernel import clock, database, events, tenancy
from kernel.events import Event

_AHEAD = clock.DAY
# How many warnings were given once the time is over.
_OVER = 2


async def warn_of_breaches() -> int:
    """Give the warnings that are due, of all tenants, each once; how many were given."""
    now, warned = clock.now(), 0
    with tenancy.across_tenants("breaches of all tenants fall due by one clock"):
        found = await database.rows(
            f"SELECT DISTINCT tenant_id FROM breach WHERE {_IS_DUE}", now + _AHEAD, now
        )
    for row in found:
        with tenancy.acting_for(row["tenant_id"]):
            warned += await _warn(now)
    return warned


@database.unit_of_work
async def _warn(now: int) -> int:
    rows = await database.rows(
        f"""UPDATE breach SET warned = CASE WHEN due_at <= $2::bigint THEN {_OVER} ELSE 1 END
             WHERE tenant_id = $3::uuid AND ({_IS_DUE}) RETURNING id, warned""",
        now + _AHEAD,
        now,
        tenancy.current(),
    )
    for row in sorted(rows, key=lambda row: str(row["id"])):
        what = "overdue" if row["warned"] == _OVER else "due"
        await events.record(Event(f"breach.{what}", {"breach": row["id"]}))
    return len(rows)


_IS_DUE = f"""state = 'open' AND (due_at <= $1::bigint AND warned < 1
                             OR due_at <= $2::bigint AND warned < {_OVER})"""
