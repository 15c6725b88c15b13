"""How sessions end: signed out, revoked one by one or all of a person, expired (F2)."""

from __future__ import annotations

from kernel import clock, database, events, tenancy
from kernel.errors import NotFound
from kernel.events import Event
from kernel.ids import Id
from tenants import standing


@database.unit_of_work
async def end_session(person_id: Id, session_id: Id) -> None:
    """End a session of this person of the current tenant; NotFound where it is none of theirs.

    Its tokens stop within 5 seconds, here at once. A session that has ended is no fault.
    """
    ended = await database.row(
        """SELECT revoked_at FROM session
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND person_id = $3::uuid FOR UPDATE""",
        tenancy.current(),
        session_id,
        person_id,
    )
    if ended is None:
        raise NotFound("There is no such session of yours.", field=("session",))
    if ended["revoked_at"] is None:
        await database.run(
            """UPDATE session SET revoked_at = $3::bigint
                WHERE tenant_id = $1::uuid AND id = $2::uuid""",
            tenancy.current(),
            session_id,
            clock.now(),
        )
        await _tell([session_id], person_id)


@database.unit_of_work
async def end_sessions(person_id: Id, *, but: Id | None = None) -> int:
    """End all sessions of a person of the current tenant, `but` perhaps one; how many."""
    ended = await database.rows(
        """UPDATE session SET revoked_at = $3::bigint
            WHERE tenant_id = $1::uuid AND person_id = $2::uuid AND revoked_at IS NULL
              AND expires_at > $3::bigint AND ($4::uuid IS NULL OR id <> $4::uuid)
        RETURNING id""",
        tenancy.current(),
        person_id,
        clock.now(),
        but,
    )
    await _tell([row["id"] for row in ended], person_id)
    return len(ended)


async def drop_expired_sessions(before: int) -> int:
    """Delete the sessions of all tenants that expired before this time; how many went."""
    with tenancy.across_tenants("sessions that expired are swept away"):
        return await database.run("DELETE FROM session WHERE expires_at < $1::bigint", before)


async def _tell(session_ids: list[Id], person_id: Id) -> None:
    refs = [{"session": session_id, "person": person_id} for session_id in session_ids]
    await events.record(*(Event("session.ended", one) for one in refs))
    tenant_id = tenancy.current()
    database.after_commit(lambda: standing.forget(tenant_id, session_ids))
