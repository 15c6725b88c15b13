"""PostgreSQL crashes under load and comes back: what was acknowledged survives, nobody is hung."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import aiohttp
import pytest

from tests import stored
from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.load import Load
from tests.faults.place import (
    Place,
    all_drained,
    delivery_states,
    followed,
    pass_leases,
    stored_tokens,
    wamids,
)
from tests.faults.programs import until
from tests.flows import town
from tests.flows.market import Market
from tests.servers import ROOT, OwnPostgres, own_postgres

_AWAY = 1.5  # seconds


@pytest.fixture(params=["postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """SQLite has no server."""
    return str(request.param)


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    """A server that nobody else minds the loss of."""
    with own_postgres() as server:
        yield server


@pytest.fixture
def environ(bare_environ: dict[str, str]) -> dict[str, str]:
    """Databases on that server."""
    command = [sys.executable, "-m", "kernel.migrate"]
    subprocess.run(command, cwd=ROOT, env=bare_environ, check=True)
    return bare_environ


async def test_postgres_crashes_under_load(
    place: Place, postgres: OwnPostgres, scale: int, record_property: Figure
) -> None:
    letters = load.letters(place.store, 1500 * scale)
    await place.worker.start()
    await place.start_api()
    posting = Load(place, letters)
    running = asyncio.create_task(posting.run(pause=0.02))
    await posting.reaches(len(letters) // 4)
    try:
        await asyncio.to_thread(postgres.crash)
        before = len(posting.acknowledged)
        assert await _ready_status(place) == 503
        await asyncio.sleep(_AWAY)
        late = len(posting.acknowledged) - before
        assert late <= load.AT_ONCE, "acknowledged without a database"
        assert not running.done()
    finally:
        postgres.start()  # here, for it ends with the thread that started it
    back, acknowledged = time.monotonic(), len(posting.acknowledged)
    await posting.reaches(acknowledged + 1)
    recovered = time.monotonic() - back
    await running
    assert place.api.is_running
    assert place.worker.is_running
    assert posting.answers.keys() == {200, 503}, posting.answers
    assert await _ready_status(place) == 200

    stored = await stored_tokens()
    assert {one.token for one in posting.acknowledged} <= stored
    # A batch whose worker lost its connection waits for its lease, as behind a dead worker.
    await pass_leases(scale)
    await until(all_drained, "all is drained", within=20 * scale)
    assert await wamids(place.store) == Counter(one.wamid for one in letters if one.token in stored)
    again = Load(place, letters)
    await again.run()
    assert again.answers == {200: len(letters)}
    await until(all_drained, "all is drained", within=20 * scale)
    assert await wamids(place.store) == Counter(one.wamid for one in letters)
    assert await delivery_states() == {"drained": len(letters)}
    await until(lambda: followed(len(letters)), "all is followed", within=20 * scale)
    record_property("answers", dict(posting.answers))
    record_property("of the refused stored", len(stored) - len(posting.acknowledged))
    record_property("first 200 after its return in s", round(recovered, 2))


async def test_an_answer_that_comes_while_postgres_is_away(
    wired: Place, market: Market, postgres: OwnPostgres
) -> None:
    await wired.start_api()
    market.hears("p0", "Hola")
    assert await market.sim.settled()
    await town.drain()
    market.sim.set(latency=1.0, statuses={"sent_after": 3600.0, "delivered_after": 3600.0})
    await wired.worker.start()
    await market.says((await market.threads())["p0"], "Once")

    async def is_taken() -> bool:
        return market.accepted() == ["Once"]

    await until(is_taken, "the platform has it", within=20)
    try:
        await asyncio.to_thread(postgres.crash)
        await asyncio.sleep(_AWAY)
    finally:
        postgres.start()

    async def is_sent() -> bool:
        return bool(await stored.row("SELECT 1 AS one FROM send WHERE state = 'sent'"))

    await until(is_sent, "the answer is written down", within=20)
    assert market.accepted() == ["Once"]


async def _ready_status(place: Place) -> int:
    wait = aiohttp.ClientTimeout(total=5)
    async with place.http.get(f"{place.root}/readyz", timeout=wait) as answer:
        return answer.status
