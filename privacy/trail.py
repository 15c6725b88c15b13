"""Reading the audit log (F48): by actor, action, time, and by the person whom entries are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

from kernel import audit, clock, database, ids, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.ids import Id

# The entries about a contact: they name it, one that was merged into it, or a subject of these.
_ABOUT = """e.id IN (
       SELECT a.entry_id FROM audit_subject a
        WHERE a.tenant_id = $1::uuid AND a.about_id IN (
              SELECT ?::uuid
               UNION SELECT c.id FROM contact c
                      WHERE c.tenant_id = $1::uuid AND c.merged_into = ?::uuid
               UNION SELECT s.id FROM subject s
                      WHERE s.tenant_id = $1::uuid AND s.contact_id = ?::uuid))"""


class EntryRow(TypedDict):
    """An entry of the log; `ids` is packed (kernel.audit.unpack)."""

    id: Id
    at: int
    actor_kind: str
    actor_id: Id | None
    action: str
    outcome: str
    request_id: str
    ids: str


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries are wanted; None leaves a condition out."""

    actor_id: Id | None = None
    action: str | None = None
    contact_id: Id | None = None
    since: int | None = None
    before: int | None = None


async def entry_page(
    wanted: TrailFilter, direction: Literal["ASC", "DESC"], after: Id | None, limit: int
) -> list[EntryRow]:
    """At most so many entries in order of time, beyond the entry `after`."""
    where = _conditions(wanted, limit)
    if after is not None:
        where.add(f"e.id {'<' if direction == 'DESC' else '>'} ?::uuid", after)
    text = database.sql(__file__, "audit_page").replace("{direction}", direction)
    return cast(list[EntryRow], await database.rows(where.into(text), *where.params))


async def count_entries(wanted: TrailFilter) -> int:
    """How many entries the filter holds for."""
    where = _conditions(wanted)
    row = await database.row(
        where.into(
            """SELECT count(*) AS n FROM audit_entry e
                WHERE e.tenant_id = $1::uuid /* conditions */"""
        ),
        *where.params,
    )
    return int(row["n"]) if row else 0


async def entries_by_ids(entry_ids: Iterable[Id]) -> dict[Id, EntryRow]:
    """The entries with these ids."""
    found = await database.rows(
        """SELECT e.id, e.at, e.actor_kind, e.actor_id, e.action, e.outcome, e.request_id, e.ids
             FROM ({batch}) AS b JOIN audit_entry e ON e.tenant_id = $1::uuid AND e.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(entry_ids)]),
    )
    return {row["id"]: cast(EntryRow, row) for row in found}


def touched(row: EntryRow) -> dict[str, list[str]]:
    """The ids of an entry by their kind; of kinds that end in `_token`, keyed hashes."""
    return audit.unpack(row["ids"])


def _conditions(wanted: TrailFilter, *params: object) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    if wanted.actor_id is not None:
        where.add("e.actor_id = ?::uuid", wanted.actor_id)
    if wanted.action is not None:
        where.add("e.action = ?", wanted.action)
    if wanted.contact_id is not None:
        where.add(_ABOUT, *[wanted.contact_id] * 3)
    # Ids narrow the search to the time; an entry's id is made right after its time is read.
    if wanted.since is not None:
        where.add("e.id >= ?::uuid", ids.first_at(wanted.since))
        where.add("e.at >= ?::bigint", wanted.since)
    if wanted.before is not None:
        where.add("e.id < ?::uuid", ids.first_at(wanted.before + clock.MINUTE))
        where.add("e.at < ?::bigint", wanted.before)
    return where
