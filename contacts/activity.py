"""What touched a person, one row each: the source of timelines, facts and engagement.

Rooms above write here through `record_activity`; a row holds ids and numbers, no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_COLUMNS = {
    "id": "uuid",
    "contact_id": "uuid",
    "at": "bigint",
    "kind": "text",
    "reference": "uuid",
    "amount": "bigint",
    "currency": "text",
}


@dataclass(frozen=True, slots=True)
class Touch:
    """One activity; its id is the event's, or its thing's, so that it is counted once.

    Told again with another time, contact or amount (an order was changed), it is that from then on.
    """

    id: Id
    contact_id: Id
    at: int
    kind: str
    reference: Id
    amount: int | None = None
    currency: str | None = None


@database.unit_of_work
async def record_activity(touches: Sequence[Touch]) -> int:
    """Write activities of the current tenant, once each; how many are new or different.

    A contact that was merged meanwhile passes its activity on to its survivor.
    """
    told = {touch.id: touch for touch in touches}.values()
    added = await database.rows(
        """INSERT INTO activity
                  (tenant_id, id, contact_id, at, kind, reference, amount, currency)
           SELECT $1::uuid, b.id, coalesce(c.merged_into, c.id),
                  b.at, b.kind, b.reference, b.amount, b.currency
             FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
            WHERE true
               ON CONFLICT (tenant_id, id) DO UPDATE
              SET contact_id = excluded.contact_id, at = excluded.at, amount = excluded.amount,
                  currency = excluded.currency
            WHERE activity.contact_id <> excluded.contact_id OR activity.at <> excluded.at
               OR activity.amount IS DISTINCT FROM excluded.amount
        RETURNING id""",
        tenancy.current(),
        batch=Batch(_COLUMNS, [[getattr(touch, name) for name in _COLUMNS] for touch in told]),
    )
    return len(added)


async def forget_activity(told: Iterable[tuple[Id, Id]]) -> None:
    """Drop the activities of these contacts that refer to these things (contact, reference)."""
    await database.run(
        """DELETE FROM activity WHERE tenant_id = $1::uuid
              AND (contact_id, reference) IN (SELECT b.contact_id, b.reference
                                                FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=Batch({"contact_id": "uuid", "reference": "uuid"}, [[*one] for one in told]),
    )
