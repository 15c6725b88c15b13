"""Redis flushed, or gone and back: deliveries wait for the sweep, and no longer (traps: arq)."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio

from kernel import bells
from scripts.children import Child
from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.load import Load
from tests.faults.place import Place, all_drained, count, delivery_states, followed, wamids
from tests.faults.programs import until
from tests.servers import Redis

_AT_MOST = 10.0  # seconds that a Redis without memory may delay a delivery


async def test_a_flushed_redis(
    place: Place, redis_server: Redis, scale: int, record_property: Figure
) -> None:
    letters = load.letters(place.store, 400 * scale)
    await place.start_api()
    await place.worker.start()
    first = Load(place, letters[:1])
    await first.run()
    await until(all_drained, "the worker is at work", within=20)

    posting, lost = Load(place, letters[1:], at_once=4), 0
    running = asyncio.create_task(posting.run(pause=0.01))
    while not running.done():
        # A bell takes 20 ms from the ring to Redis; so many of them are lost.
        await asyncio.sleep(0.03)
        lost += await _queued(redis_server)
        redis_server.flush()
    await running
    redis_server.flush()
    assert posting.answers == {200: len(letters) - 1}
    took = await until(all_drained, "all is drained", within=_AT_MOST)
    assert await delivery_states() == {"drained": len(letters)}
    assert await wamids(place.store) == Counter(one.wamid for one in letters)
    await until(lambda: followed(len(letters)), "all is followed", within=_AT_MOST)
    assert place.worker.is_running
    record_property("posted", len(letters))
    record_property("jobs flushed away", lost)
    record_property("drained after s", round(took, 2))


async def test_a_delivery_whose_bell_was_flushed(
    place: Place, redis_server: Redis, record_property: Figure
) -> None:
    (letter,) = load.letters(place.store, 1)
    await place.start_api()
    redis_server.flush()  # the bells that rang when the store was opened
    posting = Load(place, [letter])
    await posting.run()
    assert posting.answers == {200: 1}
    await until(lambda: _queued(redis_server), "the bell has rung", within=5)
    redis_server.flush()
    assert await _queued(redis_server) == 0
    # Nothing but the row knows of it now, and the worker begins with nothing.
    await place.worker.start()
    took = await until(all_drained, "it is drained", within=_AT_MOST)
    assert await wamids(place.store) == {letter.wamid: 1}
    record_property("drained after s, start of the worker included", round(took, 2))


async def test_redis_goes_and_comes_back(
    place: Place, redis_server: Redis, scale: int, record_property: Figure
) -> None:
    letters = load.letters(place.store, 450 * scale)
    third = len(letters) // 3
    before, meanwhile, after = letters[:third], letters[third : 2 * third], letters[2 * third :]
    endings: list[str] = []
    await place.start_api()
    async with _supervised_worker(place, endings):
        await Load(place, before).run()
        try:
            redis_server.stop()
            began = time.monotonic()
            posting = Load(place, meanwhile)
            await posting.run()
            took = time.monotonic() - began
            assert posting.answers == {200: len(meanwhile)}, "the API needs no Redis to take mail"
            await until(lambda: _has(endings), "the worker ends", within=10)
        finally:
            redis_server.start()
        back = time.monotonic()
        posting = Load(place, after)
        await posting.run()
        assert posting.answers == {200: len(after)}
        await until(all_drained, "all is drained", within=_AT_MOST - (time.monotonic() - back))
        drained = time.monotonic() - back
        await until(lambda: followed(len(letters)), "all is followed", within=30 * scale)
    assert await delivery_states() == {"drained": len(letters)}
    assert await wamids(place.store) == Counter(one.wamid for one in letters)
    assert await count("delivery WHERE attempts > 2") == 0
    record_property("posted while it was away, a second", round(len(meanwhile) / took))
    record_property("endings of the worker", len(endings))
    record_property("drained after its return in s", round(drained, 2))


@asynccontextmanager
async def _supervised_worker(place: Place, endings: list[str]) -> AsyncIterator[None]:
    """A worker that is started again whenever it ends, as `scripts/run` does."""
    command = [sys.executable, "-m", "workers"]
    child = Child("worker", command, place.worker.log, place.house.environ, endings.append)
    keeping = asyncio.create_task(child.keep_running())
    try:
        yield
    finally:
        await child.end(within=10)
        await keeping


async def _queued(server: Redis) -> int:
    async with redis.asyncio.Redis.from_url(server.url) as client:
        return int(await client.zcard(bells.QUEUE))


async def _has(things: list[str]) -> bool:
    return bool(things)
