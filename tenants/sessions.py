"""Signing in and out, and who is asking: a verified token and a session that still stands (F2)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from kernel import clock, database, events, ids, keys, tenancy
from kernel.errors import Conflict, NotAllowed, NotFound
from kernel.events import Event
from kernel.ids import Id
from kernel.keyring import Keyring
from tenants import accounts, tokens
from tenants.people import Seat, seats_of_account
from tenants.roles import ROLES, Role
from tenants.viewer import Viewer

# What was read is trusted for so long; an open websocket looks every 2.5 seconds, so that a revoked
# session, a person who left and a suspended tenant are noticed within 5.
_TRUSTED = 2 * clock.SECOND
_REMEMBERED = 10_000
_MINUTES = 10


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session and its token; `expires_at` in microseconds."""

    token: str
    tenant_id: Id
    person_id: Id
    session_id: Id
    expires_at: int


class ChooseTenant(Conflict):
    """The account is at home in several tenants: sign in again with one of the `choices`."""

    default_code = "CHOOSE_TENANT"

    def __init__(self, choices: Sequence[Seat]) -> None:
        super().__init__("The account belongs to several tenants; name one.", field=("tenant_id",))
        self.choices = tuple(choices)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the rows said of a session when they were last read; `trouble` is a code."""

    person_id: Id
    role: Role
    trouble: str | None
    read_at: int


_memories: WeakKeyDictionary[Keyring, OrderedDict[Id, _Standing]] = WeakKeyDictionary()


async def sign_in(
    email: str, password: str, tenant_id: Id | None = None, *, minutes: int = _MINUTES
) -> SignedIn:
    """A session of the person whose e-mail and password these are, with a token of so many minutes.

    NotAllowed BAD_CREDENTIALS, LOCKED or TENANT_SUSPENDED; ChooseTenant where there are several.
    """
    account_id = await accounts.prove(email, password)
    seat = _choose(await seats_of_account(account_id), tenant_id)
    with tenancy.acting_for(seat.tenant_id):
        return await _begin(seat.person_id, seat.role, minutes)


async def issue(person_id: Id, minutes: int = _MINUTES) -> str:
    """A token for a person of the current tenant, without a password: for operators' commands."""
    row = await database.row(
        """SELECT role FROM person
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active'""",
        tenancy.current(),
        person_id,
    )
    if row is None:
        raise NotFound("There is no such active person.")
    return (await _begin(person_id, Role(row["role"]), minutes)).token


async def read_token(token: str) -> Viewer:
    """Who shows this token.

    NotAllowed TOKEN_INVALID, TOKEN_EXPIRED, SESSION_ENDED (signed out, or left the tenant) or
    TENANT_SUSPENDED; the last two bite within 5 seconds. The role is the one of now.
    """
    claims = tokens.verify(token)
    standing = await _standing(claims)
    if standing.trouble or standing.person_id != claims.person_id:
        raise _refusal(standing.trouble or "SESSION_ENDED")
    return Viewer(
        tenant_id=claims.tenant_id,
        person_id=claims.person_id,
        session_id=claims.session_id,
        role=standing.role,
        permissions=ROLES[standing.role],
        expires_at=claims.expires_at,
    )


@database.unit_of_work
async def sign_out(session_id: Id) -> None:
    """End a session of the current tenant; its tokens stop within 5 seconds, here at once."""
    ended = await database.rows(
        """UPDATE session SET revoked_at = $3::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND revoked_at IS NULL
        RETURNING person_id""",
        tenancy.current(),
        session_id,
        clock.now(),
    )
    for row in ended:
        refs = {"session": session_id, "person": row["person_id"]}
        await events.record(Event("session.ended", refs))
    database.after_commit(lambda: _forget(session_id))


async def drop_expired_sessions(before: int) -> int:
    """Delete the sessions of all tenants that expired before this time; how many went."""
    with tenancy.across_tenants("sessions that expired are swept away"):
        return await database.run("DELETE FROM session WHERE expires_at < $1::bigint", before)


def _choose(seats: Sequence[Seat], tenant_id: Id | None) -> Seat:
    wanted = [seat for seat in seats if tenant_id in (None, seat.tenant_id)]
    open_ones = [seat for seat in wanted if seat.tenant_state != "suspended"]
    if len(open_ones) > 1:
        raise ChooseTenant(open_ones)
    if not wanted:
        # The same answer as for a wrong password: whose tenant that is, is not told.
        raise accounts.denied()
    if not open_ones:
        raise _refusal("TENANT_SUSPENDED")
    return open_ones[0]


@database.unit_of_work
async def _begin(person_id: Id, role: Role, minutes: int) -> SignedIn:
    now = clock.now()
    claims = tokens.Claims(
        tenant_id=tenancy.current(),
        person_id=person_id,
        session_id=ids.new_id(),
        role=role,
        issued_at=now // clock.SECOND * clock.SECOND,
        expires_at=(now + minutes * clock.MINUTE) // clock.SECOND * clock.SECOND,
    )
    session = {
        "tenant_id": claims.tenant_id,
        "id": claims.session_id,
        "person_id": person_id,
        "created_at": now,
        "expires_at": claims.expires_at,
    }
    await database.insert("session", [session])
    refs = {"session": claims.session_id, "person": person_id}
    await events.record(Event("session.started", refs))
    return SignedIn(
        token=tokens.sign(claims),
        tenant_id=claims.tenant_id,
        person_id=person_id,
        session_id=claims.session_id,
        expires_at=claims.expires_at,
    )


async def _standing(claims: tokens.Claims) -> _Standing:
    known = _memories.setdefault(keys.keyring(), OrderedDict())
    standing = known.get(claims.session_id)
    if standing is None or not 0 <= clock.now() - standing.read_at < _TRUSTED:
        standing = await _read_standing(claims.tenant_id, claims.session_id)
        known[claims.session_id] = standing
        known.move_to_end(claims.session_id)
        if len(known) > _REMEMBERED:
            known.popitem(last=False)
    return standing


async def _read_standing(tenant_id: Id, session_id: Id) -> _Standing:
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
        return _Standing("", Role.ANALYST, "SESSION_ENDED", read_at)
    trouble = None
    if row["revoked_at"] is not None or row["state"] != "active":
        trouble = "SESSION_ENDED"
    elif row["tenant_state"] == "suspended":
        trouble = "TENANT_SUSPENDED"
    return _Standing(row["person_id"], Role(row["role"]), trouble, read_at)


def _forget(session_id: Id) -> None:
    _memories.setdefault(keys.keyring(), OrderedDict()).pop(session_id, None)


def _refusal(code: str) -> NotAllowed:
    if code == "TENANT_SUSPENDED":
        return NotAllowed("This tenant is suspended; its owner knows why.", code=code)
    return NotAllowed("The session has ended; sign in again.", code=code)
