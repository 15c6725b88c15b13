"""An owner lets a tenant leave, and may think better of it until the time of grace is over (F1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import tenants
from kernel import audit, clock, database, events, ids, keys, tenancy
from kernel.audit import Actor
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id
from privacy.closing import archive


@dataclass(frozen=True, slots=True)
class Closing:
    """A tenant that leaves; once the archive lies there it has its size and a due date."""

    id: Id
    state: str
    created_at: int
    due_at: int | None
    size: int | None


async def close_tenant(name: str) -> Closing:
    """Begin to export the current tenant, to be destroyed after the time of grace.

    Whoever asks repeats the store's name: Invalid for another. Conflict where it leaves already.
    """
    home = await tenants.read_settings()
    if name.strip() != home.name:
        raise Invalid("Repeat the store's name as it is in the settings.", field=("name",))
    closing_id = ids.new_id()
    await keys.make_for([closing_id])  # what the archive is sealed by
    await _begin(closing_id)
    return await read_closing()


@database.unit_of_work
async def call_off() -> None:
    """The current tenant stays; NotFound where it does not leave, Conflict when it is too late."""
    found = await database.row(
        """UPDATE tenant_closing SET state = 'called_off', updated_at = $2
            WHERE tenant_id = $1::uuid AND state IN ('exporting', 'waiting') RETURNING id""",
        tenancy.current(),
        clock.now(),
    )
    if found is None:
        await read_closing()
        raise Conflict("It is being destroyed already.")
    await audit.record("tenant.stay", {"closing": [found["id"]]})
    await events.record(Event("tenant.closing_called_off", {}))


async def read_closing() -> Closing:
    """How far the current tenant's leaving is; NotFound where it does not leave."""
    row = await database.row(
        """SELECT id, state, created_at, due_at, size FROM tenant_closing
            WHERE tenant_id = $1::uuid AND state <> 'called_off'""",
        tenancy.current(),
    )
    if row is None:
        raise NotFound("This tenant does not leave.")
    return Closing(**row)


async def read_archive(actor: Actor) -> tuple[int, Iterator[bytes]]:
    """The current tenant's archive: its size and its pieces; NotFound until it lies there."""
    found = await read_closing()
    if found.state != "waiting" or found.size is None:
        raise NotFound("The archive is not there yet.")
    await audit.record("tenant.export", {"closing": [found.id]}, actor=actor)
    return found.size, archive.read(found.id, await archive.sealer_of(found.id), found.size)


@database.unit_of_work
async def _begin(closing_id: Id) -> None:
    now = clock.now()
    begun = await database.insert(
        "tenant_closing",
        [
            {
                "tenant_id": tenancy.current(),
                "id": closing_id,
                "state": "exporting",
                "lease_until": 0,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not begun:
        raise Conflict("This tenant leaves already.")
    await audit.record("tenant.close", {"closing": [closing_id]})
    await events.record(Event("tenant.closing_started", {}))
