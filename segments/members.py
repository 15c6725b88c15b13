"""Who belongs to which segment since when, worked out by two statements over many segments (F36).

Who fits and is not in, enters; who is in and does not fit, leaves: of the contacts that something
touched, or of all. One at a time of each tenant, each on what the last one left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import contacts
from kernel import clock, database, events, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id
from segments.compiling import Frame, compile_rule
from segments.definitions import rules_of_tenant
from segments.references import leads_to, whole
from segments.rules import Rule

# So many segments in one statement: each is a branch of it, and SQLite takes 32,766 parameters.
_TOGETHER = 40
_AT_ONCE = 4000
# Who put a tag on.
BY_RULE = "rule"
_TOUCHED = "SELECT t.id FROM touched t"

_FITTING = """WITH {touched}fitting AS (
{branches}
)"""
_ENTER = """
INSERT INTO segment_member (tenant_id, segment_id, contact_id, entered_at)
SELECT $1::uuid, f.segment_id, f.contact_id, $2::bigint
  FROM fitting f
 WHERE NOT EXISTS (SELECT 1 FROM segment_member m
                    WHERE m.tenant_id = $1::uuid AND m.segment_id = f.segment_id
                      AND m.contact_id = f.contact_id AND m.left_at IS NULL)
    ON CONFLICT (tenant_id, segment_id, contact_id, entered_at) DO UPDATE SET left_at = NULL
RETURNING segment_id, contact_id"""
_LEAVE = """
UPDATE segment_member SET left_at = $2::bigint
 WHERE tenant_id = $1::uuid AND left_at IS NULL AND segment_id IN ({segments}) {of_touched}
   AND NOT EXISTS (SELECT 1 FROM fitting f
                    WHERE f.segment_id = segment_member.segment_id
                      AND f.contact_id = segment_member.contact_id)
RETURNING segment_id, contact_id"""


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
        entered, left = await _move(rules, touched[start : start + _AT_ONCE])
        await _record(entered, left)
        await _put_tags(tags, entered, left)


@database.unit_of_work
async def review(segment_ids: Iterable[Id]) -> None:
    """Look at all contacts of the current tenant anew, in these segments if they are filled."""
    filled, tags = await _hold_segments()
    wanted = filled & set(segment_ids)
    rules = {one: rule for one, rule in (await whole_rules()).items() if one in wanted}
    entered, left = await _move(rules)
    await _record(entered, left)
    await _put_tags(tags, entered, left)


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
    await _put_tags(tags, *await _move(told))
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


async def _move(
    rules: Mapping[Id, Rule], touched: list[Id] | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Let in who fits and out who does not; who entered and who left."""
    entered, left = list[dict[str, Any]](), list[dict[str, Any]]()
    named = sorted(rules)
    for start in range(0, len(named), _TOGETHER):
        part = {one: rules[one] for one in named[start : start + _TOGETHER]}
        for statement, found in ((_ENTER, entered), (_LEAVE, left)):
            text, values = _statement(statement, part, of_touched=touched is not None)
            batch = Batch({"id": "uuid"}, [[one] for one in touched or ()])
            found += await database.rows(
                text, *values, batch=batch if touched is not None else None
            )
    return entered, left


def _statement(verb: str, rules: Mapping[Id, Rule], *, of_touched: bool) -> tuple[str, list[Any]]:
    now = clock.now()
    where = Conditions(tenancy.current(), now)
    within = _TOUCHED if of_touched else ""
    frame = Frame(tenancy.current(), now, within)
    branches = []
    for segment_id, rule in rules.items():
        chosen = compile_rule(rule, frame)
        branch = where.fill(
            f"""SELECT ?::uuid AS segment_id, c.id AS contact_id FROM contact c
                 WHERE c.tenant_id = $1::uuid AND c.state IN ('active', 'frozen')
                   {f"AND c.id IN ({within})" if within else ""} AND ({chosen.condition})""",
            segment_id,
            *chosen.values,
        )
        branches.append(branch)
    fitting = _FITTING.replace("{touched}", "touched AS ({batch}), " if of_touched else "")
    text = fitting.replace("{branches}", "\nUNION ALL\n".join(branches)) + verb
    if "{segments}" in text:
        places = ", ".join("?::uuid" for _ in rules)
        text = text.replace("{segments}", where.fill(places, *rules))
    return text.replace("{of_touched}", f"AND contact_id IN ({within})" if within else ""), (
        where.params
    )


async def _record(entered: list[dict[str, Any]], left: list[dict[str, Any]]) -> None:
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
