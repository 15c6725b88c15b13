"""Recounting things: what their rows say now takes the place of what they gave before.

One unit of work holds a tenant's counting, so that nothing is ever counted beside itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from counters import said, traded
from counters.clocks import House, read_house
from counters.ledger import Entry, Part, replace
from counters.people import Person, people_of
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

NAME = "kpis"
_NOWHERE = "0" * 32

Gives = Callable[[Mapping[str, Any], Mapping[Id | None, Person], House], list[Entry]]


class Kind(NamedTuple):
    """A kind of thing: its table, and what a row of it gives. Rows that are gone gave it for good,
    but where they were `taken_back`."""

    table: str
    gives: Gives
    taken_back: bool = False


KINDS: dict[str, Kind] = {
    "message": Kind("message", said.message),
    "order": Kind("shop_order", traded.order, taken_back=True),
    "cart": Kind("cart", traded.cart),
    "consent": Kind("consent_entry", traded.consent),
    "send": Kind("send", traded.send),
}


class Book(NamedTuple):
    """How counting stands: by which clocks, and in which generation of the counters."""

    house: House
    generation: int
    basis: str


@database.unit_of_work
async def recount(kind: str, ids: Sequence[Id]) -> int:
    """Count these things of the current tenant anew; how many gave something else."""
    book, of_kind = await hold(), KINDS[kind]
    if kind == "message":
        statement = database.sql(__file__, "counted_messages").replace("{which}", "m.id = b.id")
    else:
        statement = database.sql(__file__, f"counted_{kind}")
    rows = await database.rows(
        statement, tenancy.current(), batch=Batch({"id": "uuid"}, [[one] for one in ids])
    )
    people = await people_of((row["contact_id"] for row in rows), book.house)
    given = {(row["id"], 0): of_kind.gives(row, people, book.house) for row in rows}
    renewed: Iterable[Part] = ((one, 0) for one in ids) if of_kind.taken_back else given
    erased = {row["id"] for row in rows if people[row["contact_id"]].is_erased}
    return await replace(kind, book.generation, given, renewed, erased)


@database.unit_of_work
async def recount_episodes(since: Mapping[Id, int]) -> int:
    """Count episodes of these threads anew from the one before each moment on; how many changed."""
    book = await hold()
    episodes = await database.rows(
        database.sql(__file__, "touched_episodes"),
        tenancy.current(),
        batch=Batch({"conversation_id": "uuid", "at": "bigint"}, sorted(since.items())),
    )
    first: dict[Id, int] = {}
    for one in episodes:
        first.setdefault(_thread(one), one["ordinal"])
    given, erased = await _episodes_give(episodes, book)
    # A thread that became part of another has no episodes any more: all it gave is taken back.
    renewed = [(thread, first.get(thread, 0)) for thread in since]
    return await replace("episode", book.generation, given, renewed, erased)


@database.unit_of_work
async def recount_these_episodes(ids: Sequence[Id]) -> int:
    """Count these episodes anew, and none but them; how many changed."""
    book = await hold()
    episodes = await database.rows(
        database.sql(__file__, "counted_episodes"),
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in ids]),
    )
    given, erased = await _episodes_give(episodes, book)
    return await replace("episode", book.generation, given, given, erased, exactly=True)


async def _episodes_give(
    episodes: Sequence[Mapping[str, Any]], book: Book
) -> tuple[dict[Part, list[Entry]], set[Id]]:
    """What these episodes give, and which of their threads are of people who were erased."""
    spans = [[_thread(one), one["started_at"], one["last_at"]] for one in episodes]
    messages = await database.rows(
        database.sql(__file__, "counted_messages").replace(
            "{which}",
            "m.conversation_id = b.conversation_id AND m.provider_at BETWEEN b.at AND b.until",
        ),
        tenancy.current(),
        batch=Batch({"conversation_id": "uuid", "at": "bigint", "until": "bigint"}, spans),
    )
    people = await people_of((row["contact_id"] for row in messages), book.house)
    threads = {thread: list(found) for thread, found in groupby(episodes, _thread)}
    given: dict[Part, list[Entry]] = {}
    erased = set()
    for thread, group in groupby(messages, _thread):
        heard = list(group)
        told = said.talk(threads[thread], heard, people, book.house)
        given |= {(thread, ordinal): entries for ordinal, entries in told.items()}
        if people[heard[0]["contact_id"]].is_erased:
            erased.add(thread)
    return given, erased


def _thread(row: Mapping[str, Any]) -> Id:
    return str(row["conversation_id"])


async def hold() -> Book:
    """How counting of the current tenant stands, held until the end of the unit."""
    house = await read_house()
    row = await _row()
    if row is None:
        # Whatever happened before counting began is counted as if anew.
        await database.insert(
            "kpi_count",
            [
                {
                    "tenant_id": tenancy.current(),
                    "name": NAME,
                    "generation": 1,
                    "basis": house.basis,
                    "stage": "message",
                    "after_id": _NOWHERE,
                    "done": 0,
                    "total": 0,
                    "is_paused": 0,
                    "started_at": clock.now(),
                }
            ],
            conflict="ON CONFLICT DO NOTHING",
        )
        row = await _row()
    if row is None:
        raise database.RunAgain
    return Book(house, row["generation"], row["basis"])


async def _row() -> dict[str, Any] | None:
    return await database.row(
        """SELECT generation, basis FROM kpi_count
            WHERE tenant_id = $1::uuid AND name = $2 FOR UPDATE""",
        tenancy.current(),
        NAME,
    )
