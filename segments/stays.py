"""Reads of who belongs to a segment, belonged to it, and belonged to it at a time (F36)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict, cast

import contacts
from kernel import database, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound
from kernel.ids import Id
from segments.compiling import Frame, compile_rule
from segments.definitions import rules_of_tenant, segments_by_ids
from segments.references import whole
from segments.rules import Created, Events, Orders, places

Direction = Literal["ASC", "DESC"]
# What is known of the past: the rest is only known as it stands.
_OF_THE_PAST = (Created, Events, Orders)


class Stay(TypedDict):
    """A contact in a segment, from a time to another, or until now."""

    segment_id: Id
    contact_id: Id
    entered_at: int
    left_at: int | None


async def member_page(
    segment_id: Id, direction: Direction, after: Id | None, limit: int
) -> list[Id]:
    """At most so many who are members now, by the age of the contacts, beyond `after`."""
    rows = await database.rows(
        f"""SELECT contact_id FROM segment_member
             WHERE tenant_id = $1::uuid AND segment_id = $2::uuid AND left_at IS NULL
               AND ($3::uuid IS NULL OR contact_id {">" if direction == "ASC" else "<"} $3::uuid)
             ORDER BY contact_id {direction} LIMIT $4::bigint""",
        tenancy.current(),
        segment_id,
        after,
        limit,
    )
    return [row["contact_id"] for row in rows]


async def count_members(segment_ids: Iterable[Id]) -> dict[Id, int]:
    """How many members each segment has now."""
    wanted = list(segment_ids)
    rows = await database.rows(
        """SELECT m.segment_id, count(*) AS n FROM ({batch}) AS b
             JOIN segment_member m ON m.tenant_id = $1::uuid AND m.segment_id = b.id
            WHERE m.left_at IS NULL GROUP BY m.segment_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in wanted]),
    )
    return dict.fromkeys(wanted, 0) | {row["segment_id"]: row["n"] for row in rows}


async def stay_page(
    segment_id: Id, direction: Direction, after: tuple[int, Id] | None, limit: int
) -> list[Stay]:
    """At most so many stays in a segment by when they began, beyond (time, contact)."""
    sign = ">" if direction == "ASC" else "<"
    at, contact_id = after or (None, None)
    rows = await database.rows(
        f"""SELECT segment_id, contact_id, entered_at, left_at FROM segment_member
             WHERE tenant_id = $1::uuid AND segment_id = $2::uuid
               AND ($3::bigint IS NULL OR (entered_at, contact_id) {sign} ($3::bigint, $4::uuid))
             ORDER BY entered_at {direction}, contact_id {direction} LIMIT $5::bigint""",
        tenancy.current(),
        segment_id,
        at,
        contact_id,
        limit,
    )
    return cast(list[Stay], rows)


async def count_stays(segment_id: Id) -> int:
    """How many stays there were and are."""
    row = await database.row(
        """SELECT count(*) AS n FROM segment_member
            WHERE tenant_id = $1::uuid AND segment_id = $2::uuid""",
        tenancy.current(),
        segment_id,
    )
    return int(row["n"]) if row else 0


async def stays_of(contact_ids: Iterable[Id]) -> dict[Id, list[Stay]]:
    """The segments that each contact belongs to now."""
    rows = await database.rows(
        """SELECT m.segment_id, m.contact_id, m.entered_at, m.left_at FROM ({batch}) AS b
             JOIN segment_member m ON m.tenant_id = $1::uuid AND m.contact_id = b.id
            WHERE m.left_at IS NULL ORDER BY m.segment_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    found: dict[Id, list[Stay]] = {}
    for row in rows:
        found.setdefault(row["contact_id"], []).append(cast(Stay, row))
    return found


async def selection_at(segment_id: Id, at: int) -> contacts.Selection:
    """Who belonged to a segment at this moment.

    From when its members were first worked out, as was written down; earlier by its rule of today,
    if that is about orders, events and when contacts came alone. Invalid (NOT_KNOWN) otherwise.
    """
    row = (await segments_by_ids([segment_id])).get(segment_id)
    if row is None:
        raise NotFound("There is no such segment.", field=("segment",))
    if at >= row["created_at"]:
        return contacts.Selection(
            """c.id IN (SELECT m.contact_id FROM segment_member m
                         WHERE m.tenant_id = ?::uuid AND m.segment_id = ?::uuid
                           AND m.entered_at <= ?::bigint
                           AND (m.left_at IS NULL OR m.left_at > ?::bigint))""",
            (tenancy.current(), segment_id, at, at),
        )
    rules = await rules_of_tenant()
    rule = whole(rules[segment_id], rules, segment_id)
    for path, one in places(rule):
        if not isinstance(one, _OF_THE_PAST):
            message = "What this condition is about is known since the segment was made only."
            raise Invalid(message, code="NOT_KNOWN", field=path)
    return compile_rule(rule, Frame(tenancy.current(), at))
