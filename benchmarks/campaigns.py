"""`scripts/bench campaigns`: templates to frozen audiences, with the whole gate, by one worker.

One worker process sends mailings from several numbers to the simulator's fast mode: everybody's own
name is filled in, thread and message are written, consent, caps, hours and limits are looked at.
Measured from the bell until the last result row stands, in turns with a bare aiohttp client that
posts the same bodies to the same simulator, as many at once.

Then a million are frozen, and the worker's memory is held against that with ten thousand. Notices
of orders, of another tenant and from the very number, go out beside it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

import conversations
from benchmarks import aftermath, crowd, figures, ground, ledger, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from benchmarks.stage import Business
from benchmarks.takers import Taker, taker
from contacts import EVERYBODY, Known, Selection
from conversations.claims import SEATS
from kernel import bells, clock, tenancy
from kernel.ids import Id
from tests.servers import ROOT

_NUMBERS = 4
_ROUNDS, _EACH, _WARM = 3, 10_000, 1000
_MANY = 1_000_000
_NOTICES = 5


async def measure(backend: str) -> list[Figure]:
    """All of it on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            began = time.perf_counter()
            numbers = await crowd.open_numbers(business, _NUMBERS)
            people = await crowd.meet(business, _ROUNDS * (_EACH + _WARM) + 2 * _EACH)
            await aftermath.work_off()
            tell(f"{len(people):,} people in {time.perf_counter() - began:.0f} s")
            await aftermath.analyse(laid.settings)
            return await _measure(laid, business, numbers, people)


async def _measure(
    laid: Ground, business: Business, numbers: Sequence[Id], people: Sequence[Known]
) -> list[Figure]:
    rates, floors, peaks = [], [], []
    bodies = laid.settings.data / "bodies"
    bodies.write_bytes(b"\n".join(ledger.bodies(_EACH * 2)))
    waiting = iter(people)
    with taker(laid, tls=False) as there:
        for _ in range(_ROUNDS):
            floors.append(await asyncio.to_thread(_post_bare, there, bodies))
            warm = [next(waiting) for _ in range(_WARM)]
            some = [next(waiting) for _ in range(_EACH)]
            rate, peak = await _send(there, business, numbers, warm, some)
            rates.append(rate)
            peaks.append(peak)
            tell(f"{rate:,.0f} a second, bare {floors[-1]:,.0f}, {peak:.0f} MB")
        deep = await _send_deep(there, business, numbers, list(waiting))
    rate, floor = median(rates), median(floors)
    return [
        Figure("messages of campaigns sent by one worker, per second", f"{rate:,.0f}", "≥ 1,000"),
        Figure("messages posted by bare aiohttp, per second", f"{floor:,.0f}"),
        Figure("campaigns, ratio", f"{rate / floor:.2f}", "≥ 0.15"),
        Figure(f"{_MANY:,} recipients frozen, seconds", f"{deep.seconds:.0f}", "< 60"),
        Figure(f"worker's memory, {_EACH:,} recipients", f"{median(peaks):.0f} MB"),
        Figure(f"worker's memory, {_MANY:,} recipients", f"{deep.peak:.0f} MB", "the same"),
        Figure(
            "a notice beside it takes at most: another tenant's, from the same number",
            ", ".join(f"{one:.1f} s" for one in deep.notices),
            "< 2 s",
        ),
    ]


def _post_bare(there: Taker, bodies: Path) -> float:
    url = f"{there.url}/v26.0/{stage.NUMBER}/messages"
    words = [sys.executable, "-m", "benchmarks.bare_sender", url, str(bodies), str(SEATS.free)]
    done = subprocess.run(
        words, cwd=ROOT, env=there.ground.environ, check=True, stdout=subprocess.PIPE
    )
    return float(done.stdout)


async def _send(
    there: Taker,
    business: Business,
    numbers: Sequence[Id],
    warm: Sequence[Known],
    people: Sequence[Known],
) -> tuple[float, float]:
    """Messages a second of a worker that is warm, and the most memory that it held, in MB."""
    with ground.program(there.ground, "workers") as worker:
        await _freeze_parts(business, numbers, warm)
        await _sent()
        await aftermath.analyse(there.ground.settings)
        await asyncio.to_thread(there.begin_anew)
        await _freeze_parts(business, numbers, people)
        began, used = time.perf_counter(), worker.worked()
        await _sent()
        seconds = time.perf_counter() - began
        tell(f"{(worker.worked() - used) / seconds:.0%} of a core")
        counts = await asyncio.to_thread(there.counts)
        if (counts["accepted"], counts["keys"]) != (len(people), len(people)):
            raise RuntimeError(f"not every message was taken once: {counts}")
        return len(people) / seconds, worker.resident("VmHWM")


@dataclass(frozen=True, slots=True)
class Deep:
    """A million: seconds to freeze them, the worker's most memory (MB), seconds of notices."""

    seconds: float
    peak: float
    notices: tuple[float, float]


async def _send_deep(
    there: Taker, business: Business, numbers: Sequence[Id], people: Sequence[Known]
) -> Deep:
    neighbour = await crowd.open_neighbour()
    began = time.perf_counter()
    await crowd.copy(business, people[-1], _MANY - len(people))
    tell(f"{_MANY - len(people):,} copied in {time.perf_counter() - began:.0f} s")
    await aftermath.analyse(there.ground.settings)
    there.begin_anew()
    began = time.perf_counter()
    after = Selection("c.id >= ?::uuid", (people[0].contact_id,))
    with tenancy.acting_for(business.tenant_id):
        total = await _freeze(numbers[0], EVERYBODY & after)
    seconds = time.perf_counter() - began
    tell(f"{total:,} frozen in {seconds:.0f} s")
    with ground.program(there.ground, "workers") as worker:
        began = time.perf_counter()
        while (sent := there.counts()["accepted"]) < _EACH // 2:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.2)
        tell(f"{sent / (time.perf_counter() - began):,.0f} a second from its start")
        waits = [
            (
                await crowd.wait_for_notice(neighbour, neighbour.number_id, place),
                await crowd.wait_for_notice(business, numbers[0], place),
            )
            for place in range(_NOTICES)
        ]
        while there.counts()["accepted"] < _EACH:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.2)
        others, own = zip(*waits, strict=True)
        return Deep(seconds, worker.resident("VmHWM"), (max(others), max(own)))


async def _freeze_parts(business: Business, numbers: Sequence[Id], people: Sequence[Known]) -> None:
    """A mailing from each number, to its part of these; they go as soon as all are frozen."""
    size = -(-len(people) // len(numbers))
    with tenancy.acting_for(business.tenant_id):
        for number_id, start in zip(numbers, count(0, size)):
            await _freeze(number_id, crowd.between(people[start : start + size]))
    bells.ring(conversations.SENDS_BELL)


async def _freeze(number_id: Id, selection: Selection) -> int:
    mailing_id = await conversations.open_mailing(crowd.mailing_from(number_id))
    now = clock.now()
    while True:
        frozen = await conversations.freeze(mailing_id, selection, now)
        if frozen.is_whole:
            return frozen.total


async def _sent() -> None:
    async with asyncio.timeout(300):
        while await ledger.waiting():  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    figures.show(measure)
