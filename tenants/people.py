"""The people of a tenant: who they are, which role they have, and the tenants of an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kernel import clock, database, events, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, NotAllowed, NotFound
from kernel.events import Event
from kernel.ids import Id
from tenants import accounts, endings, forms
from tenants.roles import Permission, Role


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A colleague as others see them; `state` is active or left."""

    id: Id
    name: str
    role: Role
    state: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One tenant in which an account is an active person."""

    tenant_id: Id
    tenant_name: str
    tenant_state: str
    person_id: Id
    role: Role


async def people_by_ids(person_ids: Iterable[Id]) -> dict[Id, PersonRow]:
    """These people of the current tenant, also those who left; others' are missing."""
    wanted = [[person_id] for person_id in set(person_ids)]
    if not wanted:
        return {}
    rows = await database.rows(
        """SELECT p.id, p.role, p.state, p.name_sealed
             FROM ({batch}) AS b JOIN person p ON p.tenant_id = $1::uuid AND p.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, wanted),
    )
    return {row["id"]: _person(row) for row in rows}


async def list_people(*, with_left: bool = False) -> list[PersonRow]:
    """The people of the current tenant in the order in which they came."""
    rows = await database.rows(
        """SELECT id, role, state, name_sealed FROM person
            WHERE tenant_id = $1::uuid AND (state = 'active' OR $2::boolean) ORDER BY id""",
        tenancy.current(),
        with_left,
    )
    return [_person(row) for row in rows]


async def account_of_person(person_id: Id) -> Id:
    """The account of an active person of the current tenant; NotFound where there is none."""
    row = await database.row(
        """SELECT account_id FROM person
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active'""",
        tenancy.current(),
        person_id,
    )
    if row is None:
        raise NotFound("There is no such active person.", field=("person",))
    account_id: Id = row["account_id"]
    return account_id


async def is_active(account_id: Id) -> bool:
    """Whether an account is an active person of the current tenant."""
    row = await database.row(
        """SELECT 1 AS found FROM person
            WHERE tenant_id = $1::uuid AND account_id = $2::uuid AND state = 'active'""",
        tenancy.current(),
        account_id,
    )
    return row is not None


async def seats_of(email: str) -> list[Seat]:
    """Where the account of this address is an active person; empty where there is no account."""
    account_id = await accounts.account_of(email)
    return await seats_of_account(account_id) if account_id else []


async def seats_of_account(account_id: Id) -> list[Seat]:
    """Where this account is an active person, oldest tenant first."""
    with tenancy.across_tenants("an account signs in: of which tenants is it a person"):
        rows = await database.rows(
            """SELECT t.id AS tenant_id, t.name, t.state, p.id AS person_id, p.role
                 FROM person p JOIN tenant t ON t.id = p.tenant_id
                WHERE p.account_id = $1::uuid AND p.state = 'active' ORDER BY t.id""",
            account_id,
        )
    return [
        Seat(
            tenant_id=row["tenant_id"],
            tenant_name=row["name"],
            tenant_state=row["state"],
            person_id=row["person_id"],
            role=Role(row["role"]),
        )
        for row in rows
    ]


@database.unit_of_work
async def change_role(
    person_id: Id, role: Role, *, may: frozenset[Permission] = frozenset(Permission)
) -> None:
    """Give an active person another role; Conflict LAST_OWNER where no owner would be left.

    NotAllowed for who makes or unmakes an owner and `may` not; Invalid for a role of no person.
    """
    forms.role(role)
    former = await _lock_people_and_role_of(person_id)
    must_be_allowed(may, former, role)
    if former == role:
        return
    await _change(person_id, "role", role.value)
    await _must_have_owner()
    await events.record(Event("person.role_changed", {"person": person_id, "role": role.value}))


@database.unit_of_work
async def leave(person_id: Id, *, may: frozenset[Permission] = frozenset(Permission)) -> None:
    """The person leaves the tenant: signs in no more, sessions end within 5 seconds.

    What they wrote stays (F2). Conflict LAST_OWNER for the only owner; NotAllowed as `change_role`.
    """
    must_be_allowed(may, await _lock_people_and_role_of(person_id))
    await _change(person_id, "state", "left")
    await _must_have_owner()
    await endings.end_sessions(person_id)
    await events.record(Event("person.left", {"person": person_id}))


@database.unit_of_work
async def sign_out_person(person_id: Id, *, may: frozenset[Permission]) -> None:
    """End all sessions of an active person; NotAllowed as `change_role`."""
    must_be_allowed(may, await _lock_people_and_role_of(person_id))
    await endings.end_sessions(person_id)


def must_be_allowed(may: frozenset[Permission], *roles: Role) -> None:
    """NotAllowed where an owner is concerned and who asks may not make or unmake owners."""
    if Role.OWNER in roles and Permission.OWNERS_WRITE not in may:
        raise NotAllowed(f"This needs the permission {Permission.OWNERS_WRITE.value}.")


async def _lock_people_and_role_of(person_id: Id) -> Role:
    # All owners are locked: two who leave at once must not each count on the other.
    rows = await database.rows(
        """SELECT id, role FROM person
            WHERE tenant_id = $1::uuid AND state = 'active' AND (role = 'owner' OR id = $2::uuid)
            ORDER BY id FOR UPDATE""",
        tenancy.current(),
        person_id,
    )
    for row in rows:
        if row["id"] == person_id:
            return Role(row["role"])
    raise NotFound("There is no such active person.", field=("person",))


async def _change(person_id: Id, column: str, value: str) -> None:
    await database.run(
        f"""UPDATE person SET {column} = $3, updated_at = $4::bigint
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        person_id,
        value,
        clock.now(),
    )


async def _must_have_owner() -> None:
    owner = await database.row(
        """SELECT id FROM person
            WHERE tenant_id = $1::uuid AND role = 'owner' AND state = 'active' LIMIT 1""",
        tenancy.current(),
    )
    if owner is None:
        raise Conflict("A tenant keeps at least one owner.", code="LAST_OWNER", field=("id",))


def _person(row: dict[str, Any]) -> PersonRow:
    name = keys.house().open_text("person.name", row["id"], row["name_sealed"])
    return PersonRow(id=row["id"], name=name, role=Role(row["role"]), state=row["state"])
