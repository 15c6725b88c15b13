"""The outbox: what happened, written in the transaction in which it happened, read in order.

Events hold ids only, never personal data: queues and logs are stores too. Which events exist and
which ids each carries stands in one catalogue (tenants/catalogue.py), declared here at import.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson

from kernel import audit, bells, clock, database, ids, metrics, tenancy
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.ids import Id

BELL = "outbox"
LEASE = 30 * clock.SECOND
Cursor = tuple[int, Id]
START: Cursor = (0, "0" * 32)

_declared: dict[str, frozenset[str]] = {}
_Readings = dict[tuple[Cursor, int], asyncio.Task[list["Event"]]]
_together: ContextVar[_Readings | None] = ContextVar("together", default=None)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a tenant; `refs` name → row id (or a short code, never a text)."""

    kind: str
    refs: Mapping[str, str]
    at: int = 0
    id: Id = ""
    tenant_id: Id = ""
    position: int = 0

    @property
    def cursor(self) -> Cursor:
        """Where a reader stands that has seen this one."""
        return (self.position, self.id)


def declare(kind: str, fields: Sequence[str]) -> None:
    """Make an event known; recording an unknown one or a wrong field is refused."""
    _declared[kind] = frozenset(fields)


async def record(*happened: Event) -> None:
    """Write events into the outbox of the open unit; readers are woken after the commit."""
    if not database.in_unit():
        raise Invalid("an event is recorded in the unit of work that made it true")
    if database.is_redone_if_lost():
        raise Invalid("an event is recorded in a unit of work that waits for the disk")
    if not happened:
        return
    for event in happened:
        if event.kind not in _declared or not _declared[event.kind].issuperset(event.refs):
            raise Invalid(f"event {event.kind} is not in the catalogue with these fields")
    await database.insert(
        "outbox",
        [
            {
                "tenant_id": event.tenant_id or tenancy.current(),
                "id": event.id or ids.new_id(),
                "kind": event.kind,
                "at": event.at or clock.now(),
                "refs": orjson.dumps(dict(event.refs)).decode(),
            }
            for event in happened
        ],
    )
    audit.witness(event.refs for event in happened)
    database.after_commit(lambda: bells.ring(BELL))


async def read(after: Cursor, limit: int = 500, *, tenant_id: Id | None = None) -> list[Event]:
    """The events after the cursor, in order, of all tenants or of one; none that may be overtaken.

    PostgreSQL numbers a row when it is written, not when it is committed, so reading stops below
    the oldest transaction that is still open in this database (traps: PostgreSQL).
    """
    statement = _statement("read_outbox")
    if tenant_id:
        statement = statement.replace("/* of tenant */", "AND tenant_id = $4::uuid")
        with tenancy.acting_for(tenant_id):
            rows = await database.rows(statement, *after, limit, tenant_id)
    else:
        rows = await _of_all(statement, *after, limit)
    return [_event(row) for row in rows]


def _statement(name: str) -> str:
    statement = database.sql(__file__, f"{name}.{database.dialect()}")
    return statement.replace("/* horizon */", database.sql(__file__, "horizon.postgresql"))


def _event(row: dict[str, Any]) -> Event:
    return Event(
        kind=row["kind"],
        refs=orjson.loads(row["refs"]),
        at=row["at"],
        id=row["id"],
        tenant_id=row["tenant_id"],
        position=row["position"],
    )


async def newest() -> Cursor:
    """Where a reader stands that wants only what happens from now on."""
    statement = _statement("newest_in_outbox")
    with tenancy.across_tenants("a reader begins behind the events of all tenants"):
        row = await database.row(statement)
    return (row["position"], row["id"]) if row else START


@contextmanager
def read_together() -> Iterator[None]:
    """Readers that follow inside, from the same place and as far, are given one reading."""
    token = _together.set({})
    try:
        yield
    finally:
        _together.reset(token)


async def follow(
    name: str,
    handle: Callable[[Sequence[Event]], Awaitable[None]],
    limit: int = 500,
    kinds: Collection[str] = (),
    behind: Sequence[str] = (),
) -> int:
    """One step of a durable reader: lease, read, handle, remember; how many events it passed.

    `handle` is given the events of one tenant at a time, in order and inside that tenant; at least
    once, so it must be idempotent. Who names kinds is given these alone, and reads next to nothing
    of the others. It never overtakes the readers that it is `behind`: it reads what they write, and
    where it waits for them it says 1, so that it is asked again.

    Two workers never handle for one reader at a time; the fencing number stops one that slept
    through its lease from moving the cursor back.
    """
    if await _has_read_all(name):
        return 0
    reader = await _lease(name)
    if reader is None:
        return 0
    fence, after = reader
    happened, passed = await _next(after, limit, kinds)
    if behind and happened:
        last = await _slowest(behind)
        if happened[-1].cursor > last:
            happened = [event for event in happened if event.cursor <= last]
            passed = len(happened) or 1
    by_tenant: dict[Id, list[Event]] = {}
    for one in happened:
        if not kinds or one.kind in kinds:
            by_tenant.setdefault(one.tenant_id, []).append(one)
    for of_tenant, told in by_tenant.items():
        with tenancy.acting_for(of_tenant):
            await handle(told)
        metrics.EVENTS.labels(name).inc(len(told))
    position, event_id = happened[-1].cursor if happened else after
    with database.redone_if_lost():
        await database.run(
            """UPDATE reader SET position = $3, event_id = $4::uuid, lease_until = 0
                WHERE name = $1 AND fence = $2""",
            name,
            fence,
            position,
            event_id,
        )
    return passed


async def forget(before: int) -> int:
    """Drop events recorded before this time that every durable reader has passed; how many went."""
    with tenancy.across_tenants("what every reader has passed is dropped"):
        return await database.run(
            """DELETE FROM outbox WHERE id < $1::uuid
                AND position < (SELECT min(position) FROM reader)""",
            ids.first_at(before),
        )


async def _has_read_all(name: str) -> bool:
    """Whether nothing stands behind a reader's place: it is asked far more often than there is."""
    found = await _of_all(
        """SELECT 1 AS yes FROM reader r
            WHERE r.name = $1
              AND NOT EXISTS (SELECT 1 FROM outbox o
                               WHERE (o.position, o.id) > (r.position, r.event_id))""",
        name,
    )
    return bool(found)


async def _next(after: Cursor, limit: int, kinds: Collection[str]) -> tuple[list[Event], int]:
    """Of the next so many events at least these kinds and the last of all, and how many there
    are."""
    readings = _together.get()
    if readings is not None:
        if (after, limit) not in readings:
            readings[after, limit] = asyncio.create_task(read(after, limit))
        happened = await asyncio.shield(readings[after, limit])
        return happened, len(happened)
    if not kinds:
        happened = await read(after, limit)
        return happened, len(happened)
    of_kinds = database.sql(__file__, "read_kinds").replace("/* span */", _statement("read_outbox"))
    batch = Batch({"kind": "text"}, [[one] for one in kinds])
    rows = await _of_all(of_kinds, *after, limit, batch=batch)
    return [_event(row) for row in rows], rows[0]["passed"] if rows else 0


async def _of_all(statement: str, *params: Any, batch: Batch | None = None) -> list[dict[str, Any]]:
    with tenancy.across_tenants("readers follow the events of all tenants"):
        return await database.rows(statement, *params, batch=batch)


async def _slowest(names: Sequence[str]) -> Cursor:
    """Where the last of these readers stands."""
    rows = await database.rows("SELECT name, position, event_id FROM reader")
    places = {row["name"]: (row["position"], row["event_id"]) for row in rows}
    return min(places.get(name, START) for name in names)


async def _lease(name: str) -> tuple[int, Cursor] | None:
    row = await _take(name)
    if row is None and await _is_new(name):
        row = await _take(name)
    return (row["fence"], (row["position"], row["event_id"])) if row else None


async def _take(name: str) -> dict[str, Any] | None:
    now = clock.now()
    with database.redone_if_lost():
        return await database.row(
            """UPDATE reader SET lease_until = $2, fence = fence + 1
                WHERE name = $1 AND lease_until < $3 RETURNING position, event_id, fence""",
            name,
            now + LEASE,
            now,
        )


async def _is_new(name: str) -> bool:
    unborn = {"name": name, "position": 0, "event_id": START[1], "lease_until": 0, "fence": 0}
    added = await database.insert(
        "reader", [unborn], conflict="ON CONFLICT DO NOTHING", returning="name"
    )
    return bool(added)
