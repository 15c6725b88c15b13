"""The work of leaving: the export, and after the time of grace the end.

The end begins with the keys: from then on nothing of the tenant can be read, in no file and in no
backup. Then the rows go in batches, and the tenant itself last.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import structlog
from tortoise.exceptions import IntegrityError

import tenants
from kernel import clock, database, key_copies, keys, lasting, tenancy
from kernel.errors import Conflict, NotFound
from kernel.ids import Id
from kernel.settings import Settings
from privacy.closing import archive
from privacy.closing.archive import TENANTS

_LEASE = 10 * clock.MINUTE
_AT_ONCE = 2_000
# What files are kept in, a folder for each tenant in each.
_FOLDERS = ("closings", "exports", "imports", "media")
# Nothing new finds its way in.
_WAYS_IN = ("route", "store_route")
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM tenant_closing
     WHERE lease_until < $1
       AND (state IN ('exporting', 'destroying') OR (state = 'waiting' AND due_at <= $1))
     ORDER BY lease_until, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
)
UPDATE tenant_closing SET lease_until = $2
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
RETURNING tenant_id, id, state
"""
_log = structlog.get_logger("closing")
_data: Path | None = None
_grace = 0


def start(settings: Settings) -> None:
    """Know where files lie, and how long a tenant that leaves may still change its mind."""
    global _data, _grace
    _data, _grace = settings.data, settings.grace_days * clock.DAY
    archive.start(settings)


async def close_next() -> int:
    """Work on the tenant that waits longest to be exported or destroyed; 0 where none does."""
    now = clock.now()
    with tenancy.across_tenants("tenants that leave are worked off by whoever is free"):
        found = await database.row(_CLAIM, now, now + _LEASE)
    if found is None:
        return 0
    with tenancy.acting_for(found["tenant_id"]):
        if found["state"] == "exporting":
            await _export(found["id"])
        else:
            await _step(found["id"], found["state"], state="destroying")
            await destroy()
    return 1


async def destroy() -> None:
    """Destroy the current tenant for good; however often, and from wherever it was cut short."""
    tenant_id = tenancy.current()
    try:
        await tenants.suspend()
    except NotFound:
        return  # it is gone already
    noted = lasting.note("tenant", [()])
    for name in _WAYS_IN:
        await database.run(f"DELETE FROM {name} WHERE tenant_id = $1::uuid", tenant_id)
    keys.destroy_all()
    await _empty([name for name in TENANTS if name != "tenant"])
    key_copies.drop()
    for folder in _FOLDERS:
        if _data is not None:
            await asyncio.to_thread(shutil.rmtree, _data / folder / tenant_id, ignore_errors=True)
    # Whoever was in the middle of something may have made keys anew.
    await keys.drop_all()
    await lasting.mark(noted)
    await _end()
    _log.info("tenant_destroyed")


async def _export(closing_id: Id) -> None:
    size = await archive.write(closing_id)
    now = clock.now()
    await _step(closing_id, "exporting", state="waiting", size=size, due_at=now + _grace)


async def _step(closing_id: Id, before: str, **columns: str | int) -> None:
    """Set down how far it is, unless it was called off meanwhile."""
    columns |= {"updated_at": clock.now()}
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=4))
    await database.run(
        f"""UPDATE tenant_closing SET {sets}
             WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = $3""",
        tenancy.current(),
        closing_id,
        before,
        *columns.values(),
    )


async def _empty(names: list[str]) -> None:
    """Delete the tenant's rows of these tables; one that others still point at waits for them."""
    while names:
        left = [name for name in names if not await _emptied(name)]
        if left == names:
            raise Conflict(f"Rows of {', '.join(left)} hold each other.")
        names = left


async def _emptied(name: str) -> bool:
    key = ", ".join(await archive.key_of(name))
    try:
        while await database.run(
            f"""DELETE FROM {name} WHERE tenant_id = $1::uuid AND ({key}) IN (
                      SELECT {key} FROM {name} WHERE tenant_id = $1::uuid LIMIT $2)""",
            tenancy.current(),
            _AT_ONCE,
        ):
            await database.run(
                "UPDATE tenant_closing SET lease_until = $2 WHERE tenant_id = $1::uuid",
                tenancy.current(),
                clock.now() + _LEASE,
            )
    except IntegrityError:
        return False
    return True


@database.unit_of_work
async def _end() -> None:
    tenant_id: Id = tenancy.current()
    await database.run("DELETE FROM tenant_closing WHERE tenant_id = $1::uuid", tenant_id)
    await tenants.drop_tenant()
