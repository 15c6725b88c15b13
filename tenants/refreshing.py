"""Sessions are renewed by refresh tokens that turn with every use (F2).

A refresh token is good once. Shown again within ten seconds, it gets the same successor: the answer
was lost on its way. Shown later, somebody else has it too, and the session ends for both.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import structlog

from kernel import clock, database, tenancy
from kernel.errors import NotAllowed
from kernel.ids import Id
from tenants import endings, signed_text
from tenants.roles import Role
from tenants.sessions import IDLE, LONGEST, MINUTES, SignedIn, speak_for
from tenants.standing import refusal, trouble_of

FORGIVEN = 10 * clock.SECOND
_log = structlog.get_logger("sessions")


class _Turned(NamedTuple):
    """What became of a refresh token: the session as it is now, or the code of a refusal."""

    trouble: str | None
    person_id: Id = ""
    role: Role = Role.ANALYST
    generation: int = 0
    ends_at: int = 0


async def renew(refresh_token: str, minutes: int = MINUTES) -> SignedIn:
    """A fresh access token and the next refresh token of a session.

    NotAllowed REFRESH_INVALID for what is none, SESSION_ENDED where the session has ended or ends
    now because its token was used before, TENANT_SUSPENDED.
    """
    found = signed_text.read("refresh", refresh_token, ids=2)
    if found is None:
        raise _invalid()
    (tenant_id, session_id), generation = found
    with tenancy.acting_for(tenant_id):
        turned = await _turn(session_id, generation)
        if turned.trouble == "REFRESH_INVALID":
            raise _invalid()
        if turned.trouble:
            raise refusal(turned.trouble)
        _, person_id, role, generation, ends_at = turned
        now = clock.now()
        return speak_for(session_id, person_id, role, generation, now, ends_at, minutes)


@database.unit_of_work
async def _turn(session_id: Id, generation: int) -> _Turned:
    now, session = clock.now(), await _lock(session_id)
    if session is None or generation > session["generation"]:
        return _Turned("REFRESH_INVALID")
    trouble = trouble_of(session["revoked_at"], session["state"], session["tenant_state"])
    if trouble or session["expires_at"] <= now:
        return _Turned(trouble or "SESSION_ENDED")
    person_id, role, ends_at = session["person_id"], Role(session["role"]), session["expires_at"]
    if generation == session["generation"]:
        ends_at = min(now + IDLE, session["created_at"] + LONGEST)
        await database.run(
            """UPDATE session
                  SET generation = $3::integer, refreshed_at = $4::bigint, expires_at = $5::bigint
                WHERE tenant_id = $1::uuid AND id = $2::uuid""",
            tenancy.current(),
            session_id,
            generation + 1,
            now,
            ends_at,
        )
        return _Turned(None, person_id, role, generation + 1, ends_at)
    is_last = generation == session["generation"] - 1
    if is_last and now - session["refreshed_at"] <= FORGIVEN:
        return _Turned(None, person_id, role, session["generation"], ends_at)
    await endings.end_session(person_id, session_id)
    _log.warning("refresh_token_reused", session=session_id)
    return _Turned("SESSION_ENDED")


async def _lock(session_id: Id) -> dict[str, Any] | None:
    return await database.row(
        """SELECT s.person_id, s.generation, s.created_at, s.refreshed_at, s.expires_at,
                  s.revoked_at, p.role, p.state, t.state AS tenant_state
             FROM session s
             JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
             JOIN tenant t ON t.id = s.tenant_id
            WHERE s.tenant_id = $1::uuid AND s.id = $2::uuid FOR UPDATE OF s""",
        tenancy.current(),
        session_id,
    )


def _invalid() -> NotAllowed:
    return NotAllowed("That is not a refresh token of this service.", code="REFRESH_INVALID")
