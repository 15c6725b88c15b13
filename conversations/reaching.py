"""How somebody can be reached, and whether what they wrote answers a message of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from contacts import Known
from conversations.threads import find_or_start
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# quotes: it was written or tapped on that very message; follows: on none, and that message was the
# last that we had said; other: on another message, or after another.
Reply = Literal["quotes", "follows", "other"]


@dataclass(frozen=True, slots=True)
class Way:
    """A number from which somebody can be written to; while it is not open, only by a template."""

    number_id: Id
    is_open: bool


async def way_to(contact_id: Id, number_id: Id | None = None) -> Way | None:
    """The number to write to somebody from: this one, or where they wrote last, or the first.

    None where no such number is connected.
    """
    found = await database.row(
        """SELECT n.id, coalesce(v.window_closed_at, 0) AS window_closed_at
             FROM number n
             LEFT JOIN conversation v
               ON v.tenant_id = $1::uuid AND v.number_id = n.id AND v.contact_id = $2::uuid
            WHERE n.tenant_id = $1::uuid AND n.state = 'connected'
              AND ($3::uuid IS NULL OR n.id = $3::uuid)
            ORDER BY coalesce(v.last_inbound_at, 0) DESC, n.id LIMIT 1""",
        tenancy.current(),
        contact_id,
        number_id,
    )
    return Way(found["id"], found["window_closed_at"] > clock.now()) if found else None


async def open_threads(contact_ids: Iterable[Id]) -> dict[Id, Id]:
    """The thread in which each of these wrote last, where its window is open."""
    rows = await database.rows(
        """SELECT v.contact_id, v.id FROM ({batch}) AS b
             JOIN conversation v ON v.tenant_id = $1::uuid AND v.contact_id = b.id
              AND v.window_closed_at > $2 AND v.state <> 'merged'
            ORDER BY v.last_inbound_at""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    return {row["contact_id"]: row["id"] for row in rows}


@database.unit_of_work
async def thread_with(known: Known, number_id: Id) -> Id:
    """The thread of somebody and a number, begun where there is none."""
    threads = await find_or_start([(known, number_id)])
    return threads[known.contact_id, number_id].id


async def replies_to(pairs: Sequence[tuple[Id, Id]]) -> list[Reply]:
    """For each (message of theirs, message of ours), in order, what the one is to the other."""
    rows = await database.rows(
        database.sql(__file__, "replies_to"),
        tenancy.current(),
        batch=Batch({"theirs": "uuid", "ours": "uuid"}, [[*pair] for pair in pairs]),
    )
    found: dict[tuple[Id, Id], Reply] = {
        (row["theirs"], row["ours"]): "quotes"
        if row["quotes"]
        else "follows"
        if row["follows"]
        else "other"
        for row in rows
    }
    return [found.get(pair, "other") for pair in pairs]
