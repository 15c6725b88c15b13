"""What is done with exports: they are begun, rest, go on, are ended, are destroyed (F45)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from kernel import bells, clock, database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, NotFound
from kernel.events import Event
from kernel.ids import Id
from privacy.exports import staging
from privacy.exports.claims import BELL, KEPT

_ALIVE = ("queued", "running", "paused")
_BEFORE = {
    "pause": ("queued", "running"),
    "resume": ("paused", "failed"),
    "cancel": (*_ALIVE, "failed"),
    "revoke": ("ready",),
}
_AFTER = {"pause": "paused", "resume": "queued", "cancel": "cancelled", "revoke": "revoked"}
_DONE = {"pause": "paused", "resume": "continued", "cancel": "cancelled", "revoke": "revoked"}
_AT_ONCE = 100


@database.unit_of_work
async def begin_export(
    contact_id: Id, *, request_id: Id | None = None, person_id: Id | None = None
) -> Id:
    """Have all that is held on a contact gathered; the export's id.

    The same one again for the same request, or while one of the contact is being gathered; one that
    failed goes on, one that was cancelled is begun anew. A merged contact means its survivor;
    NotFound for one that is absent or was erased.
    """
    contact_id = await _survivor(contact_id)
    await database.run(
        """UPDATE personal_export SET request_id = NULL
            WHERE tenant_id = $1::uuid AND request_id = $2::uuid AND state = 'cancelled'""",
        tenancy.current(),
        request_id,
    )
    known = await database.row(
        f"""SELECT id, state FROM personal_export
             WHERE tenant_id = $1::uuid AND (request_id = $3::uuid OR $3::uuid IS NULL
               AND contact_id = $2::uuid AND state IN {_listed(_ALIVE)}) ORDER BY id LIMIT 1""",
        tenancy.current(),
        contact_id,
        request_id,
    )
    if known is not None:
        if known["state"] == "failed":
            await _step(known["id"], "resume")
        return str(known["id"])
    export_id, now = ids.new_id(), clock.now()
    await keys.make_for([export_id])
    await database.insert(
        "personal_export",
        [
            {
                "tenant_id": tenancy.current(),
                "id": export_id,
                "contact_id": contact_id,
                "request_id": request_id,
                "person_id": person_id,
                "state": "queued",
                "place": "",
                "pages": 0,
                "staged": 0,
                "done": 0,
                "downloads": 0,
                "downloads_left": 0,
                "attempts": 0,
                "lease_until": 0,
                "fence": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
    await events.record(Event("export.requested", {"export": export_id, "contact": contact_id}))
    database.after_commit(lambda: bells.ring(BELL))
    return export_id


async def pause_export(export_id: Id) -> None:
    """Let it rest: the page in hand is given up, what was gathered before stays."""
    await _step(export_id, "pause")


async def resume_export(export_id: Id) -> None:
    """Let a paused or failed one go on where it stopped."""
    await _step(export_id, "resume")


async def cancel_export(export_id: Id) -> None:
    """End it before it is ready; what was gathered is destroyed."""
    await _step(export_id, "cancel")
    await destroy([export_id])


async def revoke_export(export_id: Id) -> None:
    """Take a ready one back: its link is dead, and the archive is destroyed."""
    await _step(export_id, "revoke")
    await destroy([export_id])


async def destroy_exports_of(contact_ids: Sequence[Id]) -> int:
    """End and destroy whatever was gathered on contacts that are erased; how many exports."""
    rows = await database.rows(
        """UPDATE personal_export
              SET state = CASE WHEN state = 'ready' THEN 'revoked'
                               WHEN state IN ('revoked', 'expired') THEN state
                               ELSE 'cancelled' END,
                  fence = fence + 1, lease_until = 0, updated_at = $2
            WHERE tenant_id = $1::uuid
              AND contact_id IN (SELECT b.id FROM ({batch}) AS b)
        RETURNING id""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    await destroy([row["id"] for row in rows])
    return len(rows)


async def drop_old_exports() -> int:
    """Destroy what has expired, or was fetched as often as it may be; how many exports."""
    now = clock.now()
    with tenancy.across_tenants("archives of all tenants expire by one clock"):
        old = await database.rows(
            """SELECT tenant_id, id FROM personal_export
                WHERE state IN ('ready', 'paused', 'failed') AND expires_at < $1
                   OR state = 'ready' AND downloads_left = 0
                   OR state IN ('cancelled', 'revoked', 'expired') AND staged > 0
                ORDER BY id LIMIT $2::bigint""",
            now,
            _AT_ONCE,
        )
    for row in old:
        with tenancy.acting_for(row["tenant_id"]):
            await _expire(row["id"], now)
            await destroy([row["id"]])
    return len(old)


async def destroy(export_ids: Sequence[Id]) -> None:
    """Destroy the keys of ended exports, then their files; once it is done, the rows say so."""
    if not export_ids:
        return
    await keys.drop(export_ids)
    for export_id in export_ids:
        await asyncio.to_thread(staging.drop, export_id)
    await database.run(
        """UPDATE personal_export SET staged = 0 WHERE tenant_id = $1::uuid
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in export_ids]),
    )


@database.unit_of_work
async def _expire(export_id: Id, now: int) -> None:
    row = await database.row(
        """UPDATE personal_export SET state = 'expired', updated_at = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND state IN ('ready', 'paused', 'failed')
              AND (expires_at < $3 OR state = 'ready' AND downloads_left = 0)
        RETURNING contact_id, downloads""",
        tenancy.current(),
        export_id,
        now,
    )
    if row is not None and not row["downloads"]:
        refs = {"export": export_id, "contact": str(row["contact_id"])}
        await events.record(Event("export.expired", refs))


@database.unit_of_work
async def _step(export_id: Id, verb: str) -> None:
    """Whoever works on it notices with the next page: nothing more is written."""
    changed = await database.row(
        f"""UPDATE personal_export
               SET state = $3::text, updated_at = $4::bigint, lease_until = 0, attempts = 0,
                   fence = fence + 1, trouble = NULL,
                   finished_at = CASE WHEN $3::text = 'cancelled' THEN $4::bigint
                                      WHEN $3::text = 'queued' THEN NULL ELSE finished_at END,
                   expires_at = CASE WHEN $3::text = 'paused' THEN $4::bigint + $5::bigint
                                     WHEN $3::text = 'queued' THEN NULL ELSE expires_at END
             WHERE tenant_id = $1::uuid AND id = $2::uuid AND state IN {_listed(_BEFORE[verb])}
         RETURNING contact_id""",
        tenancy.current(),
        export_id,
        _AFTER[verb],
        clock.now(),
        KEPT,
    )
    if changed is None:
        await _must_exist(export_id)
        message = f"Only an export that is {' or '.join(_BEFORE[verb])} can be {_DONE[verb]}."
        raise Conflict(message, field=("export",))
    if verb == "cancel":
        refs = {"export": export_id, "contact": str(changed["contact_id"])}
        await events.record(Event("export.cancelled", refs))
    database.after_commit(lambda: bells.ring(BELL))


async def _must_exist(export_id: Id) -> None:
    found = await database.row(
        "SELECT 1 AS found FROM personal_export WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        export_id,
    )
    if found is None:
        raise NotFound("There is no such export.", field=("export",))


async def _survivor(contact_id: Id) -> Id:
    row = await database.row(
        """SELECT coalesce(merged_into, id) AS id FROM contact
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state <> 'erased'""",
        tenancy.current(),
        contact_id,
    )
    if row is None:
        raise NotFound("There is no such contact.", field=("contact",))
    return str(row["id"])


def _listed(states: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{one}'" for one in states) + ")"
