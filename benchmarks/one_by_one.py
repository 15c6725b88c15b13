"""The floor of `sending`: one arq job for each message, by arq as shipped.

`python -m benchmarks.one_by_one` works until it is ended. A job goes the worker's own way, from the
claim to the result row, with a single message.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import uvloop
from arq import Worker, create_pool, func
from arq.connections import ArqRedis

import channels
from conversations import outbound
from conversations.attempts import Line
from kernel import bells, database, keys, settings
from kernel.ids import Id

QUEUE = "one-by-one"


async def send_one(_ctx: dict[Any, Any], tenant_id: Id, number_id: Id, node: str) -> None:
    """The next message of a number."""
    await outbound.take_turn(Line(tenant_id, number_id, node, 1000, due=1))


async def ask(page: settings.Settings, lines: list[tuple[Id, Id, str]]) -> ArqRedis:
    """A job for each message: its tenant, number, and the platform's id of the number."""
    pool = await create_pool(bells.redis_settings(page), default_queue_name=QUEUE)
    await asyncio.gather(*(pool.enqueue_job("send_one", *line) for line in lines))
    return pool


async def work(page: settings.Settings) -> None:
    """Work as `python -m workers` does, but with arq's own settings."""
    await database.start(page)
    keys.start(page)
    await bells.start(page)
    await channels.start(page)
    worker = Worker(
        functions=[func(cast(Any, send_one), name="send_one")],
        redis_settings=bells.redis_settings(page),
        queue_name=QUEUE,
    )
    await worker.async_run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(settings.load()))
