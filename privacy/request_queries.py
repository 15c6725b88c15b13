"""Reads of requests and of what was done about them; words still sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class RequestRow(TypedDict):
    """A request; `details_sealed` is sealed under `subject_id`, times are microseconds UTC."""

    id: Id
    kind: str
    origin: str
    origin_id: Id | None
    contact_id: Id | None
    subject_id: Id | None
    state: str
    proof: str | None
    outcome: str | None
    details_sealed: bytes | None
    received_at: int
    months: int
    stands_since: int | None
    stood: int
    due_at: int
    work_id: Id | None
    closed_at: int | None
    created_at: int
    updated_at: int


class StepRow(TypedDict):
    """A step; `note_sealed` is sealed under `subject_id`."""

    id: Id
    request_id: Id
    subject_id: Id | None
    kind: str
    actor_kind: str
    actor_id: Id | None
    note_sealed: bytes | None
    at: int


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests are wanted; None leaves a condition out, an empty list holds for none.

    `due_before`: their clock runs, and ends before then.
    """

    kinds: Sequence[str] | None = None
    states: Sequence[str] | None = None
    contact_id: Id | None = None
    due_before: int | None = None


_COLUMNS = ", ".join(f"r.{name}" for name in RequestRow.__annotations__)


async def requests_by_ids(request_ids: Iterable[Id]) -> dict[Id, RequestRow]:
    """The requests with these ids, those of the current tenant only."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN privacy_request r ON r.tenant_id = $1::uuid AND r.id = b.id""",
        tenancy.current(),
        batch=_ids(request_ids),
    )
    return {row["id"]: cast(RequestRow, row) for row in rows}


async def request_page(
    wanted: RequestFilter, direction: Direction, after: Id | None, limit: int
) -> list[RequestRow]:
    """At most so many requests in the order in which they were entered, beyond `after`."""
    where = _conditions(wanted, limit)
    if after is not None:
        where.add(f"r.id {'<' if direction == 'DESC' else '>'} ?::uuid", after)
    statement = where.into(
        f"""SELECT {_COLUMNS} FROM privacy_request r
             WHERE r.tenant_id = $1::uuid /* conditions */
             ORDER BY r.id {direction} LIMIT $2::bigint"""
    )
    return cast(list[RequestRow], await database.rows(statement, *where.params))


async def count_requests(wanted: RequestFilter) -> int:
    """How many requests the filter holds for."""
    where = _conditions(wanted)
    row = await database.row(
        where.into(
            """SELECT count(*) AS n FROM privacy_request r
                WHERE r.tenant_id = $1::uuid /* conditions */"""
        ),
        *where.params,
    )
    return int(row["n"]) if row else 0


async def steps_of(request_ids: Iterable[Id]) -> dict[Id, list[StepRow]]:
    """What was done about these requests, in order."""
    rows = await database.rows(
        f"""SELECT {", ".join(f"s.{name}" for name in StepRow.__annotations__)}
              FROM ({{batch}}) AS b
              JOIN privacy_step s ON s.tenant_id = $1::uuid AND s.request_id = b.id
             ORDER BY s.request_id, s.id""",
        tenancy.current(),
        batch=_ids(request_ids),
    )
    found: dict[Id, list[StepRow]] = {}
    for row in rows:
        found.setdefault(row["request_id"], []).append(cast(StepRow, row))
    return found


def _conditions(wanted: RequestFilter, *params: object) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    if wanted.kinds is not None:
        where.add_any_of("r.kind", "text", list(wanted.kinds))
    if wanted.states is not None:
        where.add_any_of("r.state", "text", list(wanted.states))
    if wanted.contact_id is not None:
        where.add("r.contact_id = ?::uuid", wanted.contact_id)
    if wanted.due_before is not None:
        where.add("r.state IN ('open', 'working') AND r.due_at <= ?::bigint", wanted.due_before)
    return where


def _ids(ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)])
