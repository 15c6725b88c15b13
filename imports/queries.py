"""Reads of imports: the jobs, and what was wrong with which rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypedDict, cast

from imports import plans
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]
_COLUMNS = (
    "id kind file_id person_id is_dry_run plan_sealed state trouble done total counts "
    "created_at started_at finished_at updated_at"
)


class JobRow(TypedDict):
    """An import; `counts` is JSON, `done` and `total` are rows (of an undo: effects)."""

    id: Id
    kind: str
    file_id: Id
    person_id: Id | None
    is_dry_run: int
    plan_sealed: bytes
    state: str
    trouble: str | None
    done: int
    total: int | None
    counts: str
    created_at: int
    started_at: int | None
    finished_at: int | None
    updated_at: int


class ProblemRow(TypedDict):
    """Something wrong with a row; place -1 is the row as a whole."""

    row_number: int
    place: int
    code: str


async def jobs_by_ids(job_ids: Iterable[Id]) -> dict[Id, JobRow]:
    """Those of these imports that are the current tenant's."""
    rows = await database.rows(
        f"""SELECT {", ".join(f"j.{name}" for name in _COLUMNS.split())} FROM ({{batch}}) AS b
              JOIN import_job j ON j.tenant_id = $1::uuid AND j.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in job_ids]),
    )
    return {row["id"]: cast(JobRow, row) for row in rows}


async def job_page(before: Id | None, direction: Direction, limit: int) -> Sequence[JobRow]:
    """Imports from a place on, by the time at which they were started."""
    rows = await database.rows(
        f"""SELECT {", ".join(_COLUMNS.split())} FROM import_job
             WHERE tenant_id = $1::uuid AND ($2::uuid IS NULL OR id {_side(direction)} $2::uuid)
             ORDER BY id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        before,
        limit,
    )
    return cast(list[JobRow], rows)


async def count_jobs() -> int:
    """How many imports there are."""
    row = await database.row(
        "SELECT count(*) AS n FROM import_job WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return int(row["n"]) if row else 0


async def problem_page(
    job_id: Id, place: tuple[int, int, str] | None, direction: Direction, limit: int
) -> Sequence[ProblemRow]:
    """What was wrong, by row and column, from a place on."""
    row_number, column, code = place or (None, None, None)
    rows = await database.rows(
        f"""SELECT row_number, place, code FROM import_problem
             WHERE tenant_id = $1::uuid AND job_id = $2::uuid
               AND ($3::bigint IS NULL
                    OR (row_number, place, code) {_side(direction)} ($3::bigint, $4::bigint, $5))
             ORDER BY row_number {direction}, place {direction}, code {direction}
             LIMIT $6::bigint""",
        tenancy.current(),
        job_id,
        row_number,
        column,
        code,
        limit,
    )
    return cast(list[ProblemRow], rows)


async def count_problems(job_id: Id) -> int:
    """How many problems an import has."""
    row = await database.row(
        """SELECT count(*) AS n FROM import_problem
            WHERE tenant_id = $1::uuid AND job_id = $2::uuid""",
        tenancy.current(),
        job_id,
    )
    return int(row["n"]) if row else 0


def headers_of(job: JobRow) -> tuple[str, ...]:
    """The headers of the file of an import."""
    return plans.open_sealed(job["plan_sealed"], job["id"]).headers


def _side(direction: Direction) -> str:
    return ">" if direction == "ASC" else "<"
