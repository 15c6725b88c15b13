"""One worker process at work: bells ring, crons come round, and it ends in order."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import orjson
from arq.worker import Worker, func
from redis.exceptions import RedisError

import channels
import commerce
import conversations
import imports
import privacy
from kernel import anchors, bells, database, keys, loading
from kernel.settings import Settings
from workers import jobs, letters, schedule

_TOGETHER = 10
_LONGEST = 120
_DRAIN = 8


async def run(page: Settings) -> None:
    """Work until a signal comes; what was begun is finished within 8 seconds."""
    await database.start(page)
    keys.start(page)
    anchors.start(page)
    imports.start(page)
    privacy.start(page)
    await bells.start(page)
    await channels.start(page)
    commerce.start(page)
    letters.start(page)
    watching = asyncio.create_task(keys.watch())
    worker = Worker(
        functions=[func(job, name=job.__name__) for job in jobs.BELLS],
        cron_jobs=schedule.CRONS,
        redis_settings=bells.redis_settings(page),
        queue_name=bells.QUEUE,
        job_serializer=orjson.dumps,
        job_deserializer=orjson.loads,
        # Arguments and results would stay in Redis for an hour (traps: arq).
        keep_result=0,
        max_tries=1,
        max_jobs=_TOGETHER,
        job_timeout=_LONGEST,
        job_completion_wait=_DRAIN,
        poll_delay=0.05,
        health_check_interval=60,
        handle_signals=False,
    )
    loading.end()
    loop = asyncio.get_running_loop()
    deadline: float | None = None

    def end(number: signal.Signals) -> None:
        nonlocal deadline
        deadline = loop.time() + _DRAIN
        jobs.end()
        worker.handle_sig_wait_for_completion(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    try:
        with suppress(asyncio.CancelledError):
            await worker.async_run()
    finally:
        # Where Redis went away, saying goodbye to it fails as well; an open SQLite connection would
        # then keep the process from ending, and nobody would start it again.
        deadline = deadline or loop.time() + _DRAIN
        with suppress(RedisError, OSError, asyncio.CancelledError):
            await worker.close()  # its jobs are broken off, and it says so
        with suppress(TimeoutError):
            # Messages in the air: their answers are written down where they still come in time.
            await asyncio.wait_for(conversations.finish(), max(0.1, deadline - loop.time()))
        await channels.stop()
        watching.cancel()
        with suppress(RedisError, OSError):
            await bells.stop()
        keys.stop()
        await database.stop()
