"""Turning a tenant's key: a new version, every person's key wrapped again, the old one destroyed.

What was deleted from a database lives on in its logs, its free pages and its backups (traps:
PostgreSQL). A person's key that was dropped is beyond reach only when nothing opens those copies:
when the version that wrapped them is destroyed. So after a drop the tenant's key is turned within a
day, beside everything else that runs, and from any line where a process was killed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from kernel import clock, database, events, key_copies, keys, tenancy
from kernel.database import Batch
from kernel.events import Event

# After a drop others are waited for so long, so that many erasures cost one turn; well below a day.
_SHARED = 6 * clock.HOUR
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a tenant's keys of persons are: by which version so many are wrapped."""

    version: int
    under: dict[int, int]
    dropped_at: int | None


async def turn_due() -> int:
    """Turn the keys of the tenants that dropped some, or whose turn was cut short; how many."""
    with tenancy.across_tenants("keys of all tenants are turned by one clock"):
        rows = await database.rows(
            """SELECT tenant_id, version, dropped_at FROM tenant_key
                WHERE kind = 'persons' ORDER BY dropped_at""",
            on="keys",
        )
    ripe, due = clock.now() - _SHARED, 0
    for row in rows:
        with tenancy.acting_for(row["tenant_id"]):
            dropped_at = row["dropped_at"]
            if _older(row["version"]) or (dropped_at is not None and dropped_at <= ripe):
                await turn()
                due += 1
    return due


async def turn() -> Standing:
    """Turn the current tenant's key, or end the turn that was begun; how it stands then."""
    keys.forget_destroyed()
    version = await keys.wrapping()
    if not _older(version):
        await _begin(version)
        keys.forget_destroyed()
        version = await keys.wrapping()
    while await _wrap_next(version):
        pass
    older = _older(version)
    if older:
        await key_copies.write(version)
    for version in older:
        await _destroy(keys.name_of(version))
    keys.forget_everywhere()
    return await standing()


async def standing() -> Standing:
    """How the current tenant's keys of persons stand."""
    row = await database.row(
        """SELECT version, dropped_at FROM tenant_key
            WHERE tenant_id = $1::uuid AND kind = 'persons'""",
        tenancy.current(),
        on="keys",
    )
    under = await database.rows(
        """SELECT tenant_key_version AS version, count(*) AS n FROM person_key
            WHERE tenant_id = $1::uuid GROUP BY tenant_key_version ORDER BY tenant_key_version""",
        tenancy.current(),
        on="keys",
    )
    return Standing(
        version=row["version"] if row else await keys.wrapping(),
        under={one["version"]: one["n"] for one in under},
        dropped_at=row["dropped_at"] if row else None,
    )


@database.unit_of_work
async def _begin(version: int) -> None:
    """From the second statement on nothing new comes under the old version (keys.make_for)."""
    keys.keyring().get_or_make(tenancy.current(), "persons", keys.name_of(version + 1))
    begun = await database.run(
        """UPDATE tenant_key SET version = $2 + 1, made_at = $3, dropped_at = NULL
            WHERE tenant_id = $1::uuid AND kind = 'persons' AND version = $2""",
        tenancy.current(),
        version,
        clock.now(),
        on="keys",
    )
    if begun:
        await events.record(Event("key.rotated", {"key": f"persons.{keys.name_of(version + 1)}"}))


async def _wrap_next(version: int) -> int:
    """Wrap the next keys of older versions again; how many. What nothing opens stays shut."""
    tenant_id, now = tenancy.current(), keys.wrapper(version)
    rows = await database.rows(
        """SELECT subject_id, tenant_key_version, wrapped FROM person_key
            WHERE tenant_id = $1::uuid
              AND tenant_key_version IN (SELECT b.version FROM ({batch}) AS b)
            LIMIT $2""",
        tenant_id,
        _AT_ONCE,
        batch=Batch({"version": "integer"}, [[one] for one in _older(version)]),
        on="keys",
    )
    cells = []
    for row in rows:
        subject_id, wrapped = row["subject_id"], row["wrapped"]
        before = keys.wrapper(row["tenant_key_version"])
        key = before.decrypt(wrapped[:12], wrapped[12:], subject_id.encode())
        nonce = os.urandom(12)
        cells.append([subject_id, nonce + now.encrypt(nonce, key, subject_id.encode())])
    await database.run(
        """UPDATE person_key
              SET wrapped = b.wrapped, tenant_key_version = $2
             FROM ({batch}) AS b
            WHERE person_key.tenant_id = $1::uuid AND person_key.subject_id = b.subject_id
              AND person_key.tenant_key_version < $2""",
        tenant_id,
        version,
        batch=Batch({"subject_id": "uuid", "wrapped": "bytea"}, cells),
        on="keys",
    )
    return len(rows)


def _older(version: int) -> list[int]:
    """The versions before this one that are still there."""
    names = keys.keyring().versions(tenancy.current(), "persons")
    return [int(name) for name in names if int(name) < version]


@database.unit_of_work
async def _destroy(name: str) -> None:
    keys.keyring().destroy(tenancy.current(), "persons", name)
    await events.record(Event("key.destroyed", {"key": f"persons.{name}"}))
