"""Reads of exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]
_COLUMNS = (
    "id contact_id request_id person_id state trouble done total size downloads downloads_left "
    "created_at started_at finished_at expires_at downloaded_at updated_at"
)


class ExportRow(TypedDict):
    """An export; `done` and `total` are rows, `size` bytes."""

    id: Id
    contact_id: Id
    request_id: Id | None
    person_id: Id | None
    state: str
    trouble: str | None
    done: int
    total: int | None
    size: int | None
    downloads: int
    downloads_left: int
    created_at: int
    started_at: int | None
    finished_at: int | None
    expires_at: int | None
    downloaded_at: int | None
    updated_at: int


async def exports_by_ids(export_ids: Iterable[Id]) -> dict[Id, ExportRow]:
    """Those of these exports that are the current tenant's."""
    rows = await database.rows(
        f"""SELECT {", ".join(f"e.{name}" for name in _COLUMNS.split())} FROM ({{batch}}) AS b
              JOIN personal_export e ON e.tenant_id = $1::uuid AND e.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in export_ids]),
    )
    return {row["id"]: cast(ExportRow, row) for row in rows}


async def export_page(before: Id | None, direction: Direction, limit: int) -> Sequence[ExportRow]:
    """Exports from a place on, by the time at which they were begun."""
    side = ">" if direction == "ASC" else "<"
    rows = await database.rows(
        f"""SELECT {", ".join(_COLUMNS.split())} FROM personal_export
             WHERE tenant_id = $1::uuid AND ($2::uuid IS NULL OR id {side} $2::uuid)
             ORDER BY id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        before,
        limit,
    )
    return cast(list[ExportRow], rows)


async def count_exports() -> int:
    """How many exports there are."""
    row = await database.row(
        "SELECT count(*) AS n FROM personal_export WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return int(row["n"]) if row else 0
