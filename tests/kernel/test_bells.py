"""Bells: heard in all processes, never in the way, and of no matter when lost (traps: arq)."""

from __future__ import annotations

import asyncio
import time

import orjson
import pytest
import redis.asyncio

from kernel import bells, clock, metrics
from tests.conftest import House
from tests.servers import Redis


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Bells know no database."""
    return str(request.param)


async def is_heard(name: str, seconds: float = 5) -> bool:
    """Whether a ring reaches somebody who waits, tried until it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        waiting = asyncio.create_task(_took(name, 0.3))
        await asyncio.sleep(0.01)
        bells.ring(name)
        if await waiting < 0.25:
            return True
    return False


async def _took(name: str, seconds: float) -> float:
    began = time.monotonic()
    await bells.wait(name, seconds)
    return time.monotonic() - began


async def test_a_ring_wakes_whoever_waits_for_it(house: House) -> None:
    assert await is_heard("deliveries")
    others = [asyncio.create_task(_took("deliveries", 9)) for _ in range(3)]
    stranger = asyncio.create_task(_took("media", 0.3))
    await asyncio.sleep(0.01)
    bells.ring("deliveries")
    assert max(await asyncio.gather(*others)) < 5
    assert await stranger >= 0.29


async def test_many_rings_are_few_jobs_and_carry_nothing(house: House) -> None:
    assert await is_heard("outbox")
    async with redis.asyncio.Redis.from_url(house.settings.redis_url) as client:
        await client.flushall()
        for _ in range(3_000):
            bells.ring("outbox")
        await asyncio.sleep(0.3)
        queued = [key async for key in client.scan_iter("arq:job:*")]
        assert 1 <= len(queued) <= 2
        for key in queued:
            job = orjson.loads(await client.get(key))
            assert (job["f"], job["a"], job["k"]) == ("outbox", [], {})
        kinds = {key.split(b":")[1] async for key in client.scan_iter()}
        assert kinds <= {b"job", b"jobs"}, "a ring leaves its job and nothing else"


async def test_without_redis_the_house_works_on(house: House, redis_server: Redis) -> None:
    assert await bells.is_ready()
    assert await is_heard("outbox")
    troubled = metrics.REDIS_TROUBLE._value.get()
    redis_server.stop()
    try:
        began = time.monotonic()
        for _ in range(100):
            bells.ring("outbox")
        assert time.monotonic() - began < 0.1, "a ring waits for nothing"
        assert not await bells.is_ready()
        assert await _took("outbox", 0.3) >= 0.29, "who waits goes on after a while"
        assert metrics.REDIS_TROUBLE._value.get() > troubled
        # A program that starts now starts all the same.
        await bells.stop()
        await bells.start(house.settings)
        bells.ring("outbox")
        assert not await bells.is_ready()
    finally:
        redis_server.start()
    assert await is_heard("outbox", 10), "bells are heard again"
    assert await bells.is_ready()


async def test_without_bells_a_ring_is_nothing(house: House) -> None:
    await bells.stop()
    bells.ring("outbox")
    began = clock.now()
    await bells.wait("outbox", 0.05)
    assert clock.now() - began >= 50_000
    assert not await bells.is_ready()
    await bells.stop()
