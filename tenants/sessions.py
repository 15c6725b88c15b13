"""Signing in, and who is asking: a verified token and a session that still stands (F2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel import clock, database, events, ids, tenancy
from kernel.errors import Conflict, NotFound
from kernel.events import Event
from kernel.ids import Id
from tenants import accounts, signed_text, tokens
from tenants.people import Seat, seats_of_account
from tenants.roles import ROLES, Role
from tenants.standing import refusal, standing_of
from tenants.viewer import Viewer

MINUTES = 10
# A session ends when nobody has renewed it for so long, and in any case after so long.
IDLE = 14 * clock.DAY
LONGEST = 90 * clock.DAY


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with a fresh access token, and the token that renews it; times in microseconds."""

    token: str
    tenant_id: Id
    person_id: Id
    session_id: Id
    expires_at: int
    refresh_token: str
    refresh_expires_at: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its person sees it; `refreshed_at` is its last sign of life."""

    id: Id
    created_at: int
    refreshed_at: int | None
    expires_at: int


class ChooseTenant(Conflict):
    """The account is at home in several tenants: sign in again with one of the `choices`."""

    default_code = "CHOOSE_TENANT"

    def __init__(self, choices: Sequence[Seat]) -> None:
        super().__init__("The account belongs to several tenants; name one.", field=("tenant_id",))
        self.choices = tuple(choices)


async def sign_in(
    email: str,
    password: str,
    tenant_id: Id | None = None,
    *,
    code: str | None = None,
    address: str | None = None,
    minutes: int = MINUTES,
) -> SignedIn:
    """A session of the person whose e-mail and password these are, with a token of so many minutes.

    NotAllowed BAD_CREDENTIALS, LOCKED, CODE_WANTED, BAD_CODE or TENANT_SUSPENDED; TryLater where
    too much is tried from the address; ChooseTenant where there are several.
    """
    account_id = await accounts.prove(email, password, code, address=address)
    return await enter(account_id, tenant_id, minutes)


async def enter(account_id: Id, tenant_id: Id | None, minutes: int = MINUTES) -> SignedIn:
    """A session of an account that was proven just now, in its tenant or the one that is named."""
    seat = _choose(await seats_of_account(account_id), tenant_id)
    with tenancy.acting_for(seat.tenant_id):
        return await begin(seat.person_id, seat.role, minutes)


async def issue(person_id: Id, minutes: int = MINUTES) -> str:
    """A token for a person of the current tenant, without a password: for operators' commands."""
    row = await database.row(
        """SELECT role FROM person
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active'""",
        tenancy.current(),
        person_id,
    )
    if row is None:
        raise NotFound("There is no such active person.")
    return (await begin(person_id, Role(row["role"]), minutes, minutes * clock.MINUTE)).token


@database.unit_of_work
async def begin(person_id: Id, role: Role, minutes: int = MINUTES, lasts: int = IDLE) -> SignedIn:
    """A session of a person of the current tenant who was proven just now; it lasts so long."""
    now, session_id = clock.now(), ids.new_id()
    session = {
        "tenant_id": tenancy.current(),
        "id": session_id,
        "person_id": person_id,
        "created_at": now,
        "expires_at": now + lasts,
        "generation": 1,
    }
    await database.insert("session", [session])
    await events.record(Event("session.started", {"session": session_id, "person": person_id}))
    return speak_for(session_id, person_id, role, 1, now, now + lasts, minutes)


async def read_token(token: str) -> Viewer:
    """Who shows this token.

    NotAllowed TOKEN_INVALID, TOKEN_EXPIRED, SESSION_ENDED (signed out, or left the tenant) or
    TENANT_SUSPENDED; the last two bite within 5 seconds. The role is the one of now.
    """
    claims = tokens.verify(token)
    standing = await standing_of(claims.tenant_id, claims.session_id)
    if standing.trouble == "TOKEN_INVALID" or standing.person_id != claims.person_id:
        raise tokens.invalid()
    if standing.trouble:
        raise refusal(standing.trouble)
    return Viewer(
        tenant_id=claims.tenant_id,
        person_id=claims.person_id,
        session_id=claims.session_id,
        role=standing.role,
        permissions=ROLES[standing.role],
        expires_at=claims.expires_at,
    )


async def list_sessions(person_id: Id) -> list[SessionRow]:
    """The sessions of a person of the current tenant that stand, oldest first."""
    rows = await database.rows(
        """SELECT id, created_at, refreshed_at, expires_at FROM session
            WHERE tenant_id = $1::uuid AND person_id = $2::uuid AND revoked_at IS NULL
              AND expires_at > $3::bigint ORDER BY id""",
        tenancy.current(),
        person_id,
        clock.now(),
    )
    return [SessionRow(**row) for row in rows]


def speak_for(
    session_id: Id, person_id: Id, role: Role, generation: int, at: int, ends_at: int, minutes: int
) -> SignedIn:
    """A session of the current tenant with an access token of this moment and its refresh token."""
    tenant_id = tenancy.current()
    claims = tokens.Claims(
        tenant_id=tenant_id,
        person_id=person_id,
        session_id=session_id,
        role=role,
        issued_at=at // clock.SECOND * clock.SECOND,
        expires_at=min(at + minutes * clock.MINUTE, ends_at) // clock.SECOND * clock.SECOND,
    )
    return SignedIn(
        token=tokens.sign(claims),
        tenant_id=tenant_id,
        person_id=person_id,
        session_id=session_id,
        expires_at=claims.expires_at,
        refresh_token=signed_text.write("refresh", tenant_id, session_id, number=generation),
        refresh_expires_at=ends_at,
    )


def _choose(seats: Sequence[Seat], tenant_id: Id | None) -> Seat:
    wanted = [seat for seat in seats if tenant_id in (None, seat.tenant_id)]
    open_ones = [seat for seat in wanted if seat.tenant_state != "suspended"]
    if len(open_ones) > 1:
        raise ChooseTenant(open_ones)
    if not wanted:
        # The same answer as for a wrong password: whose tenant that is, is not told.
        raise accounts.denied()
    if not open_ones:
        raise refusal("TENANT_SUSPENDED")
    return open_ones[0]
