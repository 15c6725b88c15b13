"""Reads of weekly reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypedDict, cast

import orjson

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class ReportRow(TypedDict):
    """A weekly report; `week` is its Monday, `document` what analytics/weekly.py made of it."""

    id: Id
    week: str
    document: dict[str, Any]
    published_at: int


async def report_page(direction: Direction, after: str | None, limit: int) -> list[ReportRow]:
    """At most so many reports by week, beyond the week `after`."""
    beyond = "true" if after is None else f"r.week {'<' if direction == 'DESC' else '>'} $3"
    rows = await database.rows(
        f"""SELECT r.id, r.week, r.document, r.published_at FROM weekly_report r
             WHERE r.tenant_id = $1::uuid AND {beyond}
             ORDER BY r.week {direction} LIMIT $2::bigint""",
        tenancy.current(),
        limit,
        *([] if after is None else [after]),
    )
    return [_row(row) for row in rows]


async def count_reports() -> int:
    """How many reports there are."""
    row = await database.row(
        "SELECT count(*) AS n FROM weekly_report WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return int(row["n"]) if row else 0


async def reports_by_ids(report_ids: Iterable[Id]) -> dict[Id, ReportRow]:
    """The reports with these ids."""
    rows = await database.rows(
        """SELECT r.id, r.week, r.document, r.published_at FROM ({batch}) AS b
             JOIN weekly_report r ON r.tenant_id = $1::uuid AND r.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(report_ids)]),
    )
    return {row["id"]: _row(row) for row in rows}


def _row(row: dict[str, Any]) -> ReportRow:
    return cast(ReportRow, {**row, "document": orjson.loads(row["document"])})
