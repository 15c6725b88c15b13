"""`scripts/bench startup`: how soon API and worker are ready, and the memory they hold idle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from statistics import median

import redis

from benchmarks import figures, ground
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from kernel import bells

_ROUNDS = 5
_IDLE = 3.0  # seconds


async def measure(backend: str) -> list[Figure]:
    """Medians of several starts on this database; the first one, which compiles, does not count."""
    ready: dict[str, list[float]] = {"api": [], "workers": []}
    resident: dict[str, list[float]] = {"api": [], "workers": []}
    with ground.laid(backend) as laid:
        for turn in range(_ROUNDS + 1):
            _forget_workers(laid)
            for module, is_ready in (("api", ground.listens), ("workers", ground.works)):
                seconds, megabytes = await asyncio.to_thread(_start, laid, module, is_ready)
                tell(f"{module}: ready after {seconds:.2f} s, {megabytes:.0f} MB")
                if turn:
                    ready[module].append(seconds)
                    resident[module].append(megabytes)
    return [
        Figure("API ready after", f"{median(ready['api']):.2f} s", "< 2 s"),
        Figure("worker ready after", f"{median(ready['workers']):.2f} s", "< 2 s"),
        Figure("API idle, memory", f"{median(resident['api']):.0f} MB", "< 150 MB"),
        Figure("worker idle, memory", f"{median(resident['workers']):.0f} MB", "< 150 MB"),
    ]


def _start(laid: Ground, module: str, is_ready: Callable[[Ground], bool]) -> tuple[float, float]:
    began = time.perf_counter()
    with ground.program(laid, module) as running:
        running.wait_until(lambda: is_ready(laid))
        seconds = time.perf_counter() - began
        time.sleep(_IDLE)
        return seconds, running.resident()


def _forget_workers(laid: Ground) -> None:
    with redis.Redis.from_url(laid.settings.redis_url) as client:
        client.delete(f"{bells.QUEUE}:health-check")


if __name__ == "__main__":
    figures.show(measure)
