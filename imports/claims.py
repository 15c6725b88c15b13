"""Jobs in a worker's hands: claimed under a lease, moved on with each batch, let go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog

from imports.batches import Batch
from kernel import bells, clock, database, events, tenancy
from kernel.events import Event
from kernel.ids import Id

BELL = "imports"
LEASE = clock.MINUTE
_MOST_ATTEMPTS = 8
_COLUMNS = (
    "tenant_id, id, kind, file_id, is_dry_run, plan_sealed, state, scattered, round, position, "
    "row_number, done, total, counts, attempts, fence, created_at"
)
_log = structlog.get_logger("imports")


class Lost(Exception):
    """The job was paused, cancelled, or is another worker's by now: nothing more may be written."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in this worker's hands until its lease ends."""

    tenant_id: Id
    id: Id
    kind: str
    file_id: Id
    is_dry_run: int
    plan_sealed: bytes
    state: str
    scattered: str | None
    round: int
    position: int
    row_number: int
    done: int
    total: int | None
    counts: str
    attempts: int
    fence: int
    created_at: int

    def after(self, batch: Batch, counts: dict[str, int]) -> Claimed:
        """The job once this batch is written."""
        return replace(
            self,
            round=batch.round,
            position=batch.position,
            row_number=batch.row_number,
            done=self.done + batch.done,
            counts=orjson.dumps(counts).decode(),
        )

    def undone(self, effects: int, counts: dict[str, int]) -> Claimed:
        """The job once so many effects were taken back."""
        return replace(self, done=self.done + effects, counts=orjson.dumps(counts).decode())


async def claim() -> Claimed | None:
    """The job that waits longest, of whichever tenant."""
    now = clock.now()
    with tenancy.across_tenants("imports of all tenants are done by whoever is free"):
        found = await database.row(database.sql(__file__, "claim_import"), now, now + LEASE)
    if found is None:
        return None
    with tenancy.acting_for(found["tenant_id"]):
        row = await database.row(
            f"""SELECT {_COLUMNS} FROM import_job
                 WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3""",
            found["tenant_id"],
            found["id"],
            found["fence"],
        )
    return Claimed(**row) if row else None


@database.unit_of_work
async def begin(job: Claimed, total: int, scattered: str | None) -> Claimed:
    """Set down how many rows there are; the reading can begin."""
    begun = replace(job, total=total, scattered=scattered, round=0)
    await _move(job, total=total, scattered=scattered, started_at=clock.now())
    await events.record(Event("import.started", {"import": job.id}))
    return begun


async def move(job: Claimed) -> None:
    """Set down how far it is, in the unit of the batch that was read; Lost where it must stop."""
    await _move(
        job,
        round=job.round,
        position=job.position,
        row_number=job.row_number,
        done=job.done,
        counts=job.counts,
        attempts=0,
    )


@database.unit_of_work
async def finish(job: Claimed, state: str, trouble: str | None = None) -> None:
    """The job is done, or cannot be."""
    now = clock.now()
    await _move(job, state=state, trouble=trouble, finished_at=now, lease=0)
    happened = {
        "finished": Event("import.finished", {"import": job.id}),
        "undone": Event("import.undone", {"import": job.id}),
        "failed": Event("import.failed", {"import": job.id, "code": trouble or ""}),
    }
    await events.record(happened[state])


async def let_go(job: Claimed) -> None:
    """Another turn comes right away."""
    await database.run(
        """UPDATE import_job SET lease_until = 0, attempts = 0
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3""",
        job.tenant_id,
        job.id,
        job.fence,
    )
    bells.ring(BELL)


async def stumbled(job: Claimed, error: Exception) -> None:
    """Try again when the lease is over; after eight times in a row it is given up."""
    _log.error("import_failed", job=job.id, attempts=job.attempts, exc_info=error)
    if job.attempts >= _MOST_ATTEMPTS:
        await finish(job, "failed", "FAILED")


async def _move(job: Claimed, *, lease: int | None = None, **columns: Any) -> None:
    now = clock.now()
    columns |= {"lease_until": now + LEASE if lease is None else lease, "updated_at": now}
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=5))
    moved = await database.row(
        f"""UPDATE import_job SET {sets}
             WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3 AND state = $4
         RETURNING id""",
        job.tenant_id,
        job.id,
        job.fence,
        job.state,
        *columns.values(),
    )
    if moved is None:
        raise Lost
