"""Facts of contacts are computed from the rows of their orders and messages, a batch at once (F36).

Always whole, from what stands: so it does not matter why, how often or in which order. Numbers of
days are of UTC; a window of n days holds what is at most n times 24 hours old.
"""

from __future__ import annotations

import re
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

_AT_ONCE = 500
# What the tiers of F36 are to the caps of F22; whoever bought less is of low value too.
_TIERS: Mapping[str | None, Tier] = {"platinum": "high", "gold": "medium"}
# As changed_facts tells them.
_COLUMNS = (
    *("contact_id", "first_order_at", "last_order_at", "orders", "spent", "spent_net"),
    *("first_order", "largest_order", "orders_30d", "orders_90d", "orders_180d", "orders_365d"),
    *("spent_365d", "last_inbound_at", "last_outbound_at", "last_read_at", "inbound_30d"),
    *("clicks_7d", "recency_class", "frequency_class", "tier", "value_class", "stage"),
    *("computed_at", "due_at"),
)
_BOUGHT, _PACED = ("last_order_at", "orders", "spent"), ("stage", "tier", "orders")
_ANEW = "ON CONFLICT (tenant_id, contact_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS[1:]
)
_NAMED = """
    SELECT DISTINCT k.id
      FROM ({batch}) AS b
      JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
      JOIN contact k ON k.tenant_id = $1::uuid AND k.id = coalesce(c.merged_into, c.id)
       AND k.state IN ('active', 'frozen')"""
_SPAN = """
    SELECT c.id FROM contact c
     WHERE c.tenant_id = $1::uuid AND c.id > $5::uuid AND c.id <= $6::uuid
       AND c.state IN ('active', 'frozen')"""
# Whether a column is of these contacts.
_OF_NAMED = r"\1 IN (SELECT w.id FROM who w)"
_OF_SPAN = r"\1 > $5::uuid AND \1 <= $6::uuid"
_PLACE = re.compile(r"\{(\w\.contact_id)\}")


async def refresh(contact_ids: Iterable[Id]) -> None:
    """Compute the facts of these contacts of the current tenant anew.

    What is known of a contact that was merged is its survivor's, and of whom was erased nothing is
    kept. Their stage and tier are told to pacing where they changed.
    """
    wanted = sorted(set(contact_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        await _refresh(Batch({"id": "uuid"}, [[one] for one in wanted[start : start + _AT_ONCE]]))


async def refresh_due() -> int:
    """Compute anew whose facts the passing of time has changed, of all tenants; of how many."""
    with tenancy.across_tenants("facts of all tenants change by one clock"):
        due = await database.rows(
            """SELECT tenant_id, contact_id FROM contact_facts WHERE due_at <= $1
                ORDER BY due_at LIMIT $2::bigint""",
            clock.now(),
            _AT_ONCE,
        )
    by_tenant: dict[Id, list[Id]] = {}
    for row in due:
        by_tenant.setdefault(row["tenant_id"], []).append(row["contact_id"])
    for tenant_id, contact_ids in by_tenant.items():
        with tenancy.acting_for(tenant_id):
            await refresh(contact_ids)
    return len(due)


async def refresh_span(after: Id, last: Id) -> None:
    """The same for all contacts behind the one and up to the other, in the open unit.

    Whoever walks over all of them draws the cuts at the end.
    """
    await _write(await _changed(_SPAN, _OF_SPAN, after, last))


@database.unit_of_work
async def _refresh(named: Batch) -> None:
    await hold_state()
    await database.run(
        """DELETE FROM contact_facts WHERE tenant_id = $1::uuid AND contact_id IN (
               SELECT c.id FROM ({batch}) AS b
                 JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
                  AND c.state NOT IN ('active', 'frozen'))""",
        tenancy.current(),
        batch=named,
    )
    if await _write(await _changed(_NAMED, _OF_NAMED, batch=named)):
        await cuts_age()


async def _changed(
    who: str, of_whom: str, *span: Id, batch: Batch | None = None
) -> list[dict[str, Any]]:
    text = database.sql(__file__, "changed_facts").replace("/* who */", who)
    return await database.rows(
        _PLACE.sub(of_whom, text),
        tenancy.current(),
        clock.now(),
        clock.DAY,
        await commerce.base_currency(),
        *span,
        batch=batch,
    )


async def _write(changed: Sequence[Row]) -> bool:
    """Write what changed, score who bought, and tell pacing; whether anybody bought."""
    if nothing := [row["contact_id"] for row in changed if _is_nothing(row)]:
        await _drop(nothing)
    standing = [
        {"tenant_id": tenancy.current(), **{name: row[name] for name in _COLUMNS}}
        for row in changed
        if not _is_nothing(row)
    ]
    await database.insert("contact_facts", standing, conflict=_ANEW)
    bought = [row["contact_id"] for row in changed if _differs(row, _BOUGHT)]
    if bought:
        await score(bought)
    await contacts.write_pacing([_pacing(row) for row in changed if _differs(row, _PACED)])
    return bool(bought)


async def _drop(contact_ids: Iterable[Id]) -> None:
    await database.run(
        """DELETE FROM contact_facts WHERE tenant_id = $1::uuid
              AND contact_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )


def _is_nothing(row: Row) -> bool:
    return not (
        row["orders"] or row["spent_net"] or row["recency_class"] or row["last_outbound_at"]
    )


def _differs(row: Row, names: Iterable[str]) -> bool:
    return any(row[name] != row[f"was_{name}"] for name in names)


def _pacing(row: Row) -> Pacing:
    """As pacing has it: of whom nothing is known any more, that is written too."""
    tier = _TIERS.get(row["tier"], "low") if row["orders"] else ""
    stage: Stage = row["stage"] or ""
    return Pacing(row["contact_id"], stage=stage, tier=tier)
