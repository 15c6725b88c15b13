"""Versions of a tenant's keys beside that of its persons: house, index, suppression."""

from __future__ import annotations

from kernel import clock, database, events, keys, tenancy
from kernel.errors import Conflict
from kernel.events import Event
from kernel.ids import Id

# An older version or two are looked up besides; each costs whoever looks something up.
_MOST = 3


@database.unit_of_work
async def begin(kind: str, *, most: int = _MOST) -> int:
    """Make the next version of a key of the current tenant; it. Conflict where so many are kept."""
    ring, tenant_id = keys.keyring(), tenancy.current()
    names = ring.versions(tenant_id, kind)
    if len(names) >= most:
        raise Conflict("That key was turned lately: wait until an older version is gone.")
    if not names:
        ring.get_or_make(tenant_id, kind, keys.FIRST)
    version = int(ring.versions(tenant_id, kind)[-1]) + 1
    ring.get_or_make(tenant_id, kind, keys.name_of(version))
    await events.record(Event("key.rotated", {"key": f"{kind}.{keys.name_of(version)}"}))
    database.after_commit(keys.forget_everywhere)
    return version


async def note(kind: str, version: int) -> None:
    """This version of a key of the current tenant is at work since now."""
    await database.run(
        """INSERT INTO tenant_key (tenant_id, kind, version, made_at)
           VALUES ($1::uuid, $2, $3, $4)
           ON CONFLICT (tenant_id, kind) DO UPDATE
           SET version = excluded.version, made_at = excluded.made_at""",
        tenancy.current(),
        kind,
        version,
        clock.now(),
        on="keys",
    )


async def noted(kind: str) -> tuple[int, int]:
    """Which version of a key of the current tenant is at work, and since when."""
    row = await database.row(
        "SELECT version, made_at FROM tenant_key WHERE tenant_id = $1::uuid AND kind = $2",
        tenancy.current(),
        kind,
        on="keys",
    )
    return (row["version"], row["made_at"]) if row else (int(keys.FIRST), 0)


@database.unit_of_work
async def destroy_before(kind: str, version: int, *, but: str = "") -> int:
    """Destroy the versions of a key of the current tenant before this one, but one; how many."""
    names = keys.keyring().versions(tenancy.current(), kind)
    gone = [name for name in names if int(name) < version and name != but]
    for name in gone:
        keys.keyring().destroy(tenancy.current(), kind, name)
        await events.record(Event("key.destroyed", {"key": f"{kind}.{name}"}))
    if gone:
        database.after_commit(keys.forget_everywhere)
    return len(gone)


async def tenants_that_turned(kind: str) -> list[Id]:
    """The tenants of which a version of such a key is noted."""
    with tenancy.across_tenants("keys of all tenants are turned by one clock"):
        rows = await database.rows(
            "SELECT tenant_id FROM tenant_key WHERE kind = $1", kind, on="keys"
        )
    return [row["tenant_id"] for row in rows]
