"""`scripts/bench webhooks`: signed status webhooks, one update each, durable before the 200.

First the answers a second in a closed loop, against the same process that only verifies
(`verify_only`), in turns. Then 3,300 a second in an open loop for 20 seconds, with a worker
draining beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import aftermath, figures, ground, load, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from tests.platform_json import sign

_ROUNDS, _EACH = 9, 12_000
_RATE, _SECONDS = 3300, 20
_WARM = 3000
_CONNECTIONS = 256


async def measure(backend: str) -> list[Figure]:
    """Both parts on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            await stage.settle_in()
            return [*await _in_turns(laid), *await _by_the_clock(laid)]


async def _in_turns(laid: Ground) -> list[Figure]:
    path = laid.settings.data / "closed.requests"
    persons, messages = stage.people(1000), stage.wamids(_EACH * (_ROUNDS + 1) // 3, "closed")
    count = load.write_requests(path, _requests(stage.receipts(persons, messages)))
    beside = laid.with_port()
    rates: dict[str, list[float]] = {"durable": [], "floor": []}
    with ExitStack() as stack:
        for place, module in ((laid, "api"), (beside, "benchmarks.verify_only")):
            running = stack.enter_context(ground.program(place, module))
            running.wait_until(partial(ground.listens, place))
        for turn, first in enumerate(range(0, count, _EACH)):
            for name, place in (("floor", beside), ("durable", laid)):
                found = await _load(place, path, _EACH, first=first)
                tell(f"{name}: {found.rate:,.0f} a second, generator {found.busy:.0%} of a core")
                if turn:  # the first turn warms up
                    rates[name].append(found.rate)
    await stage.forget_deliveries()
    durable, floor = median(rates["durable"]), median(rates["floor"])
    return [
        Figure("webhooks made durable, answers/s", f"{durable:,.0f}"),
        Figure("webhooks only verified, answers/s", f"{floor:,.0f}"),
        Figure("webhooks, ratio", f"{durable / floor:.2f}", "≥ 0.55"),
    ]


async def _by_the_clock(laid: Ground) -> list[Figure]:
    path, count = laid.settings.data / "open.requests", _RATE * _SECONDS
    persons, messages = stage.people(2000), stage.wamids((_WARM + count) // 3, "open")
    await stage.write_to(persons, messages)
    await aftermath.work_off()
    await stage.forget_deliveries()
    await aftermath.analyse(laid.settings)
    load.write_requests(path, _requests(stage.receipts(persons, messages)))
    with ground.program(laid, "api") as api, ground.program(laid, "workers") as worker:
        api.wait_until(lambda: ground.listens(laid))
        worker.wait_until(lambda: ground.works(laid))
        await _load(laid, path, _WARM, rate=_RATE / 3)
        await _drained()
        used = api.worked(), worker.worked()
        async with _watched_backlog() as backlog:
            found = await _load(laid, path, count, first=_WARM, rate=_RATE)
        api_used, worker_used = api.worked() - used[0], worker.worked() - used[1]
        await _drained()
    tell(
        f"of a core: API {api_used / found.seconds:.0%}, worker {worker_used / found.seconds:.0%}, "
        f"generator {found.busy:.0%}; longest {found.longest:.0f} ms, "
        f"sent late by up to {found.late_sends:.0f} ms"
    )
    return [
        Figure("webhooks at 3,300/s, median", f"{found.median:.1f} ms", "≤ 20 ms"),
        Figure("webhooks at 3,300/s, p99", f"{found.p99:.1f} ms", "≤ 50 ms"),
        Figure("webhooks at 3,300/s, backlog after 10 s", f"{backlog[len(backlog) // 2]:,}"),
        Figure("webhooks at 3,300/s, backlog after 20 s", f"{backlog[-1]:,}", "not growing"),
    ]


async def _load(
    place: Ground, path: Path, count: int, *, first: int = 0, rate: float = 0
) -> load.Result:
    generator = load.start(
        place.settings.port,
        path,
        count,
        first=first,
        connections=_CONNECTIONS,
        rate=rate,
    )
    return await asyncio.to_thread(load.result, generator)


@asynccontextmanager
async def _watched_backlog() -> AsyncIterator[list[int]]:
    """How many deliveries waited, second by second, while the block ran."""
    seen: list[int] = []

    async def watch() -> None:
        while True:
            await asyncio.sleep(1)
            seen.append(await stage.backlog())

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        tell(f"backlog each second: {' '.join(map(str, seen))}")


async def _drained() -> None:
    async with asyncio.timeout(120):
        while await stage.backlog():  # noqa: ASYNC110 (asking is the only way)
            await asyncio.sleep(0.1)


def _requests(bodies: Iterator[bytes]) -> Iterator[bytes]:
    for body in bodies:
        signed = {"x-hub-signature-256": sign(body, stage.SECRET)}
        yield load.post("/webhooks/whatsapp", body, signed)


if __name__ == "__main__":
    figures.show(measure)
