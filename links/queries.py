"""Reads of touchpoints, and what each of them brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.ids import Id
from links.codes import is_code

Direction = Literal["ASC", "DESC"]

_COLUMNS = """t.id, t.kind, t.name, t.number_id, t.code, t.keyword, t.ad_id, t.greeting, t.label,
              t.wording, t.incentive, t.state, t.created_at, t.updated_at"""


class TouchpointRow(TypedDict):
    """A touchpoint; `state` is active or archived."""

    id: Id
    kind: str
    name: str
    number_id: Id
    code: str
    keyword: str | None
    ad_id: str | None
    greeting: str
    label: str
    wording: str | None
    incentive: str | None
    state: str
    created_at: int
    updated_at: int


class UseRow(TypedDict):
    """One time that a contact came through a touchpoint; the message where one told it."""

    id: Id
    touchpoint_id: Id
    contact_id: Id
    way: str
    message_id: Id | None
    at: int


@dataclass(frozen=True, slots=True)
class Insights:
    """What a touchpoint brought: people who joined in a time, and what these did from then on."""

    joined: int
    confirmed: int
    bought: int
    left: int


@dataclass(frozen=True, slots=True)
class Found:
    """Whose touchpoint a code leads to."""

    tenant_id: Id
    touchpoint_id: Id


async def find_code(code: str) -> Found | None:
    """Where the code of a public address leads; None where there is no such touchpoint."""
    if not is_code(code):
        return None
    with tenancy.across_tenants("a link of a touchpoint names no tenant"):
        row = await database.row("SELECT tenant_id, id FROM touchpoint WHERE code = $1", code)
    return Found(row["tenant_id"], row["id"]) if row else None


async def touchpoints_by_ids(touchpoint_ids: Iterable[Id]) -> dict[Id, TouchpointRow]:
    """The touchpoints with these ids."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN touchpoint t ON t.tenant_id = $1::uuid AND t.id = b.id""",
        tenancy.current(),
        batch=_ids(touchpoint_ids),
    )
    return {row["id"]: cast(TouchpointRow, row) for row in rows}


async def touchpoint_page(
    states: Sequence[str] | None, direction: Direction, after: Id | None, limit: int
) -> list[TouchpointRow]:
    """At most so many touchpoints by age, beyond the one `after`."""
    where = _in_states(states)
    if after is not None:
        where.add(f"t.id {'<' if direction == 'DESC' else '>'} ?::uuid", after)
    end = where.fill(f"ORDER BY t.id {direction} LIMIT ?::bigint", limit)
    statement = f"""SELECT {_COLUMNS} FROM touchpoint t WHERE t.tenant_id = $1::uuid
                    /* conditions */ {end}"""
    return cast(list[TouchpointRow], await database.rows(where.into(statement), *where.params))


async def count_touchpoints(states: Sequence[str] | None) -> int:
    """How many touchpoints there are in these states."""
    where = _in_states(states)
    statement = """SELECT count(*) AS n FROM touchpoint t WHERE t.tenant_id = $1::uuid
                   /* conditions */"""
    row = await database.row(where.into(statement), *where.params)
    return int(row["n"]) if row else 0


async def uses_by_ids(use_ids: Iterable[Id]) -> dict[Id, UseRow]:
    """The uses with these ids."""
    rows = await database.rows(
        """SELECT u.id, u.touchpoint_id, u.contact_id, u.way, u.message_id, u.at
             FROM ({batch}) AS b
             JOIN touchpoint_use u ON u.tenant_id = $1::uuid AND u.id = b.id""",
        tenancy.current(),
        batch=_ids(use_ids),
    )
    return {row["id"]: cast(UseRow, row) for row in rows}


async def insights_of(touchpoint_ids: Iterable[Id], after: int, before: int) -> dict[Id, Insights]:
    """What each of these brought of people who first came through it in this time."""
    rows = await database.rows(
        database.sql(__file__, "insights"),
        tenancy.current(),
        after,
        before,
        batch=_ids(touchpoint_ids),
    )
    return {row.pop("id"): Insights(**row) for row in rows}


async def touchpoints_of(contact_ids: Iterable[Id]) -> dict[Id, Id]:
    """The touchpoint through which each of these contacts came first, of those who did."""
    rows = await database.rows(
        """SELECT contact_id, touchpoint_id FROM (
               SELECT u.contact_id, u.touchpoint_id,
                      row_number() OVER (PARTITION BY u.contact_id ORDER BY u.at, u.id) AS place
                 FROM ({batch}) AS b
                 JOIN touchpoint_use u ON u.tenant_id = $1::uuid AND u.contact_id = b.id) AS f
            WHERE place = 1""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )
    return {row["contact_id"]: row["touchpoint_id"] for row in rows}


def _in_states(states: Sequence[str] | None) -> Conditions:
    where = Conditions(tenancy.current())
    if states is not None:
        where.add_any_of("t.state", "text", list(states))
    return where


def _ids(ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)])
