"""Facts of contacts are computed from the rows of their orders and messages, a batch at once (F36).

Always whole, from what stands: so it does not matter why, how often or in which order. Numbers of
days are of UTC; a window of n days holds what is at most n times 24 hours old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import commerce
import contacts
from contacts import Pacing, Stage, Tier
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id
from segments.quintiles import score
from segments.state import cuts_age, hold_state

Row = Mapping[str, Any]

AT_ONCE = 2000
# What the tiers of F36 are to the caps of F22; whoever bought less is of low value too.
_TIERS: Mapping[str | None, Tier] = {"platinum": "high", "gold": "medium", "prospect": ""}
_NONE: Row = {"last_order_at": None, "orders": 0, "spent": 0, "stage": None, "tier": None}
_BOUGHT = ("last_order_at", "orders", "spent")


async def refresh(contact_ids: Iterable[Id]) -> None:
    """Compute the facts of these contacts of the current tenant anew.

    What is known of a contact that was merged is its survivor's, and of whom was erased nothing is
    kept. Their stage and tier are told to pacing where they changed.
    """
    wanted = sorted(set(contact_ids))
    for start in range(0, len(wanted), AT_ONCE):
        await _refresh(wanted[start : start + AT_ONCE])


async def refresh_due() -> int:
    """Compute anew whose facts the passing of time has changed, of all tenants; of how many."""
    with tenancy.across_tenants("facts of all tenants change by one clock"):
        due = await database.rows(
            """SELECT tenant_id, contact_id FROM contact_facts WHERE due_at <= $1
                ORDER BY due_at LIMIT $2::bigint""",
            clock.now(),
            AT_ONCE,
        )
    by_tenant: dict[Id, list[Id]] = {}
    for row in due:
        by_tenant.setdefault(row["tenant_id"], []).append(row["contact_id"])
    for tenant_id, contact_ids in by_tenant.items():
        with tenancy.acting_for(tenant_id):
            await refresh(contact_ids)
    return len(due)


@database.unit_of_work
async def _refresh(contact_ids: Sequence[Id]) -> None:
    state = await hold_state()
    batch = Batch({"id": "uuid"}, [[one] for one in contact_ids])
    before = {row["contact_id"]: row for row in await _standing(batch)}
    written = await database.rows(
        database.sql(__file__, "write_facts"),
        tenancy.current(),
        clock.now(),
        clock.DAY,
        await commerce.base_currency(),
        batch=batch,
    )
    gone = await database.run(database.sql(__file__, "drop_facts"), tenancy.current(), batch=batch)
    bought = [row["contact_id"] for row in written if _differs(row, before, _BOUGHT)]
    if bought:
        await score(bought)
    if bought or gone:
        await cuts_age(state)
    await contacts.write_pacing(
        [_pacing(row) for row in written if _differs(row, before, ("stage", "tier"))]
    )


async def _standing(batch: Batch) -> list[dict[str, Any]]:
    """What stands of these contacts and of whom they were joined into."""
    return await database.rows(
        """SELECT DISTINCT f.contact_id, f.last_order_at, f.orders, f.spent, f.stage, f.tier
             FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
             JOIN contact_facts f
               ON f.tenant_id = $1::uuid AND f.contact_id = coalesce(c.merged_into, c.id)""",
        tenancy.current(),
        batch=batch,
    )


def _differs(row: Row, before: Mapping[Id, Row], names: Iterable[str]) -> bool:
    was = before.get(row["contact_id"], _NONE)
    return any(row[name] != was[name] for name in names)


def _pacing(row: Row) -> Pacing:
    """As pacing has it: of whom nothing is known any more, that is written too."""
    tier = _TIERS.get(row["tier"], "low") if row["orders"] else ""
    stage: Stage = row["stage"] or ""
    return Pacing(row["contact_id"], stage=stage, tier=tier)
