"""Restriction (F49, GDPR 18): a frozen contact is kept, but not used."""

from __future__ import annotations

from kernel import clock, database, events, tenancy
from kernel.events import Event
from kernel.ids import Id


@database.unit_of_work
async def freeze(contact_id: Id) -> bool:
    """Keep an active contact of the current tenant without using it; whether it was in use."""
    return await _turn(contact_id, "active", "frozen", "restriction.set")


@database.unit_of_work
async def unfreeze(contact_id: Id) -> bool:
    """Use a frozen contact again; whether it was frozen."""
    return await _turn(contact_id, "frozen", "active", "restriction.lifted")


async def frozen_subjects() -> set[Id]:
    """The owners of keys whose contacts are frozen: what is theirs is shown to few."""
    rows = await database.rows(
        # In this order SQLite walks the index of the few that are frozen.
        """SELECT s.id FROM contact c CROSS JOIN subject s
            WHERE c.tenant_id = $1::uuid AND c.state = 'frozen'
              AND s.tenant_id = $1::uuid AND s.contact_id = c.id
            ORDER BY c.tenant_id, c.id""",
        tenancy.current(),
    )
    return {row["id"] for row in rows}


async def _turn(contact_id: Id, before: str, after: str, event: str) -> bool:
    turned = await database.run(
        """UPDATE contact SET state = $4, updated_at = $5::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = $3""",
        tenancy.current(),
        contact_id,
        before,
        after,
        clock.now(),
    )
    if turned:
        await events.record(Event(event, {"contact": contact_id}))
    return bool(turned)
