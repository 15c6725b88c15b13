"""Colleagues are invited by mail, and join with a password of their own (F2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel import clock, database, events, ids, keys, tenancy
from kernel.errors import Conflict, NotFound
from kernel.events import Event
from kernel.ids import Id
from tenants import accounts, forms, mails, passwords, people, proofs, signed_text, signup, throttle
from tenants.roles import Permission, Role
from tenants.sessions import MINUTES, SignedIn, enter
from tenants.settings import read_settings

LASTS = 7 * clock.DAY


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that nobody has followed yet."""

    id: Id
    email: str
    name: str
    role: Role
    invited_by: Id
    created_at: int
    expires_at: int


async def invite(
    person_id: Id, email: str, name: str, role: str, *, may: frozenset[Permission]
) -> Id:
    """Invite somebody into the current tenant by mail; the invitation's id.

    A former invitation of the address ends. Invalid names the field; Conflict ALREADY_HERE for an
    active colleague, EMAIL_UNVERIFIED where the inviter has not proven an address of their own.
    """
    tidy, its_name, its_role = forms.email(email), forms.line(name, ("name",)), forms.role(role)
    people.must_be_allowed(may, its_role)
    inviter = await accounts.read_account(await people.account_of_person(person_id))
    if inviter["verified_at"] is None:
        raise Conflict("Verify your own e-mail address first.", code="EMAIL_UNVERIFIED")
    account_id = await accounts.account_of(tidy)
    if account_id and await people.is_active(account_id):
        raise Conflict("That person is here already.", code="ALREADY_HERE", field=("email",))
    return await _invite(person_id, tidy, its_name, its_role)


async def accept_invitation(
    token: str, password: str, code: str | None = None, *, address: str | None = None
) -> SignedIn:
    """Join the tenant that a mail invited to, and be signed in there.

    An address without an account gets one with this password (Invalid for a weak one); one that has
    an account comes with its password and code, as at sign-in. Invalid LINK_DEAD otherwise.
    """
    found = signed_text.read("invitation", token.strip(), ids=2)
    if found is None:
        await throttle.heed(address)
        raise proofs.dead_link()
    tenant_id, invitation_id = found[0]
    with tenancy.acting_for(tenant_id):
        invitation = await open_invitation(invitation_id)
        if invitation is None:
            raise proofs.dead_link()
        account_id = await accounts.account_of(invitation.email)
        password_hash = ""
        if account_id:
            await accounts.prove(invitation.email, password, code, address=address)
        else:
            password_hash = await passwords.hash_of(password)
        account_id = await _accept(invitation, account_id, password_hash)
        return await enter(account_id, tenant_id, MINUTES)


@database.unit_of_work
async def withdraw_invitation(invitation_id: Id) -> None:
    """An invitation of the current tenant can be followed no more; NotFound where none is open."""
    if not await _close(invitation_id, "withdrawn"):
        raise NotFound("There is no such open invitation.", field=("invitation",))


async def list_invitations() -> list[InvitationRow]:
    """The invitations of the current tenant that can still be followed, oldest first."""
    rows = await database.rows(
        """SELECT id, email_sealed, name_sealed, role, invited_by, created_at, expires_at
             FROM invitation
            WHERE tenant_id = $1::uuid AND state = 'open' AND expires_at > $2::bigint
            ORDER BY id""",
        tenancy.current(),
        clock.now(),
    )
    return [_invitation(row) for row in rows]


async def open_invitation(invitation_id: Id) -> InvitationRow | None:
    """An invitation of the current tenant that can still be followed, or None."""
    row = await database.row(
        """SELECT id, email_sealed, name_sealed, role, invited_by, created_at, expires_at
             FROM invitation
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'open'
              AND expires_at > $3::bigint""",
        tenancy.current(),
        invitation_id,
        clock.now(),
    )
    return _invitation(row) if row else None


@database.unit_of_work
async def _invite(person_id: Id, email: str, name: str, role: Role) -> Id:
    tenant_id, invitation_id, now = tenancy.current(), ids.new_id(), clock.now()
    token = accounts.email_token(email)
    await database.run(
        """UPDATE invitation SET state = 'withdrawn'
            WHERE tenant_id = $1::uuid AND email_token = $2 AND state = 'open'""",
        tenant_id,
        token,
    )
    invitation = {
        "tenant_id": tenant_id,
        "id": invitation_id,
        "email_token": token,
        "email_sealed": keys.house().seal_text("invitation.email", invitation_id, email),
        "name_sealed": keys.house().seal_text("invitation.name", invitation_id, name),
        "role": role.value,
        "state": "open",
        "invited_by": person_id,
        "created_at": now,
        "expires_at": now + LASTS,
    }
    made = await database.insert(
        "invitation",
        [invitation],
        conflict="ON CONFLICT (tenant_id, email_token) WHERE state = 'open' DO NOTHING",
        returning="id",
    )
    if not made:  # two who invite one person at once
        raise database.RunAgain
    refs = {"invitation": invitation_id, "person": person_id, "role": role.value}
    await events.record(Event("person.invited", refs))
    locale = (await read_settings()).locale
    await mails.put("invitation", {"tenant": tenant_id, "invitation": invitation_id}, locale)
    return invitation_id


@database.unit_of_work
async def _accept(invitation: InvitationRow, account_id: Id | None, password_hash: str) -> Id:
    if not await _close(invitation.id, "accepted"):
        raise proofs.dead_link()
    if account_id is None:
        account_id = await accounts.open_account(invitation.email, password_hash, is_verified=True)
    await signup.join(account_id, invitation.name, invitation.role)
    await proofs.verified(account_id)
    return account_id


async def _close(invitation_id: Id, state: str) -> bool:
    closed = await database.run(
        """UPDATE invitation SET state = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'open'""",
        tenancy.current(),
        invitation_id,
        state,
    )
    return bool(closed)


def _invitation(row: dict[str, Any]) -> InvitationRow:
    house, invitation_id = keys.house(), row["id"]
    return InvitationRow(
        id=invitation_id,
        email=house.open_text("invitation.email", invitation_id, row["email_sealed"]),
        name=house.open_text("invitation.name", invitation_id, row["name_sealed"]),
        role=Role(row["role"]),
        invited_by=row["invited_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
