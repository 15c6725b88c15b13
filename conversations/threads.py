"""Threads: one per contact and business number, and what they show (F13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contacts import Known
from kernel import clock, database, ids, tenancy
from kernel.database import Batch, RunAgain
from kernel.ids import Id

# The customer service window (contract 5.1).
WINDOW = 24 * clock.HOUR


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation, held by this unit of work until it ends."""

    id: Id
    contact_id: Id
    number_id: Id
    is_new: bool


@dataclass(frozen=True, slots=True)
class Tidings:
    """What a message tells its thread; 0 and None tell nothing.

    `said`: time, tie-breaker and id of a message to show as the last one. `inbound_at` opens the
    window, `live_at` wakes a resting thread, `moved_at` closes the window for the earlier number.
    """

    said: tuple[int, int, Id] | None
    inbound_at: int = 0
    live_at: int = 0
    moved_at: int = 0


async def find_or_start(wanted: Sequence[tuple[Known, Id]]) -> dict[tuple[Id, Id], Thread]:
    """The threads of these contacts and numbers, locked for the open unit, made where missing."""
    tenant_id, now = tenancy.current(), clock.now()
    pairs = sorted({(known.contact_id, number_id) for known, number_id in wanted})
    added = await database.insert(
        "conversation",
        [
            {
                "tenant_id": tenant_id,
                "id": ids.new_id(),
                "contact_id": contact_id,
                "number_id": number_id,
                "state": "open",
                "state_at": 0,
                "holder": "person",
                "last_message_at": 0,
                "last_message_tie": 0,
                "last_inbound_at": 0,
                "moved_at": 0,
                "window_closed_at": 0,
                "free_entry_until": 0,
                "created_at": now,
                "updated_at": now,
            }
            for contact_id, number_id in pairs
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    new = {row["id"] for row in added}
    rows = await database.rows(
        database.sql(__file__, "lock_threads"),
        tenant_id,
        batch=Batch({"contact_id": "uuid", "number_id": "uuid"}, pairs),
    )
    threads = {
        (row["contact_id"], row["number_id"]): Thread(
            row["id"], row["contact_id"], row["number_id"], row["id"] in new
        )
        for row in rows
    }
    if len(threads) < len(pairs):
        raise RunAgain
    return threads


async def tell(tidings: Iterable[tuple[Id, Tidings]]) -> None:
    """Bring threads up to date; the latest by the platform's time counts, whatever came first."""
    folded: dict[Id, Tidings] = {}
    for conversation_id, one in tidings:
        before = folded.get(conversation_id, Tidings(None))
        folded[conversation_id] = Tidings(
            said=max(filter(None, (before.said, one.said)), default=None),
            inbound_at=max(before.inbound_at, one.inbound_at),
            live_at=max(before.live_at, one.live_at),
            moved_at=max(before.moved_at, one.moved_at),
        )
    await database.run(
        database.sql(__file__, "update_threads"),
        tenancy.current(),
        clock.now(),
        WINDOW,
        batch=Batch(
            {
                "id": "uuid",
                "said_at": "bigint",
                "said_tie": "bigint",
                "said_id": "uuid",
                "inbound_at": "bigint",
                "live_at": "bigint",
                "moved_at": "bigint",
            },
            [
                [
                    conversation_id,
                    *(one.said or (0, 0, None)),
                    one.inbound_at,
                    one.live_at,
                    one.moved_at,
                ]
                for conversation_id, one in sorted(folded.items())
            ],
        ),
    )
