"""Taking back a whole import: what it made goes, what it changed is as before, newest first.

What others hold on to, or changed since, stays as it is and is told row by row.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import orjson

import commerce
import contacts
import conversations
import links
import scoring
from contacts import Effect
from imports import claims
from imports.claims import Claimed
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_AT_ONCE = 1000


async def undo(job: Claimed, seconds: float) -> None:
    """Take back for a while; the job is undone once nothing is left."""
    until = time.monotonic() + seconds
    while job.kind == "orders" and (left := await _take_back_orders(job)) is not None:
        job = left
        if time.monotonic() > until:
            await claims.let_go(job)
            return
    while (left := await _take_back(job)) is not None:
        job = left
        if time.monotonic() > until:
            await claims.let_go(job)
            return
    await claims.finish(job, "undone")


@database.unit_of_work
async def _take_back_orders(job: Claimed) -> Claimed | None:
    """Some thousand orders and what was given back; None where there are none."""
    taken = await commerce.take_back(job.id)
    if not taken.gone and not taken.kept:
        return None
    counts = orjson.loads(job.counts)
    counts["kept_orders"] = counts.get("kept_orders", 0) + taken.kept
    job = job.undone(0, counts)
    await claims.move(job)
    return job


@database.unit_of_work
async def _take_back(job: Claimed) -> Claimed | None:
    """The newest thousand effects, of whole rows; None where there are none."""
    rows = await database.rows(
        """SELECT id, row_number, kind, contact_id, object_id, before FROM import_effect
            WHERE tenant_id = $1::uuid AND job_id = $2::uuid ORDER BY id DESC LIMIT $3::bigint""",
        tenancy.current(),
        job.id,
        _AT_ONCE,
    )
    if not rows:
        return None
    last = rows[-1]["row_number"]
    if len(rows) == _AT_ONCE and rows[0]["row_number"] != last:
        rows = [row for row in rows if row["row_number"] != last]
    effects = [
        Effect(row["kind"], row["object_id"], row["contact_id"], row["before"]) for row in rows
    ]
    who = {one.contact_id for one in effects if one.contact_id}
    await links.take_back_listed([one.object_id for one in effects if one.kind == "use"])
    kept = await contacts.take_back(effects, job.id, job.created_at, await _in_use(who, job.id))
    made = {one.object_id for one in effects if one.kind == "contact"}
    await scoring.forget_standings(made - kept)
    await _tell_kept(job.id, {row["row_number"] for row in rows if row["contact_id"] in kept})
    await database.run(
        """DELETE FROM import_effect WHERE tenant_id = $1::uuid
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=_ids(row["id"] for row in rows),
    )
    counts = orjson.loads(job.counts)
    counts["kept"] = counts.get("kept", 0) + len(kept)
    job = job.undone(len(rows), counts)
    await claims.move(job)
    return job


async def _in_use(contact_ids: set[Id], job_id: Id) -> set[Id]:
    """Who of these has a thread or an order, or is in another import that was not taken back."""
    rows = await database.rows(
        """SELECT DISTINCT e.contact_id FROM ({batch}) AS b
             JOIN import_effect e ON e.tenant_id = $1::uuid AND e.contact_id = b.id
            WHERE e.job_id <> $2::uuid""",
        tenancy.current(),
        job_id,
        batch=_ids(contact_ids),
    )
    talking = await conversations.who_has_threads(contact_ids)
    return {row["contact_id"] for row in rows} | talking | await commerce.who_buys(contact_ids)


async def _tell_kept(job_id: Id, row_numbers: Iterable[int]) -> None:
    await database.insert(
        "import_problem",
        [
            {
                "tenant_id": tenancy.current(),
                "job_id": job_id,
                "row_number": number,
                "place": -1,
                "code": "TOUCHED_SINCE",
            }
            for number in sorted(row_numbers)
        ],
        conflict="ON CONFLICT DO NOTHING",
    )


def _ids(row_ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in row_ids])
