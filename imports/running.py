"""The work of imports: a claimed job is read batch by batch, each written in one transaction.

The place where the next batch begins moves in that same transaction: whoever is killed at any line
leaves a job that goes on behind its last whole batch.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import orjson

from contacts import Effect
from imports import claims, contact_rows, order_writing, plans, scattered, undoing
from imports.batches import Batch
from imports.claims import Claimed, Lost
from imports.columns import Field
from imports.contact_rows import ContactRows
from imports.order_rows import OrderRows
from imports.plans import Plan
from imports.problems import Problem
from imports.reading import Source, source_of
from kernel import database, ids, tenancy
from kernel.errors import NotFound
from kernel.ids import Id
from kernel.seal import Unopenable

# One turn takes about so long, so that others get theirs, in seconds.
_TURN = 10.0
_READING_FAILED: dict[type[Exception], str] = {
    NotFound: "FILE_GONE",
    FileNotFoundError: "FILE_GONE",
    Unopenable: "FILE_BROKEN",
}


Found = tuple[list[Problem], Counter[str]]


class Reader(Protocol):
    """Reads a file batch by batch, in a thread."""

    def next_batch(self) -> Batch:
        """The next rows."""


async def run_next() -> int:
    """Work for a while on the import that waits longest; 0 where none waits."""
    job = await claims.claim()
    if job is None:
        return 0
    with tenancy.acting_for(job.tenant_id):
        try:
            await (undoing.undo(job, _TURN) if job.state == "undoing" else _read(job))
        except Lost:
            pass
        except tuple(_READING_FAILED) as error:
            await claims.finish(job, "failed", _READING_FAILED[type(error)])
        except Exception as error:
            await claims.stumbled(job, error)
    return 1


async def _read(job: Claimed) -> None:
    plan = plans.open_sealed(job.plan_sealed, job.id)
    source = await source_of(job.file_id)
    if job.total is None:
        total, apart = await asyncio.to_thread(_look, source, plan)
        job = await claims.begin(job, total, apart)
    reader = _reader(job, plan, source)
    until = time.monotonic() + _TURN
    ahead = asyncio.create_task(asyncio.to_thread(reader.next_batch))
    try:
        while True:
            batch = await ahead
            if not batch.is_last:
                # While this one is written, the next one is read.
                ahead = asyncio.create_task(asyncio.to_thread(reader.next_batch))
            job = await _write(job, plan, batch)
            if batch.is_last:
                await claims.finish(job, "finished")
                return
            if time.monotonic() > until:
                await claims.let_go(job)
                return
    finally:
        # A thread cannot be stopped; the file stays open until it is through.
        await asyncio.wait({ahead})


def _look(source: Source, plan: Plan) -> tuple[int, str | None]:
    """How many rows there are; of a file of orders also which of these are scattered."""
    rows = source.rows(plan.form)
    next(rows)
    order = plan.column_of(Field.ORDER)
    if order is None:
        return sum(1 for _ in rows), None
    total, apart = scattered.look(rows, order)
    return total, apart.as_text()


def _reader(job: Claimed, plan: Plan, source: Source) -> Reader:
    if plan.kind == "orders":
        place = (job.round, job.position, job.row_number)
        return OrderRows(plan, source, scattered.read(job.scattered), place)
    rows = source.rows(plan.form, job.position, job.row_number)
    if job.position == 0:
        next(rows)  # the header
    return ContactRows(plan, rows, job.created_at)


@database.unit_of_work
async def _write(job: Claimed, plan: Plan, batch: Batch) -> Claimed:
    """Write a batch and where the next one begins; Lost where the job must not go on."""
    await database.forget_plans()
    problems, counts = list(batch.problems), Counter(batch.counts)
    found, more = await (_try_out if job.is_dry_run else _do)(job, plan, batch)
    await _keep_problems(job.id, problems + found)
    counts.update(more)
    counts.update(orjson.loads(job.counts))
    job = job.after(batch, dict(counts))
    await claims.move(job)
    return job


async def _try_out(job: Claimed, plan: Plan, batch: Batch) -> Found:
    if plan.store_id and plan.kind == "orders":
        return await order_writing.try_out(batch.items, plan.store_id)
    return await contact_rows.look_up(batch.items)


async def _do(job: Claimed, plan: Plan, batch: Batch) -> Found:
    if plan.store_id and plan.kind == "orders":
        effects, found, more = await order_writing.write(
            batch.items, job.id, job.created_at, plan.store_id
        )
    else:
        effects, found, more = await contact_rows.enter(batch.items, job.id, plan, job.created_at)
    await _keep_effects(job.id, effects)
    return found, more


async def _keep_problems(job_id: Id, problems: Sequence[Problem]) -> None:
    await database.insert(
        "import_problem",
        [
            {
                "tenant_id": tenancy.current(),
                "job_id": job_id,
                "row_number": one.row,
                "place": -1 if one.column is None else one.column,
                "code": one.code,
            }
            for one in problems
        ],
        conflict="ON CONFLICT DO NOTHING",
    )


async def _keep_effects(job_id: Id, effects: Sequence[tuple[int, Effect]]) -> None:
    await database.insert(
        "import_effect",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "job_id": job_id,
                "row_number": number,
                "kind": one.kind,
                "contact_id": one.contact_id,
                "object_id": one.object_id,
                "before": one.before,
            }
            for number, one in effects
        ],
    )
