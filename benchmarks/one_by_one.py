"""The floor of `sending`: one arq job for each message, by arq as shipped.

As shipped it takes up to 10 jobs, and looks for new ones twice a second. `python -m
benchmarks.one_by_one` works until it is ended. A job goes the worker's own way with a single
message: claim, gate, attempt, post, result row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import uvloop
from arq import Worker, create_pool, func

import channels
from conversations import outbound
from conversations.claims import Line
from kernel import bells, database, keys, settings
from kernel.ids import Id
from kernel.settings import Settings

_QUEUE = "one-by-one"
# Tenant, number, and the platform's id of the number.
Address = tuple[Id, Id, str]


async def send_one(_ctx: dict[Any, Any], tenant_id: Id, number_id: Id, node: str) -> None:
    """The next message of a number."""
    await outbound.take_turn(Line(tenant_id, number_id, node, due=1))


async def ask(page: Settings, addresses: Iterable[Address]) -> None:
    """A job for each message."""
    pool = await create_pool(bells.redis_settings(page), default_queue_name=_QUEUE)
    for address in addresses:
        await pool.enqueue_job(send_one.__name__, *address)
    await pool.aclose()


async def work(page: Settings) -> None:
    """Work as `python -m workers` does, but with arq's own settings."""
    await database.start(page)
    keys.start(page)
    await bells.start(page)
    await channels.start(page)
    worker = Worker(
        functions=[func(cast(Any, send_one), name=send_one.__name__)],
        redis_settings=bells.redis_settings(page),
        queue_name=_QUEUE,
    )
    await worker.async_run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(settings.load()))
