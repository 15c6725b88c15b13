"""`scripts/bench sending`: queued texts through gate, ledger, wire and result rows.

One worker process sends them to the simulator's fast mode, without TLS and with it. Measured from
the bell that tells of them until the last result row stands.

Floors, measured in the same run: a bare aiohttp client (`bare_sender`) that posts the same bodies
to the same simulator, as many at once, in turns with the worker; and arq as shipped with one job
for each message (`one_by_one`), which takes the same way with a single one.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks import aftermath, figures, ground, ledger, one_by_one, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from benchmarks.stage import Business
from benchmarks.takers import Taker, taker
from conversations.claims import SEATS
from tests.servers import ROOT

# A number sends 1,000 a second at most, so that one alone would be the limit.
_NUMBERS, _PEOPLE = 8, 500
_ROUNDS, _EACH = 3, 10_000
_WARM = 1000
_SINGLE = 300
_DEEP = 300_000


async def measure(backend: str) -> list[Figure]:
    """All of it on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            began = time.perf_counter()
            await ledger.open_lines(business, _NUMBERS, _PEOPLE)
            tell(f"{_NUMBERS * _PEOPLE:,} people in {time.perf_counter() - began:.0f} s")
            return await _measure(laid, business)


async def _measure(laid: Ground, business: Business) -> list[Figure]:
    sent: dict[str, list[float]] = {"http": [], "https": []}
    bare: dict[str, list[float]] = {"http": [], "https": []}
    peaks = []
    bodies = laid.settings.data / "bodies"
    bodies.write_bytes(b"\n".join(ledger.bodies(_EACH * 2)))
    with ExitStack() as stack:
        takers = {name: stack.enter_context(taker(laid, tls=name == "https")) for name in sent}
        for _ in range(_ROUNDS):
            for name, there in takers.items():
                bare[name].append(await asyncio.to_thread(_post_bare, there, bodies))
                rate, peak = await _send(there, business)
                sent[name].append(rate)
                peaks.append(peak)
                tell(f"{name}: {rate:,.0f} a second, bare {bare[name][-1]:,.0f}")
        single = await _send_one_by_one(takers["http"], business)
        deep = await _send_deep(takers["http"], business)
    found = []
    for name in sent:
        worker, floor = median(sent[name]), median(bare[name])
        found += [
            Figure(f"messages sent by one worker, {name}, per second", f"{worker:,.0f}", "≥ 1,000"),
            Figure(f"messages posted by bare aiohttp, {name}, per second", f"{floor:,.0f}"),
            Figure(f"sending, {name}, ratio", f"{worker / floor:.2f}", "≥ 0.15"),
        ]
    return [
        *found,
        Figure("messages sent by one arq job each, per second", f"{single:,.0f}"),
        Figure("sending, times one job each", f"{median(sent['http']) / single:.0f}", "≥ 50"),
        Figure(f"worker's memory, {_EACH:,} queued", f"{median(peaks):.0f} MB"),
        Figure(f"worker's memory, {_DEEP:,} queued", f"{deep:.0f} MB", "the same"),
    ]


def _post_bare(there: Taker, bodies: Path) -> float:
    url = f"{there.url}/v26.0/{stage.NUMBER}/messages"
    words = [sys.executable, "-m", "benchmarks.bare_sender", url, str(bodies), str(SEATS.free)]
    done = subprocess.run(
        words, cwd=ROOT, env=there.ground.environ, check=True, stdout=subprocess.PIPE
    )
    return float(done.stdout)


async def _send(there: Taker, business: Business) -> tuple[float, float]:
    """Messages a second of a worker that is warm, and the most memory that it held, in MB."""
    with ground.program(there.ground, "workers") as worker:
        await ledger.queue(business, _WARM)
        await _sent()
        await aftermath.analyse(there.ground.settings)
        await asyncio.to_thread(there.begin_anew)
        await ledger.queue(business, _EACH)
        began, used = time.perf_counter(), worker.worked()
        await _sent()
        seconds = time.perf_counter() - began
        tell(f"{(worker.worked() - used) / seconds:.0%} of a core")
        await _assert_taken(there, _EACH)
        return _EACH / seconds, worker.resident("VmHWM")


async def _send_one_by_one(there: Taker, business: Business) -> float:
    """Messages a second by one arq job each, from the moment at which it has begun."""
    await ledger.queue(business, _SINGLE)
    await one_by_one.ask(there.ground.settings, await ledger.addresses(business))
    with ground.program(there.ground, "benchmarks.one_by_one"):
        while (left := await ledger.waiting()) == _SINGLE:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.01)
        began = time.perf_counter()
        await _sent()
        return left / (time.perf_counter() - began)


async def _send_deep(there: Taker, business: Business) -> float:
    """The most memory that a worker held, in MB, that has many to send."""
    began = time.perf_counter()
    await ledger.queue(business, _DEEP)
    tell(f"{_DEEP:,} queued in {time.perf_counter() - began:.0f} s")
    there.begin_anew()
    with ground.program(there.ground, "workers") as worker:
        began = time.perf_counter()
        while (sent := there.counts()["accepted"]) < _EACH:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.2)
        tell(f"{sent / (time.perf_counter() - began):,.0f} a second from its start")
        return worker.resident("VmHWM")


async def _sent() -> None:
    async with asyncio.timeout(300):
        while await ledger.waiting():  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.05)


async def _assert_taken(there: Taker, count: int) -> None:
    """A rate counts only if the work was done, once."""
    counts = await asyncio.to_thread(there.counts)
    if (counts["accepted"], counts["keys"]) != (count, count):
        raise RuntimeError(f"not every message was taken once: {counts}")


if __name__ == "__main__":
    figures.show(measure)
