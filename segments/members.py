"""Who belongs to which segment since when, worked out for many segments at once (F36).

Who fits and is not in, enters; who is in and does not fit, leaves: of the contacts that something
touched, or of all, so many at a time. All rules are asked of a contact at once, and the answers are
bits of a number, as are the segments it stands in: what differs moves. One at a time of each
tenant, each on what the last one left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import contacts
from kernel import clock, database, events, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id
from segments.compiling import Frame, compile_rule, known
from segments.definitions import rules_of_tenant
from segments.references import leads_to, whole
from segments.rules import Rule

# So many segments in one statement: each is a bit of a number of 32.
_TOGETHER = 30
_AT_ONCE = 4000
_SPAN = 15_000
_FIRST, _LAST = "0" * 32, "f" * 32
# Who put a tag on.
BY_RULE = "rule"
_TOUCHED = "{} IN (SELECT t.id FROM touched t)"
_BETWEEN = "{0} > $2::uuid AND {0} <= $3::uuid"

_MOVING = """
WITH {touched}bits (segment_id, bit) AS (VALUES {bits}), known AS (
{known}
), fitting AS MATERIALIZED (
    SELECT c.id,
           CASE WHEN c.state IN ('active', 'frozen') THEN {answers} ELSE 0 END AS bits
      FROM known c
), either AS (
    SELECT f.id, f.bits AS fits, 0 AS stands FROM fitting f
     UNION ALL
    SELECT m.contact_id, 0, b.bit
      FROM segment_member m JOIN bits b ON b.segment_id = m.segment_id
     WHERE m.tenant_id = $1::uuid AND m.left_at IS NULL AND {of_member}
)
-- Added up rather than joined: SQLite would go through all who stand for each who may.
SELECT x.id, sum(x.fits) & ~sum(x.stands) AS enters, sum(x.stands) & ~sum(x.fits) AS leaves
  FROM either x GROUP BY x.id HAVING sum(x.fits) <> sum(x.stands)"""
_ENTER = """
WITH bits (segment_id, bit) AS (VALUES {bits})
INSERT INTO segment_member (tenant_id, segment_id, contact_id, entered_at)
SELECT $1::uuid, s.segment_id, b.id, $2::bigint
  FROM ({batch}) AS b JOIN bits s ON (b.enters & s.bit) <> 0
 WHERE true
    ON CONFLICT (tenant_id, segment_id, contact_id, entered_at) DO UPDATE SET left_at = NULL
RETURNING segment_id, contact_id"""
_LEAVE = """
WITH bits (segment_id, bit) AS (VALUES {bits})
UPDATE segment_member SET left_at = $2::bigint
 WHERE tenant_id = $1::uuid AND left_at IS NULL
   AND (segment_id, contact_id) IN (
       SELECT s.segment_id, b.id FROM ({batch}) AS b JOIN bits s ON (b.leaves & s.bit) <> 0)
RETURNING segment_id, contact_id"""

Row = dict[str, Any]


async def whole_rules() -> dict[Id, Rule]:
    """The rules of the current tenant's segments, with those of others put in.

    One that cannot be whole any more is left out: its members stay as they are.
    """
    rules = await rules_of_tenant()
    found = {}
    for segment_id, rule in rules.items():
        try:
            found[segment_id] = whole(rule, rules, segment_id)
        except Invalid:
            continue
    return found


@database.unit_of_work
async def refresh(contact_ids: Iterable[Id]) -> None:
    """Look at these contacts of the current tenant anew, in all segments that are filled."""
    touched = sorted(set(contact_ids))
    filled, tags = await _hold_segments()
    rules = {one: rule for one, rule in (await whole_rules()).items() if one in filled}
    for start in range(0, len(touched) if rules else 0, _AT_ONCE):
        batch = Batch({"id": "uuid"}, [[one] for one in touched[start : start + _AT_ONCE]])
        moved = await _move(rules, _TOUCHED, batch=batch)
        await _record(*moved)
        await _put_tags(tags, *moved)


@database.unit_of_work
async def review(segment_ids: Iterable[Id]) -> None:
    """Look at all contacts of the current tenant anew, in these segments if they are filled."""
    filled, tags = await _hold_segments()
    wanted = filled & set(segment_ids)
    rules = {one: rule for one, rule in (await whole_rules()).items() if one in wanted}
    for span in await _spans():
        moved = await _move(rules, _BETWEEN, *span)
        await _record(*moved)
        await _put_tags(tags, *moved)


@database.unit_of_work
async def fill(segment_ids: Iterable[Id]) -> None:
    """Work out the members of these segments, and of those that lead to them, from all contacts.

    Nobody is told of each who enters or leaves: `segment.changed` was told of the whole.
    """
    _, tags = await _hold_segments()
    rules = await rules_of_tenant()
    wanted = set(segment_ids)
    while more := {one for one, rule in rules.items() if leads_to(rule) & wanted} - wanted:
        wanted |= more
    told = {one: rule for one, rule in (await whole_rules()).items() if one in wanted}
    for span in await _spans():
        await _put_tags(tags, *await _move(told, _BETWEEN, *span))
    await database.run(
        """UPDATE segment SET filled_version = version, filled_at = $2
            WHERE tenant_id = $1::uuid AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in told]),
    )


async def _hold_segments() -> tuple[set[Id], dict[Id, Id]]:
    """Hold the current tenant's segments; those that are filled, and the tags that go with some."""
    rows = await database.rows(
        """SELECT id, filled_at, tag_id FROM segment
            WHERE tenant_id = $1::uuid AND deleted_at IS NULL ORDER BY id FOR UPDATE""",
        tenancy.current(),
    )
    filled = {row["id"] for row in rows if row["filled_at"] is not None}
    return filled, {row["id"]: row["tag_id"] for row in rows if row["tag_id"] is not None}


async def _spans() -> list[tuple[Id, Id]]:
    """From where to where all contacts are looked at, so many at a time."""
    rows = await database.rows(
        """SELECT x.id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contact
                              WHERE tenant_id = $1::uuid) AS x
            WHERE x.n % $2::bigint = 0 ORDER BY x.id""",
        tenancy.current(),
        _SPAN,
    )
    return list(pairwise([_FIRST, *(row["id"] for row in rows), _LAST]))


async def _move(
    rules: Mapping[Id, Rule], within: str, *span: Id, batch: Batch | None = None
) -> tuple[list[Row], list[Row]]:
    """Let in who fits and out who does not; who entered and who left."""
    entered, left = list[Row](), list[Row]()
    named = sorted(rules)
    for start in range(0, len(named), _TOGETHER):
        part = {one: rules[one] for one in named[start : start + _TOGETHER]}
        moving = await _moving(part, Frame(tenancy.current(), clock.now(), within), span, batch)
        for statement, name, found in ((_ENTER, "enters", entered), (_LEAVE, "leaves", left)):
            if people := [[row["id"], row[name]] for row in moving if row[name]]:
                where = Conditions(tenancy.current(), clock.now())
                found += await database.rows(
                    statement.replace("{bits}", _bits(part, where)),
                    *where.params,
                    batch=Batch({"id": "uuid", name: "integer"}, people),
                )
    return entered, left


async def _moving(
    rules: Mapping[Id, Rule], frame: Frame, span: Iterable[Id], batch: Batch | None
) -> list[Row]:
    """Who stands elsewhere than where they fit: bits of what they enter, and of what they leave."""
    where = Conditions(frame.tenant_id, *span)
    bits, answers = _bits(rules, where), []
    for at, rule in enumerate(rules.values()):
        chosen = compile_rule(rule, frame)
        condition = where.fill(chosen.condition, *chosen.values)
        answers.append(f"CASE WHEN {condition} THEN {1 << at}::integer ELSE 0 END")
    parts = {
        "{touched}": "touched AS ({batch}), " if batch else "",
        "{bits}": bits,
        "{answers}": "\n + ".join(answers),
        "{known}": known(frame),
        "{of_member}": frame.within.format("m.contact_id"),
    }
    text = _MOVING
    for place, part in parts.items():
        text = text.replace(place, part)
    return await database.rows(text, *where.params, batch=batch)


def _bits(segment_ids: Iterable[Id], where: Conditions) -> str:
    """The bit of each segment, by their order."""
    return ", ".join(
        where.fill(f"(?::uuid, {1 << at}::integer)", one) for at, one in enumerate(segment_ids)
    )


async def _record(entered: list[Row], left: list[Row]) -> None:
    await events.record(
        *(
            Event(kind, {"segment": row["segment_id"], "contact": row["contact_id"]})
            for kind, rows in (("segment.left", left), ("segment.entered", entered))
            for row in rows
        )
    )


async def _put_tags(
    tags: Mapping[Id, Id], entered: Iterable[Mapping[str, Id]], left: Iterable[Mapping[str, Id]]
) -> None:
    """Tags by rule (F6): on who entered, off who left; what others put on stays."""
    for verb, rows in ((contacts.untag_many, left), (contacts.tag_many, entered)):
        concerned: dict[Id, list[Id]] = {}
        for row in rows:
            if row["segment_id"] in tags:
                concerned.setdefault(tags[row["segment_id"]], []).append(row["contact_id"])
        for tag_id, people in concerned.items():
            for start in range(0, len(people), _AT_ONCE):
                await verb(tag_id, people[start : start + _AT_ONCE], BY_RULE)
