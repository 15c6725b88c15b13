"""Founding a tenant, and bringing people into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel import clock, database, events, ids, keys, tenancy
from kernel.errors import Conflict
from kernel.events import Event
from kernel.ids import Id
from tenants import accounts, forms, passwords, proofs, throttle
from tenants.roles import Role
from tenants.settings import OFFICE_HOURS, Hours, checked


@dataclass(frozen=True, slots=True)
class Founded:
    """A new tenant and its owner."""

    tenant_id: Id
    person_id: Id


async def found(
    *,
    name: str,
    country: str,
    locale: str,
    time_zone: str,
    currency: str,
    owner_email: str,
    owner_name: str,
    password: str,
    business_hours: Hours = OFFICE_HOURS,
    holidays: str | None = None,
    signature: str = "",
    voice: str = "",
    is_verified: bool = True,
    code: str | None = None,
    address: str | None = None,
) -> Founded:
    """A new tenant with its owner; the calendar of holidays is the country's where none is given.

    Invalid names the field. An address that has an account already must come with its password and
    code: NotAllowed as at sign-in otherwise. A new address that nobody has verified gets a mail.
    """
    columns = checked(
        {
            "name": name,
            "country": country,
            "locale": locale,
            "time_zone": time_zone,
            "currency": currency,
            "business_hours": business_hours,
            "holidays": country if holidays is None else holidays,
            "signature": signature,
            "voice": voice,
        }
    )
    email = forms.email(owner_email, ("owner_email",))
    person_name = forms.line(owner_name, ("owner_name",))
    account_id = await accounts.account_of(email)
    if account_id:
        await accounts.prove(email, password, code, address=address)
        return await _found(columns, account_id, person_name)
    await throttle.heed(address)
    password_hash = await passwords.hash_of(password)
    return await _open_and_found(columns, email, password_hash, person_name, is_verified)


async def add_person(email: str, name: str, role: str, password: str | None = None) -> Id:
    """Bring a person into the current tenant, or back into it; the person's id.

    An address without an account gets one with this password (Invalid where it is missing); one
    that has an account keeps its own. Conflict ALREADY_HERE for an active person.
    """
    tidy, person_name, its_role = forms.email(email), forms.line(name, ("name",)), forms.role(role)
    account_id = await accounts.account_of(tidy)
    if account_id:
        return await join(account_id, person_name, its_role)
    password_hash = await passwords.hash_of(password or "")
    return await _open_and_join(tidy, password_hash, person_name, its_role)


@database.unit_of_work
async def join(account_id: Id, name: str, role: Role) -> Id:
    """Make an account a person of the current tenant, or again; Conflict for an active one."""
    tenant_id, now = tenancy.current(), clock.now()
    former = await database.row(
        """SELECT id, state FROM person
            WHERE tenant_id = $1::uuid AND account_id = $2::uuid FOR UPDATE""",
        tenant_id,
        account_id,
    )
    if former and former["state"] == "active":
        raise Conflict("That person is here already.", code="ALREADY_HERE", field=("email",))
    person_id: Id = former["id"] if former else ids.new_id()
    name_sealed = keys.house().seal_text("person.name", person_id, name)
    person = {
        "tenant_id": tenant_id,
        "id": person_id,
        "account_id": account_id,
        "role": role.value,
        "name_sealed": name_sealed,
        "state": "active",
        "created_at": now,
        "updated_at": now,
    }
    joined = await database.insert(
        "person",
        [person],
        # Somebody who left comes back as who they were; two who add one person at once agree.
        conflict="""ON CONFLICT (tenant_id, account_id) DO UPDATE
               SET role = excluded.role, name_sealed = excluded.name_sealed, state = 'active',
                   updated_at = excluded.updated_at WHERE person.state = 'left'""",
        returning="id",
    )
    if not joined:
        raise Conflict("That person is here already.", code="ALREADY_HERE", field=("email",))
    await events.record(Event("person.joined", {"person": person_id, "role": role.value}))
    return person_id


@database.unit_of_work
async def _open_and_found(
    columns: dict[str, Any], email: str, password_hash: str, name: str, is_verified: bool
) -> Founded:
    account_id = await accounts.open_account(email, password_hash, is_verified=is_verified)
    founded = await _found(columns, account_id, name)
    if not is_verified:
        await proofs.put_proof(account_id, "verification", str(columns["locale"]))
    return founded


@database.unit_of_work
async def _found(columns: dict[str, Any], account_id: Id, name: str) -> Founded:
    tenant_id, now = ids.new_id(), clock.now()
    tenant = {"id": tenant_id, **columns, "state": "active", "created_at": now, "updated_at": now}
    with tenancy.acting_for(tenant_id):
        await database.insert("tenant", [tenant])
        await events.record(Event("tenant.founded", {}))
        person_id = await join(account_id, name, Role.OWNER)
    return Founded(tenant_id, person_id)


@database.unit_of_work
async def _open_and_join(email: str, password_hash: str, name: str, role: Role) -> Id:
    account_id = await accounts.open_account(email, password_hash, is_verified=True)
    return await join(account_id, name, role)
