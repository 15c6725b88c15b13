"""The work of erasures: claimed one by one, done step by step, each step once (F46).

What a step does and that it is done is committed together, or what it does can be done again: so
whoever is killed at any line leaves an erasure that goes on with its next step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog

import contacts
from kernel import clock, database, events, keys, tenancy
from kernel.errors import TryLater
from kernel.events import Event
from kernel.ids import Id
from privacy.erasure_steps import STEPS, Plan, Step
from privacy.erasures import PLACE, note_steps
from privacy.processors import notices_of
from privacy.receipts import sign_receipt

LEASE = clock.MINUTE
_PAUSE = 2 * clock.SECOND
_log = structlog.get_logger("erasures")


class Lost(Exception):
    """Another worker has it by now: nothing more may be written."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An erasure in this worker's hands until its lease ends."""

    tenant_id: Id
    id: Id
    fence: int
    attempts: int


async def erase_next() -> int:
    """Work off the erasure that waits longest; 0 where none waits."""
    found = await _claim()
    if found is None:
        return 0
    with tenancy.acting_for(found.tenant_id):
        try:
            await _erase(found)
        except Lost:
            pass
        except Exception as error:
            code = error.code if isinstance(error, TryLater) else type(error).__name__
            _log.warning("erasure_stopped", erasure=found.id, reason=code, attempts=found.attempts)
            await _put_back(found, code)
    return 1


async def _claim() -> Claimed | None:
    now = clock.now()
    with tenancy.across_tenants("erasures of all tenants are worked off by whoever is free"):
        row = await database.row(database.sql(__file__, "claim_erasure"), now, now + LEASE)
    return Claimed(**row) if row else None


async def _erase(one: Claimed) -> None:
    erasure, plan = await _plan(one)
    done = await _done(one.id)
    for step in STEPS:
        if step.name not in done:
            count = await step.work(plan) if step.is_outside else None
            done[step.name] = await _set_down(one, step, plan, count)
    await _finish(one, erasure, done)


async def _plan(one: Claimed) -> tuple[dict[str, Any], Plan]:
    (row,) = await database.rows(
        """SELECT id, contact_id, reason, created_at, ids_sealed FROM erasure
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        one.tenant_id,
        one.id,
    )
    person = await contacts.person_of(row["contact_id"])
    known: list[Any] = []
    for sealer in (await keys.of(person.subject_ids[:1])).values():
        if row["ids_sealed"]:
            known = orjson.loads(sealer.open(PLACE, one.id, row["ids_sealed"]))
    ids = tuple((kind, scope, value) for kind, scope, value in known)
    return row, Plan(one.id, replace(person, ids=ids), row["created_at"])


async def _done(erasure_id: Id) -> dict[str, int]:
    rows = await database.rows(
        """SELECT step, count FROM erasure_step
            WHERE tenant_id = $1::uuid AND erasure_id = $2::uuid ORDER BY done_at""",
        tenancy.current(),
        erasure_id,
    )
    return {row["step"]: row["count"] for row in rows}


@database.unit_of_work
async def _set_down(one: Claimed, step: Step, plan: Plan, count: int | None) -> int:
    """Set down that a step is done, and do it where it is all rows; Lost where another does."""
    await _hold(one)
    if count is None:
        count = await step.work(plan)
    await note_steps(one.id, {step.name: count})
    await events.record(Event("erasure.store_cleared", {"erasure": one.id, "store": step.name}))
    return count


async def _hold(one: Claimed) -> None:
    held = await database.run(
        """UPDATE erasure SET lease_until = $4, attempts = 0
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3 AND state = 'running'""",
        one.tenant_id,
        one.id,
        one.fence,
        clock.now() + LEASE,
    )
    if not held:
        raise Lost


@database.unit_of_work
async def _finish(one: Claimed, erasure: dict[str, Any], done: dict[str, int]) -> None:
    await _hold(one)
    now = clock.now()
    notices = (await notices_of([one.id]))[one.id]
    receipt, signature = sign_receipt(erasure, done, notices, now)
    await database.run(
        """UPDATE erasure SET state = 'finished', trouble = NULL, ids_sealed = NULL, receipt = $3,
                  receipt_signature = $4, finished_at = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        one.tenant_id,
        one.id,
        receipt,
        signature,
        now,
    )
    await events.record(
        Event("erasure.finished", {"erasure": one.id, "contact": erasure["contact_id"]})
    )


async def _put_back(one: Claimed, trouble: str) -> None:
    """Again after a while: what stands in the way (a reader, an import) goes by itself."""
    await database.run(
        """UPDATE erasure SET trouble = $4, lease_until = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3 AND state = 'running'""",
        one.tenant_id,
        one.id,
        one.fence,
        trouble,
        clock.now() + min(_PAUSE * 2**one.attempts, LEASE),
    )
