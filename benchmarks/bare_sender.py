"""The floor of `sending`: a bare aiohttp client that posts ready bodies and reads the answers.

`python -m benchmarks.bare_sender URL FILE AT_ONCE` posts each line of the file, so many at once,
over a session as the wire has it (RAPPORT_GRAPH_CA is trusted); it prints messages a second.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import uvloop

from channels import graph
from kernel import settings


async def send(url: str, bodies: list[bytes], at_once: int) -> float:
    """Post them all; messages a second."""
    await graph.start(settings.load())
    session = graph._started().session
    waiting = iter(bodies)
    headers = {"Authorization": "Bearer a-token", "Content-Type": "application/json"}

    async def post_on(waiting: Iterator[bytes]) -> None:
        for body in waiting:
            async with session.post(url, data=body, headers=headers) as answer:
                assert orjson.loads(await answer.read())["messages"][0]["id"]

    began = time.perf_counter()
    await asyncio.gather(*(post_on(waiting) for _ in range(at_once)))
    seconds = time.perf_counter() - began
    await graph.stop()
    return len(bodies) / seconds


if __name__ == "__main__":
    _, url, file, at_once = sys.argv
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(runner.run(send(url, Path(file).read_bytes().splitlines(), int(at_once))))
