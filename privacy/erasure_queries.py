"""Reads of erasures, of their steps, and of the marks that they left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class ErasureRow(TypedDict):
    """An erasure; the receipt and its signature are JSON texts, times are microseconds UTC."""

    id: Id
    contact_id: Id
    reason: str
    request_id: Id | None
    state: str
    trouble: str | None
    receipt: str | None
    receipt_signature: str | None
    created_at: int
    finished_at: int | None


class ErasureStepRow(TypedDict):
    """A step that is done, and how many things went."""

    erasure_id: Id
    step: str
    count: int
    done_at: int


_COLUMNS = ", ".join(f"e.{name}" for name in ErasureRow.__annotations__)


async def erasures_by_ids(erasure_ids: Iterable[Id]) -> dict[Id, ErasureRow]:
    """The erasures with these ids, those of the current tenant only."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN erasure e ON e.tenant_id = $1::uuid AND e.id = b.id""",
        tenancy.current(),
        batch=_ids(erasure_ids),
    )
    return {row["id"]: cast(ErasureRow, row) for row in rows}


async def erasure_page(direction: Direction, after: Id | None, limit: int) -> list[ErasureRow]:
    """At most so many erasures in the order in which they were begun, beyond `after`."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM erasure e
             WHERE e.tenant_id = $1::uuid
               AND ($2::uuid IS NULL OR e.id {"<" if direction == "DESC" else ">"} $2::uuid)
             ORDER BY e.id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        after,
        limit,
    )
    return cast(list[ErasureRow], rows)


async def count_erasures() -> int:
    """How many erasures the tenant has."""
    row = await database.row(
        "SELECT count(*) AS n FROM erasure WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return int(row["n"]) if row else 0


async def erasure_steps(erasure_ids: Iterable[Id]) -> dict[Id, list[ErasureStepRow]]:
    """What was done of these erasures, in order."""
    rows = await database.rows(
        """SELECT s.erasure_id, s.step, s.count, s.done_at FROM ({batch}) AS b
             JOIN erasure_step s ON s.tenant_id = $1::uuid AND s.erasure_id = b.id
            ORDER BY s.done_at, s.step""",
        tenancy.current(),
        batch=_ids(erasure_ids),
    )
    found: dict[Id, list[ErasureStepRow]] = {erasure_id: [] for erasure_id in erasure_ids}
    for row in rows:
        found[row["erasure_id"]].append(cast(ErasureStepRow, row))
    return found


def _ids(row_ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in row_ids])
