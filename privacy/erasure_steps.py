"""What an erasure does, in order: everything outside of the rows, then every store, keys last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import channels
import contacts
import conversations
from contacts import Person
from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.errors import TryLater
from privacy.manifest import STORES, Store


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what happens in the database, and before it what happens outside."""

    name: str
    carry_out: Callable[[Person], Awaitable[int]]
    prepare: Callable[[Person], Awaitable[object]] | None = None


async def _void_sends(person: Person) -> int:
    return await conversations.void_sends(person.contact_ids)


async def _drop_files(person: Person) -> int:
    return await channels.drop_files(person.subject_ids)


async def _clear(store: Store, person: Person) -> int:
    """Delete the rows of a store, or count those that stay."""
    pointers = person.subject_ids if store.pointer == "subject_id" else person.contact_ids
    who = Batch({"id": "uuid"}, [[one] for one in pointers])
    rows = f"FROM {store.table} WHERE tenant_id = $1::uuid"
    rows += f" AND {store.pointer} IN (SELECT b.id FROM ({{batch}}) AS b)"
    if store.fate == "deleted":
        return await database.run(f"DELETE {rows}", tenancy.current(), batch=who)
    (counted,) = await database.rows(f"SELECT count(*) AS n {rows}", tenancy.current(), batch=who)
    return int(counted["n"])


async def _drop_keys(person: Person) -> None:
    await keys.drop(person.subject_ids)


async def _note_destroyed(person: Person) -> int:
    return await contacts.note_destroyed(person.subject_ids)


async def _clear_again(person: Person) -> int:
    """What others were just writing when their store was cleared; without a key none comes more."""
    late = [store for store in STORES if store.fate == "deleted" and store.table != _KEYS]
    return sum([await _clear(store, person) for store in late])


async def _scrub(_person: Person) -> None:
    if not await database.scrub():
        raise TryLater("somebody reads from the log of changes", code="READER_OPEN")


async def _nothing(_person: Person) -> int:
    return 0


_KEYS = "person_key"

STEPS: tuple[Step, ...] = (
    Step("queued_sends", _void_sends),
    Step("media_files", _drop_files),
    *(
        Step(_KEYS, _note_destroyed, prepare=_drop_keys)
        if store.table == _KEYS
        else Step(store.table, partial(_clear, store))
        for store in STORES
    ),
    Step("written_meanwhile", _clear_again),
    Step("raw_files", _nothing, prepare=_scrub),
)
