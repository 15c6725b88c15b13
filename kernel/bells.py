"""Doorbells over Redis: "there is something to do". Never the only copy of anything.

A bell wakes the workers (as an arq job of the same name) and the API processes (by publish). A lost
ring delays by at most a sweep, because the truth is a row (traps: arq).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
import structlog
from arq.connections import ArqRedis, RedisSettings
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from kernel import metrics
from kernel.settings import Settings

CHANNEL = "rapport:bells"
QUEUE = "rapport:jobs"
# Rings within so many seconds are one ring, and a bell that was just passed on rests: a flood of
# webhooks costs 10 jobs a second, not 3,000.
_GATHER, _REST = 0.02, 0.1
# Seconds that Redis has for an answer, and that it is not asked for after it gave none.
_PATIENCE, _LONG_PATIENCE = 0.5, 5.0
_PAUSE = 1.0
_log = structlog.get_logger("bells")


class _Bells:
    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis
        self.loop = asyncio.get_running_loop()
        self.rung: set[str] = set()
        self.passed: dict[str, float] = {}
        self.due: asyncio.Queue[str] = asyncio.Queue()
        self.heard: dict[str, list[asyncio.Event]] = {}
        self.tasks = [asyncio.create_task(self.pass_on()), asyncio.create_task(self.hear())]

    def ring(self, name: str) -> None:
        if name not in self.rung:
            self.rung.add(name)
            rested = self.passed.get(name, 0) + _REST - self.loop.time()
            self.loop.call_later(max(rested, _GATHER), self.due.put_nowait, name)

    async def pass_on(self) -> None:
        while True:
            name = await self.due.get()
            self.rung.discard(name)
            self.passed[name] = self.loop.time()
            try:
                await self.redis.publish(CHANNEL, name)
                await self.redis.enqueue_job(name, _queue_name=QUEUE)
            except (RedisError, OSError) as error:
                metrics.REDIS_TROUBLE.inc()
                _log.warning("bell_not_heard", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def hear(self) -> None:
        while True:
            with suppress(RedisError, OSError):
                async with self.redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            for waiting in self.heard.get(message["data"].decode(), ()):
                                waiting.set()
            await asyncio.sleep(0.5)


_bells: _Bells | None = None
_away_until = 0.0


async def start(settings: Settings) -> None:
    """Connect; where Redis is away the house works on, slower."""
    global _bells, _away_until
    _away_until = 0.0
    # Connected at the first use: a house whose Redis is away has to start all the same.
    pool: ConnectionPool = ConnectionPool.from_url(settings.redis_url, socket_connect_timeout=2)
    _bells = _Bells(
        ArqRedis(
            pool,
            job_serializer=orjson.dumps,
            job_deserializer=orjson.loads,
            default_queue_name=QUEUE,
        )
    )


async def stop() -> None:
    """Disconnect; bells rung and not yet passed on are lost, which only delays."""
    global _bells
    if _bells is None:
        return
    for task in _bells.tasks:
        task.cancel()
    await asyncio.gather(*_bells.tasks, return_exceptions=True)
    await _bells.redis.aclose(close_connection_pool=True)
    _bells = None


def ring(name: str) -> None:
    """Wake whoever waits for this bell, in all processes; returns at once and never fails."""
    if _bells is not None:
        _bells.ring(name)


async def wait(name: str, seconds: float) -> None:
    """Until the bell rings, or so many seconds have passed (a ring can be lost)."""
    rung = asyncio.Event()
    if _bells is not None:
        _bells.heard.setdefault(name, []).append(rung)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(rung.wait(), seconds)
    finally:
        if _bells is not None:
            _bells.heard[name].remove(rung)


async def is_ready() -> bool:
    """Whether Redis answers."""
    try:
        return _bells is not None and bool(await _bells.redis.ping())
    except (RedisError, OSError):
        return False


async def ask(
    script: str, keys: Sequence[str], *values: str | bytes | int, is_patient: bool = False
) -> Any:
    """What a script answers; None while Redis is away, so that nobody waits again and again.

    Who is patient waits longer, and asks in any case.
    """
    global _away_until
    if _bells is None or (time.monotonic() < _away_until and not is_patient):
        return None
    try:
        redis: Any = _bells.redis
        async with asyncio.timeout(_LONG_PATIENCE if is_patient else _PATIENCE):
            return await redis.eval(script, len(keys), *keys, *values)
    except (RedisError, OSError):
        metrics.REDIS_TROUBLE.inc()
        _away_until = time.monotonic() + _PAUSE
        return None


def redis_settings(settings: Settings) -> RedisSettings:
    """How arq reaches the Redis of the settings; few, quick retries, so that no request hangs."""
    found = RedisSettings.from_dsn(settings.redis_url)
    found.conn_retries = 3
    found.conn_retry_delay = 1
    found.conn_timeout = 2
    return found
