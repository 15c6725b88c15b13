"""What touched a person, one row each: the source of timelines, facts and engagement.

Rooms above write here through `record_activity`; a row holds ids and numbers, no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from contacts.paced import forget_purchases
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]

# So many at a time fit the statements of SQLite (32,766 parameters).
_AT_ONCE = 4000
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


class TouchRow(TypedDict):
    """An activity as stored; the amount in 1/10,000 of its currency where it has one."""

    id: Id
    contact_id: Id
    at: int
    kind: str
    reference: Id
    amount: int | None
    currency: str | None


@database.unit_of_work
async def record_activity(touches: Sequence[Touch]) -> int:
    """Write activities of the current tenant, once each; how many are new or different.

    A contact that was merged meanwhile passes its activity on to its survivor.
    """
    told = list({touch.id: touch for touch in touches}.values())
    return sum(
        [await _record(told[start : start + _AT_ONCE]) for start in range(0, len(told), _AT_ONCE)]
    )


async def _record(told: Sequence[Touch]) -> int:
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
    gone = Batch({"contact_id": "uuid", "reference": "uuid"}, [[*one] for one in told])
    await forget_purchases(gone)
    await database.run(
        """DELETE FROM activity WHERE tenant_id = $1::uuid
              AND (contact_id, reference) IN (SELECT b.contact_id, b.reference
                                                FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=gone,
    )


async def touch_page(
    contact_id: Id,
    direction: Direction,
    after: tuple[int, Id],
    limit: int,
    kinds: Sequence[str] | None = None,
) -> list[TouchRow]:
    """At most so many activities of a contact beyond the place `after` (time, id).

    Of these kinds, or of all.
    """
    rows = await database.rows(
        f"""SELECT a.id, a.contact_id, a.at, a.kind, a.reference, a.amount, a.currency
              FROM activity a
             WHERE a.tenant_id = $1::uuid AND a.contact_id = $2::uuid
               AND (a.at, a.id) {"<" if direction == "DESC" else ">"} ($4::bigint, $5::uuid)
               {_among(kinds, "a", 6)}
             ORDER BY a.at {direction}, a.id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        contact_id,
        limit,
        *after,
        *(kinds or ()),
    )
    return cast(list[TouchRow], rows)


async def end_touches(
    contact_ids: Iterable[Id],
    direction: Direction,
    limit: int,
    kinds: Sequence[str] | None = None,
) -> dict[Id, list[TouchRow]]:
    """At most so many activities of each contact by time, in that direction."""
    rows = await database.rows(
        f"""SELECT a.id, a.contact_id, a.at, a.kind, a.reference, a.amount, a.currency
              FROM (SELECT x.*, row_number() OVER (
                                    PARTITION BY x.contact_id
                                        ORDER BY x.at {direction}, x.id {direction}) AS place
                      FROM ({{batch}}) AS b
                      JOIN activity x ON x.tenant_id = $1::uuid AND x.contact_id = b.id
                       {_among(kinds, "x", 3)}) AS a
             WHERE a.place <= $2::bigint ORDER BY a.contact_id, a.place""",
        tenancy.current(),
        limit,
        *(kinds or ()),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    found: dict[Id, list[TouchRow]] = {}
    for row in rows:
        found.setdefault(row["contact_id"], []).append(cast(TouchRow, row))
    return found


async def count_touches(
    contact_ids: Iterable[Id], kinds: Sequence[str] | None = None
) -> dict[Id, int]:
    """How many activities each contact has."""
    ids = list(contact_ids)
    rows = await database.rows(
        f"""SELECT b.id, count(*) AS n FROM ({{batch}}) AS b
              JOIN activity a ON a.tenant_id = $1::uuid AND a.contact_id = b.id
               {_among(kinds, "a", 2)}
             GROUP BY b.id""",
        tenancy.current(),
        *(kinds or ()),
        batch=Batch({"id": "uuid"}, [[one] for one in ids]),
    )
    return dict.fromkeys(ids, 0) | {row["id"]: row["n"] for row in rows}


def _among(kinds: Sequence[str] | None, table: str, first: int) -> str:
    """The condition for these kinds, which are the parameters from `first` on."""
    if kinds is None:
        return ""
    places = ", ".join(f"${place}" for place in range(first, first + len(kinds)))
    return f"AND {table}.kind IN ({places or 'NULL'})"
