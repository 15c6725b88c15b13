"""What rooms above know of a contact that decides about pace: written here, read by the gate (F22).

Stage, value tier, first purchase and best hour; a contact without a row is not known in any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contacts.pacing import Stage, Tier
from kernel import database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# Of what is known of two who turn out to be one, the survivor's holds where there is any, and the
# earlier purchase was the first.
UNLESS_KNOWN = """ON CONFLICT (tenant_id, contact_id) DO UPDATE
   SET stage = coalesce(contact_pace.stage, excluded.stage),
       tier = coalesce(contact_pace.tier, excluded.tier),
       first_purchase_at = coalesce(
           LEAST(contact_pace.first_purchase_at, excluded.first_purchase_at),
           contact_pace.first_purchase_at, excluded.first_purchase_at),
       best_hour = coalesce(contact_pace.best_hour, excluded.best_hour),
       learned_at = coalesce(contact_pace.learned_at, excluded.learned_at)"""

# So many at a time fit the statements of SQLite (32,766 parameters).
_AT_ONCE = 4000
_COLUMNS = {
    "contact_id": "uuid",
    "stage": "text",
    "tier": "text",
    "first_purchase_at": "bigint",
    "best_hour": "integer",
    "learned_at": "bigint",
}


@dataclass(frozen=True, slots=True)
class Pacing:
    """What is known of a contact; None is not known, and when written: stays as it is.

    `best_hour` (0 to 23, by their clock) was learned at `learned_at`.
    """

    contact_id: Id
    stage: Stage | None = None
    tier: Tier | None = None
    first_purchase_at: int | None = None
    best_hour: int | None = None
    learned_at: int | None = None


async def pacing_of(contact_ids: Iterable[Id]) -> dict[Id, Pacing]:
    """What is known of these contacts, of those of whom anything is."""
    rows = await database.rows(
        """SELECT p.contact_id, p.stage, p.tier, p.first_purchase_at, p.best_hour, p.learned_at
             FROM ({batch}) AS b
             JOIN contact_pace p ON p.tenant_id = $1::uuid AND p.contact_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    return {row["contact_id"]: Pacing(**row) for row in rows}


async def note_purchases(contact_ids: Iterable[Id]) -> None:
    """Who bought something: when they did so first, as their activity has it."""
    rows = await database.rows(
        """SELECT b.id AS contact_id, min(a.at) AS first_purchase_at FROM ({batch}) AS b
             JOIN activity a ON a.tenant_id = $1::uuid AND a.contact_id = b.id
              AND a.kind = 'order.placed'
            GROUP BY b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    await write_pacing([Pacing(**row) for row in rows])


async def forget_purchases(gone: Batch) -> None:
    """Of whose first purchase is among these activities (contact_id, reference), which go next,
    the next one was the first; of whom nothing else is known, nothing is kept."""
    await database.run(
        """UPDATE contact_pace SET first_purchase_at = (
               SELECT min(a.at) FROM activity a
                WHERE a.tenant_id = $1::uuid AND a.contact_id = contact_pace.contact_id
                  AND a.kind = 'order.placed'
                  AND (a.contact_id, a.reference) NOT IN (SELECT b.contact_id, b.reference
                                                            FROM ({batch}) AS b))
            WHERE tenant_id = $1::uuid AND (contact_id, first_purchase_at) IN (
               SELECT a.contact_id, a.at FROM ({batch}) AS b
                 JOIN activity a ON a.tenant_id = $1::uuid AND a.contact_id = b.contact_id
                  AND a.reference = b.reference AND a.kind = 'order.placed')""",
        tenancy.current(),
        batch=gone,
    )
    await database.run(
        """DELETE FROM contact_pace
            WHERE tenant_id = $1::uuid AND contact_id IN (SELECT b.contact_id FROM ({batch}) AS b)
              AND coalesce(stage, tier) IS NULL
              AND coalesce(first_purchase_at, best_hour, learned_at) IS NULL""",
        tenancy.current(),
        batch=gone,
    )


@database.unit_of_work
async def write_pacing(told: Sequence[Pacing]) -> int:
    """Write down what is known of contacts; how many rows were written.

    A contact that was merged meanwhile passes it on to its survivor; of who was erased nothing is
    kept.
    """
    latest = list({one.contact_id: one for one in told}.values())
    return sum(
        [
            await _write(latest[start : start + _AT_ONCE])
            for start in range(0, len(latest), _AT_ONCE)
        ]
    )


async def _write(told: Sequence[Pacing]) -> int:
    batch = Batch(_COLUMNS, [[getattr(one, name) for name in _COLUMNS] for one in told])
    tells = any(one.stage is not None or one.tier is not None for one in told)
    before = await _standing(batch) if tells else {}
    rows = await database.rows(
        """INSERT INTO contact_pace (tenant_id, contact_id, stage, tier, first_purchase_at,
                                     best_hour, learned_at)
           SELECT $1::uuid, k.id, max(b.stage), max(b.tier), min(b.first_purchase_at),
                  max(b.best_hour), max(b.learned_at)
             FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
             JOIN contact k ON k.tenant_id = $1::uuid AND k.id = coalesce(c.merged_into, c.id)
              AND k.state IN ('active', 'frozen')
            WHERE true GROUP BY k.id
               ON CONFLICT (tenant_id, contact_id) DO UPDATE
              SET stage = coalesce(excluded.stage, contact_pace.stage),
                  tier = coalesce(excluded.tier, contact_pace.tier),
                  first_purchase_at = coalesce(excluded.first_purchase_at,
                                               contact_pace.first_purchase_at),
                  best_hour = coalesce(excluded.best_hour, contact_pace.best_hour),
                  learned_at = coalesce(excluded.learned_at, contact_pace.learned_at)
        RETURNING contact_id, stage, tier""",
        tenancy.current(),
        batch=batch,
    )
    if tells:
        await events.record(*_turns(rows, before))
    return len(rows)


async def _standing(told: Batch) -> dict[Id, dict[str, Any]]:
    """Stage and tier of whom these are about, before they are written."""
    rows = await database.rows(
        """SELECT p.contact_id, coalesce(p.stage, '') AS stage, coalesce(p.tier, '') AS tier
             FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
             JOIN contact_pace p
               ON p.tenant_id = $1::uuid AND p.contact_id = coalesce(c.merged_into, c.id)""",
        tenancy.current(),
        batch=told,
    )
    return {row["contact_id"]: row for row in rows}


def _turns(
    rows: Iterable[Mapping[str, Any]], before: Mapping[Id, Mapping[str, Any]]
) -> Iterator[Event]:
    """Whoever is at another stage, or in another tier, than before."""
    for row in rows:
        contact_id = row["contact_id"]
        was = before.get(contact_id, {"stage": "", "tier": ""})
        stage, tier = row["stage"] or "", row["tier"] or ""
        if stage != was["stage"]:
            yield Event("contact.stage_changed", {"contact": contact_id, "stage": stage})
        if tier != was["tier"]:
            yield Event("contact.tier_changed", {"contact": contact_id, "tier": tier})
