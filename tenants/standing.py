"""What the rows say of a session: whose it is, and whether it still stands; remembered shortly."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from kernel import clock, database, keys, tenancy
from kernel.errors import NotAllowed
from kernel.ids import Id
from kernel.keyring import Keyring
from tenants.roles import Role

# What was read is trusted for so long; an open websocket looks every 2.5 seconds, so that a revoked
# session, a person who left and a suspended tenant are noticed within 5.
_TRUSTED = 2 * clock.SECOND
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows said of a session when they were last read; `trouble` is a code."""

    person_id: Id
    role: Role
    trouble: str | None
    read_at: int


_memories: WeakKeyDictionary[Keyring, OrderedDict[tuple[Id, Id], Standing]] = WeakKeyDictionary()


async def standing_of(tenant_id: Id, session_id: Id) -> Standing:
    """How a session of this tenant stands, as of at most two seconds ago."""
    known, named = _memories.setdefault(keys.keyring(), OrderedDict()), (tenant_id, session_id)
    standing = known.get(named)
    if standing is None or not 0 <= clock.now() - standing.read_at < _TRUSTED:
        standing = await _read(tenant_id, session_id)
        known[named] = standing
        known.move_to_end(named)
        if len(known) > _REMEMBERED:
            known.popitem(last=False)
    return standing


def forget(tenant_id: Id, session_ids: Iterable[Id]) -> None:
    """Read the rows of these sessions of a tenant anew at their next use."""
    known = _memories.setdefault(keys.keyring(), OrderedDict())
    for session_id in session_ids:
        known.pop((tenant_id, session_id), None)


def refusal(code: str) -> NotAllowed:
    """What is told to whom a session does not let in."""
    if code == "TENANT_SUSPENDED":
        return NotAllowed("This tenant is suspended; its owner knows why.", code=code)
    return NotAllowed("The session has ended; sign in again.", code=code)


def trouble_of(revoked_at: int | None, person_state: str, tenant_state: str) -> str | None:
    """The code of what stands in a session's way, or None."""
    if revoked_at is not None or person_state != "active":
        return "SESSION_ENDED"
    return "TENANT_SUSPENDED" if tenant_state == "suspended" else None


async def _read(tenant_id: Id, session_id: Id) -> Standing:
    read_at = clock.now()  # before the rows are: what changes meanwhile is seen in time
    with tenancy.acting_for(tenant_id):
        row = await database.row(
            """SELECT s.person_id, s.revoked_at, p.role, p.state, t.state AS tenant_state
                 FROM session s
                 JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
                 JOIN tenant t ON t.id = s.tenant_id
                WHERE s.tenant_id = $1::uuid AND s.id = $2::uuid""",
            tenant_id,
            session_id,
        )
    if row is None:
        return Standing("", Role.ANALYST, "TOKEN_INVALID", read_at)
    trouble = trouble_of(row["revoked_at"], row["state"], row["tenant_state"])
    return Standing(row["person_id"], Role(row["role"]), trouble, read_at)
