"""The outbox: no event is lost or passed over, and each reader gets all (traps: PostgreSQL)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import pytest

from kernel import clock, database, events, ids, tenancy
from kernel.errors import Invalid, NoTenant
from kernel.events import START, Event
from tenants import catalogue
from tests import stored
from tests.conftest import House
from tests.servers import Postgres

assert catalogue.CATALOGUE  # importing it declares the events
ONE, OTHER = "1" * 32, "2" * 32


@database.unit_of_work
async def happen(*contacts: str, tenant_id: str = ONE, kind: str = "contact.created") -> None:
    """One event for each of these contacts."""
    with tenancy.acting_for(tenant_id):
        await events.record(*(Event(kind, {"contact": one}) for one in contacts))


def told(happened: Sequence[Event]) -> list[str]:
    """Which contacts these events are about."""
    return [event.refs["contact"] for event in happened]


async def soon(look: Callable[[], Awaitable[Any]], wanted: object) -> None:
    """Wait until it is so: the server tidies up in a transaction of its own now and then."""
    deadline = time.monotonic() + 20
    while (seen := await look()) != wanted:
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.01)


async def test_events_are_read_in_order_and_in_parts(house: House) -> None:
    for contact in "abcde":
        await happen(contact)
    await happen("x", tenant_id=OTHER)
    await soon(lambda: _told_after(START), list("abcdex"))
    first = await events.read(START, limit=2)
    second = await events.read(first[-1].cursor, limit=2)
    assert told(first) + told(second) == list("abcd")
    assert told(await events.read(second[-1].cursor, tenant_id=ONE)) == ["e"]
    assert told(await events.read(second[-1].cursor, tenant_id=OTHER)) == ["x"]
    newest = await events.newest()
    assert await events.read(newest) == []
    assert first[0].tenant_id == ONE
    assert first[0].at <= clock.now()


async def test_an_event_is_there_exactly_when_its_work_is(house: House) -> None:
    @database.unit_of_work
    async def fail() -> None:
        await happen("never")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with pytest.raises(Invalid, match="in the unit of work"):
        await events.record(Event("contact.created", {"contact": "a"}))
    with database.redone_if_lost(), pytest.raises(Invalid, match="waits for the disk"):
        await happen("lost")
    await happen("a")
    await soon(lambda: _told_after(START), ["a"])


async def test_what_the_catalogue_does_not_know_is_refused(house: House) -> None:
    @database.unit_of_work
    async def record(event: Event) -> None:
        await events.record(event)

    with tenancy.acting_for(ONE):
        for event in (
            Event("contact.phoned", {"contact": "a"}),
            Event("contact.created", {"contact": "a", "phone": "b"}),
        ):
            with pytest.raises(Invalid, match="not in the catalogue") as caught:
                await record(event)
            assert "contact.phoned" in caught.value.message or "created" in caught.value.message
    with pytest.raises(NoTenant):
        await record(Event("contact.created", {"contact": "a"}))
    assert await stored.row("SELECT count(*) AS n FROM outbox") == {"n": 0}


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_what_is_open_in_another_database_holds_nobody_back(
    house: House, postgres: Postgres
) -> None:
    elsewhere = await asyncpg.connect(postgres.owner_url("postgres"))
    try:
        async with elsewhere.transaction():
            number = await elsewhere.fetchval("SELECT pg_current_xact_id()::text::bigint")
            await happen("a")
            await happen("b")
            await soon(lambda: _told_after(START), ["a", "b"])
            assert number < (await events.read(START))[0].position
            assert (await events.newest())[0] > number
    finally:
        await elsewhere.close()


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_an_insert_held_open_loses_no_event(house: House) -> None:
    seen: list[str] = []

    async def handle(happened: Sequence[Event]) -> None:
        seen.extend(told(happened))

    slow = await asyncpg.connect(house.settings.owner_database_url)
    try:
        open_one = slow.transaction()
        await open_one.start()
        await slow.execute(
            "INSERT INTO outbox (tenant_id, id, kind, at, refs) VALUES ($1, $2, $3, 1, $4)",
            ONE,
            ids.new_id(),
            "contact.created",
            '{"contact": "early"}',
        )
        await happen("late")
        # The late one is committed and visible, but reading it would pass over the early one.
        assert await stored.row("SELECT count(*) AS n FROM outbox") == {"n": 1}
        assert await events.read(START) == []
        assert await events.newest() == START
        assert await events.follow("durable", handle) == 0
        await open_one.commit()
    finally:
        await slow.close()
    await soon(lambda: _told_after(START), ["early", "late"])
    await soon(lambda: _follow_all(handle, seen), ["early", "late"])


async def _told_after(cursor: events.Cursor) -> list[str]:
    return told(await events.read(cursor))


async def _follow_all(
    handle: Callable[[Sequence[Event]], Awaitable[None]], seen: list[str]
) -> list[str]:
    await events.follow("durable", handle)
    return seen


async def test_a_durable_reader_goes_on_where_it_stood(house: House) -> None:
    seen: list[str] = []

    async def handle(happened: Sequence[Event]) -> None:
        seen.extend(told(happened))

    await happen("a", "b", "c")
    await soon(lambda: _told_after(START), ["a", "b", "c"])
    assert await events.follow("one", handle, limit=2) == 2
    assert await events.follow("one", handle, limit=2) == 1
    assert await events.follow("one", handle, limit=2) == 0
    assert await events.follow("other", handle) == 3
    assert seen == ["a", "b", "c", "a", "b", "c"]


async def test_a_reader_of_some_kinds_goes_past_the_others(house: House) -> None:
    seen: list[str] = []

    async def handle(happened: Sequence[Event]) -> None:
        seen.extend(told(happened))

    kinds = {"contact.updated", "contact.removed"}
    await happen("a", "b")
    await happen("c", tenant_id=OTHER, kind="contact.updated")
    await happen("d", "e")
    await happen("f", kind="contact.removed")
    await soon(lambda: _told_after(START), list("abcdef"))
    after = []
    for _ in range(3):
        assert await events.follow("some", handle, limit=2, kinds=kinds)
        after.append("".join(seen))
    assert after == ["", "c", "cf"]
    assert await events.follow("some", handle, kinds=kinds) == 0


async def test_a_reader_that_fails_reads_the_same_again(house: House) -> None:
    seen: list[list[str]] = []

    async def stumble(happened: Sequence[Event]) -> None:
        seen.append(told(happened))
        if len(seen) == 1:
            raise ZeroDivisionError

    await happen("a")
    await soon(lambda: _told_after(START), ["a"])
    with pytest.raises(ZeroDivisionError):
        await events.follow("one", stumble)
    # Its lease is not given back, so that a failing reader does not spin.
    assert await events.follow("one", stumble) == 0
    clock.move(events.LEASE + 1)
    assert await events.follow("one", stumble) == 1
    assert await events.follow("one", stumble) == 0
    assert seen == [["a"], ["a"]]


async def test_what_a_reader_writes_runs_again_without_reading_again(house: House) -> None:
    tries: list[list[str]] = []

    @database.unit_of_work
    async def write(happened: Sequence[Event]) -> None:
        tries.append(told(happened))
        await happen(f"after {tries[-1][0]}")
        if len(tries) == 1:
            raise database.RunAgain

    await happen("a")
    await soon(lambda: _told_after(START), ["a"])
    assert await events.follow("one", write) == 1
    assert tries == [["a"], ["a"]]
    await soon(lambda: _told_after(START), ["a", "after a"])


async def test_one_reader_at_a_time_and_never_backwards(house: House) -> None:
    seen: list[str] = []
    is_asleep, wake = asyncio.Event(), asyncio.Event()

    async def sleep(happened: Sequence[Event]) -> None:
        is_asleep.set()
        await wake.wait()
        seen.extend(f"slept:{one}" for one in told(happened))

    async def handle(happened: Sequence[Event]) -> None:
        seen.extend(told(happened))

    await happen("a")
    await soon(lambda: _told_after(START), ["a"])
    sleeper = asyncio.create_task(events.follow("one", sleep))
    await is_asleep.wait()
    assert await events.follow("one", handle) == 0, "another worker holds the lease"
    clock.move(events.LEASE + 1)
    await happen("b")
    await soon(lambda: _told_after(START), ["a", "b"])
    assert await events.follow("one", handle) == 2, "the lease had run out"
    wake.set()
    await sleeper
    assert await events.follow("one", handle) == 0, "the sleeper moved the cursor back"
    assert seen == ["a", "b", "slept:a"]


async def test_events_go_when_all_readers_have_passed_them(house: House) -> None:
    async def nothing(_: Sequence[Event]) -> None:
        pass

    clock.move(-2 * clock.DAY)
    await happen("old")
    await happen("older than its reader")
    clock.reset()
    await happen("new")
    await soon(lambda: _told_after(START), ["old", "older than its reader", "new"])
    before = clock.now() - clock.DAY
    assert await events.forget(before) == 0, "nobody has read it yet"
    await events.follow("fast", nothing)
    await events.follow("slow", nothing, limit=1)
    assert await events.forget(before) == 0, "its reader stands on it still"
    await events.follow("slow", nothing, limit=1)
    assert await events.forget(before) == 1
    await events.follow("slow", nothing, limit=1)
    assert await events.forget(before) == 1
    assert told(await events.read(START)) == ["new"]
