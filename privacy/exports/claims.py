"""Exports in a worker's hands: claimed under a lease, moved on with each page, let go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from kernel import bells, clock, database, events, tenancy
from kernel.events import Event
from kernel.ids import Id

BELL = "exports"
LEASE = clock.MINUTE
# What was gathered of an export that rests or failed is kept for so long.
KEPT = 30 * clock.DAY
_MOST_ATTEMPTS = 8
_COLUMNS = (
    "tenant_id, id, contact_id, place, reached, pages, staged, done, total, attempts, fence, "
    "created_at"
)
# The fencing number tells a worker that overslept its lease.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM personal_export
     WHERE state IN ('queued', 'running') AND lease_until < $1
     ORDER BY lease_until, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
)
UPDATE personal_export
   SET lease_until = $2, fence = fence + 1, attempts = attempts + 1, state = 'running'
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
RETURNING tenant_id, id, fence
"""
_log = structlog.get_logger("exports")


class Lost(Exception):
    """It was paused, cancelled, or is another worker's by now: nothing more may be written."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An export in this worker's hands until its lease ends."""

    tenant_id: Id
    id: Id
    contact_id: Id
    place: str
    reached: str | None
    pages: int
    staged: int
    done: int
    total: int | None
    attempts: int
    fence: int
    created_at: int


async def claim() -> Claimed | None:
    """The export that waits longest, of whichever tenant."""
    now = clock.now()
    with tenancy.across_tenants("exports of all tenants are gathered by whoever is free"):
        found = await database.row(_CLAIM, now, now + LEASE)
    if found is None:
        return None
    with tenancy.acting_for(found["tenant_id"]):
        row = await database.row(
            f"""SELECT {_COLUMNS} FROM personal_export
                 WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3""",
            found["tenant_id"],
            found["id"],
            found["fence"],
        )
    return Claimed(**row) if row else None


async def move(export: Claimed, **columns: Any) -> None:
    """Set down how far it is, and hold it for a minute more; Lost where it must stop."""
    await _move(export, clock.now() + LEASE, attempts=0, **columns)


@database.unit_of_work
async def make_ready(export: Claimed, size: int, days: int, downloads: int) -> None:
    """The archive lies there; the link lives for so many days and downloads."""
    now = clock.now()
    await _move(
        export,
        0,
        state="ready",
        size=size,
        done=export.total,
        downloads_left=downloads,
        finished_at=now,
        expires_at=now + days * clock.DAY,
    )
    await events.record(Event("export.ready", {"export": export.id, "contact": export.contact_id}))


async def let_go(export: Claimed) -> None:
    """Another turn comes right away."""
    await _move(export, 0, attempts=0)
    bells.ring(BELL)


async def is_wanted(export_id: Id) -> bool:
    """Whether it still comes to an archive, here or in other hands."""
    row = await database.row(
        """SELECT 1 AS is_wanted FROM personal_export
            WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND state IN ('queued', 'running', 'paused', 'ready')""",
        tenancy.current(),
        export_id,
    )
    return row is not None


@database.unit_of_work
async def stumbled(export: Claimed, error: Exception) -> None:
    """Try again when the lease is over; after eight times in a row it is given up."""
    _log.error("export_failed", export=export.id, attempts=export.attempts, exc_info=error)
    if export.attempts < _MOST_ATTEMPTS:
        return
    now = clock.now()
    with suppress(Lost):
        await _move(
            export, 0, state="failed", trouble="FAILED", finished_at=now, expires_at=now + KEPT
        )
        refs = {"export": export.id, "contact": export.contact_id}
        await events.record(Event("export.failed", refs))


async def _move(export: Claimed, lease: int, **columns: Any) -> None:
    columns |= {"lease_until": lease, "updated_at": clock.now()}
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=4))
    moved = await database.row(
        f"""UPDATE personal_export SET {sets}
             WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3 AND state = 'running'
         RETURNING id""",
        export.tenant_id,
        export.id,
        export.fence,
        *columns.values(),
    )
    if moved is None:
        raise Lost
