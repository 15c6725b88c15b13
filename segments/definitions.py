"""Segments: a rule with a name, that can be changed and put away (F36)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, TypedDict, cast

import orjson

from contacts import Selection
from kernel import clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id
from segments.compiling import Frame, compile_rule
from segments.reading import read
from segments.references import check_chain, check_names, leads_to, settle, whole
from segments.rules import Rule

Direction = Literal["ASC", "DESC"]
_MOST = 500
_LONGEST = 120
_COLUMNS = """s.id, s.name, s.code, s.rule, s.version, s.filled_version, s.filled_at, s.seen_to,
    s.tag_id, s.person_id, s.created_at, s.updated_at"""


class SegmentRow(TypedDict):
    """A segment; `rule` is JSON as people write it. Its members are by the rule of
    `filled_version`, worked out at `filled_at`; times in microseconds UTC.
    """

    id: Id
    name: str
    code: str | None
    rule: str
    version: int
    filled_version: int
    filled_at: int | None
    seen_to: int
    tag_id: Id | None
    person_id: Id | None
    created_at: int
    updated_at: int


@database.unit_of_work
async def create(
    name: str,
    given: Any,
    person_id: Id | None,
    *,
    code: str | None = None,
    tag_id: Id | None = None,
) -> Id:
    """A new segment of the current tenant; its members follow at once in the background.

    Invalid names what is wrong with the rule by its path; Conflict (TAKEN) a name that is in use.
    """
    name, now, segment_id = _tidy(name), clock.now(), ids.new_id()
    kept = await settle(given)
    others = await rules_of_tenant()
    if len(others) >= _MOST:
        raise Conflict(f"There are {_MOST} segments already.", field=("name",))
    await _check(read(kept), others, segment_id, tag_id)
    made = await database.insert(
        "segment",
        [
            {
                "tenant_id": tenancy.current(),
                "id": segment_id,
                "name": name,
                "code": code,
                "rule": orjson.dumps(kept).decode(),
                "version": 1,
                "filled_version": 0,
                "seen_to": now,
                "tag_id": tag_id,
                "person_id": person_id,
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not made:
        raise Conflict("Another segment has this name.", code="TAKEN", field=("name",))
    await events.record(Event("segment.changed", {"segment": segment_id}))
    return segment_id


@database.unit_of_work
async def update(segment_id: Id, *, name: str | None = None, given: Any = None) -> None:
    """Another name, another rule, or both; by another rule the members are worked out anew."""
    row = await _hold(segment_id)
    rule = row["rule"]
    if given is not None:
        kept = await settle(given)
        others = await rules_of_tenant()
        await _check(read(kept), others, segment_id)
        rule = orjson.dumps(kept).decode()
    changed = await database.rows(
        """UPDATE segment SET name = $3, rule = $4::jsonb, version = version + $5, updated_at = $6
            WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND NOT EXISTS (SELECT 1 FROM segment o
                               WHERE o.tenant_id = $1::uuid AND o.name = $3 AND o.id <> $2::uuid
                                 AND o.deleted_at IS NULL)
        RETURNING id""",
        tenancy.current(),
        segment_id,
        row["name"] if name is None else _tidy(name),
        rule,
        int(given is not None),
        clock.now(),
    )
    if not changed:
        raise Conflict("Another segment has this name.", code="TAKEN", field=("name",))
    if given is not None:
        await events.record(Event("segment.changed", {"segment": segment_id}))


@database.unit_of_work
async def delete(segment_id: Id) -> None:
    """Put a segment away; Conflict where the rule of another leads to it."""
    await _hold(segment_id)
    for other, rule in (await rules_of_tenant()).items():
        if other != segment_id and segment_id in leads_to(rule):
            raise Conflict("The rule of another segment leads to it.", field=("segment",))
    await database.run(
        """UPDATE segment SET deleted_at = $3, updated_at = $3, tag_id = NULL
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        segment_id,
        clock.now(),
    )
    await database.run(
        """UPDATE segment_member SET left_at = $3
            WHERE tenant_id = $1::uuid AND segment_id = $2::uuid AND left_at IS NULL""",
        tenancy.current(),
        segment_id,
        clock.now(),
    )


async def selection_of(given: Any) -> Selection:
    """Whom a rule that somebody writes holds for now; Invalid as in `create`."""
    rule = read(await settle(given))
    return await _check(rule, await rules_of_tenant())


async def selection_by(segment_id: Id) -> Selection:
    """Whom the rule of a segment holds for now, also of one that was put away; NotFound where there
    is none.
    """
    row = await database.row(
        "SELECT rule FROM segment WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        segment_id,
    )
    if row is None:
        raise NotFound("There is no such segment.", field=("segment",))
    rule = whole(read(orjson.loads(row["rule"])), await rules_of_tenant(), segment_id)
    return compile_rule(rule, Frame(tenancy.current(), clock.now()))


async def rules_of_tenant() -> dict[Id, Rule]:
    """The rules of the current tenant's segments; without those of an earlier release that no
    longer read: their members stay as they are.
    """
    rows = await database.rows(
        "SELECT id, rule FROM segment WHERE tenant_id = $1::uuid AND deleted_at IS NULL",
        tenancy.current(),
    )
    rules = {}
    for row in rows:
        with suppress(Invalid):
            rules[row["id"]] = read(orjson.loads(row["rule"]))
    return rules


async def segments_by_ids(segment_ids: Iterable[Id]) -> dict[Id, SegmentRow]:
    """The segments with these ids, those of the current tenant only."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN segment s ON s.tenant_id = $1::uuid AND s.id = b.id AND s.deleted_at IS NULL""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in segment_ids]),
    )
    return {row["id"]: cast(SegmentRow, row) for row in rows}


async def segment_page(direction: Direction, after: Id | None, limit: int) -> Sequence[SegmentRow]:
    """At most so many segments by age, beyond `after`."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM segment s
             WHERE s.tenant_id = $1::uuid AND s.deleted_at IS NULL
               AND ($2::uuid IS NULL OR s.id {">" if direction == "ASC" else "<"} $2::uuid)
             ORDER BY s.id {direction} LIMIT $3::bigint""",
        tenancy.current(),
        after,
        limit,
    )
    return cast(list[SegmentRow], rows)


async def count_segments() -> int:
    """How many segments the current tenant has."""
    row = await database.row(
        "SELECT count(*) AS n FROM segment WHERE tenant_id = $1::uuid AND deleted_at IS NULL",
        tenancy.current(),
    )
    return int(row["n"]) if row else 0


async def _check(
    rule: Rule, others: Mapping[Id, Rule], own: Id | None = None, tag_id: Id | None = None
) -> Selection:
    """Whom it holds for; Invalid where it, or what leads to it, would not be whole."""
    await check_names(rule)
    found = whole(rule, others, own)
    if own:
        changed = {**others, own: rule}
        for other in others:
            whole(changed[other], changed, other)
        check_chain(
            own, changed, {**await _segments_of_tags(), **({tag_id: own} if tag_id else {})}
        )
    return compile_rule(found, Frame(tenancy.current(), clock.now()))


async def _segments_of_tags() -> dict[Id, Id]:
    rows = await database.rows(
        """SELECT id, tag_id FROM segment
            WHERE tenant_id = $1::uuid AND tag_id IS NOT NULL AND deleted_at IS NULL""",
        tenancy.current(),
    )
    return {row["tag_id"]: row["id"] for row in rows}


async def _hold(segment_id: Id) -> SegmentRow:
    row = await database.row(
        f"""SELECT {_COLUMNS} FROM segment s
             WHERE s.tenant_id = $1::uuid AND s.id = $2::uuid AND s.deleted_at IS NULL
               FOR UPDATE""",
        tenancy.current(),
        segment_id,
    )
    if row is None:
        raise NotFound("There is no such segment.", field=("segment",))
    return cast(SegmentRow, row)


def _tidy(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST or "\0" in name:
        raise Invalid(f"A name has 1 to {_LONGEST} characters.", field=("name",))
    return name
