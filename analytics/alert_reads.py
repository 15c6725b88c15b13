"""Reads of alerts, and that somebody has seen one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict, cast

from kernel import clock, database, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.errors import NotFound
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]


class AlertRow(TypedDict):
    """An alert; shares in millionths, durations in microseconds.

    A `rating` is of the number that is the `subject`.
    """

    id: Id
    kpi: str
    subject: str
    reason: str
    value: int | None
    expected: int | None
    border: int | None
    rating: str | None
    counted: int
    since: int
    cause: str | None
    cause_value: str | None
    cause_percent: int | None
    raised_at: int
    cleared_at: int | None
    acknowledged_at: int | None
    acknowledged_by: Id | None


_COLUMNS = ", ".join(f"a.{name}" for name in AlertRow.__annotations__)


async def alert_page(
    is_open: bool | None, direction: Direction, after: Id | None, limit: int
) -> list[AlertRow]:
    """At most so many alerts by when they were raised, beyond the one `after`."""
    where = _open(is_open)
    if after is not None:
        where.add(f"a.id {'<' if direction == 'DESC' else '>'} ?::uuid", after)
    end = where.fill(f"ORDER BY a.id {direction} LIMIT ?::bigint", limit)
    statement = f"""SELECT {_COLUMNS} FROM alert a WHERE a.tenant_id = $1::uuid
                    /* conditions */ {end}"""
    return cast(list[AlertRow], await database.rows(where.into(statement), *where.params))


async def count_alerts(is_open: bool | None) -> int:
    """How many alerts there are; of those that are open, or cleared."""
    where = _open(is_open)
    statement = """SELECT count(*) AS n FROM alert a WHERE a.tenant_id = $1::uuid
                   /* conditions */"""
    row = await database.row(where.into(statement), *where.params)
    return int(row["n"]) if row else 0


async def alerts_by_ids(alert_ids: Iterable[Id]) -> dict[Id, AlertRow]:
    """The alerts with these ids."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN alert a ON a.tenant_id = $1::uuid AND a.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(alert_ids)]),
    )
    return {row["id"]: cast(AlertRow, row) for row in rows}


async def acknowledge(alert_id: Id, person_id: Id | None) -> AlertRow:
    """Somebody has seen it; whoever was first stays. NotFound for none."""
    await database.run(
        """UPDATE alert SET acknowledged_at = $3::bigint, acknowledged_by = $4::uuid
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND acknowledged_at IS NULL""",
        tenancy.current(),
        alert_id,
        clock.now(),
        person_id,
    )
    found = await alerts_by_ids([alert_id])
    if alert_id not in found:
        raise NotFound("There is no such alert.", field=("alert",))
    return found[alert_id]


def _open(is_open: bool | None) -> Conditions:
    where = Conditions(tenancy.current())
    if is_open is not None:
        where.add(f"a.cleared_at IS {'' if is_open else 'NOT '}NULL")
    return where
