"""Answers at a steady pace while faults strike: in the end the ledger tells the truth (F21).

`scripts/faults -k storm` does it with ten thousand, and a fault every 30 seconds.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

import tenants
from kernel import tenancy
from tests import stored
from tests.conftest import House
from tests.faults.books import Books
from tests.faults.conftest import Figure
from tests.faults.place import Place, open_place, pass_leases
from tests.faults.programs import killed_at_the_end, supervised, until
from tests.faults.storm import LONG, SHORT, Agents, Storm, Town, threads_of
from tests.flows import market
from tests.servers import ROOT, OwnPostgres, Redis, free_port, own_postgres

_SETTLED_WITHIN = 180.0


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    """A server that nobody else minds the loss of."""
    with own_postgres() as server:
        yield server


@pytest.fixture
def environ(bare_environ: dict[str, str]) -> dict[str, str]:
    """Databases that a crash may take along, and an address for the platform."""
    command = [sys.executable, "-m", "kernel.migrate"]
    subprocess.run(command, cwd=ROOT, env=bare_environ, check=True)
    port = str(free_port())
    graph = {"RAPPORT_GRAPH_URL": f"http://127.0.0.1:{port}", "RAPPORT_GRAPH_HOSTS": "127.0.0.1"}
    return {**bare_environ, **graph, "RAPPORT_SIMULATOR_PORT": port}


async def test_the_ledger_tells_the_truth_after_a_storm(
    house: House,
    redis_server: Redis,
    scale: int,
    record_property: Figure,
    request: pytest.FixtureRequest,
) -> None:
    size = SHORT if scale == 1 else LONG
    server = request.getfixturevalue("postgres") if house.backend == "postgresql" else None
    async with open_place(house) as place:
        await _admit_for_an_hour(place)
        town = Town(place)
        async with killed_at_the_end(town.program), supervised(place.api):
            await town.start(market.document(place.root, size.people))
            await until(place.is_ready, "the API starts", within=30)
            async with supervised(place.worker):
                await town.hear_from(size.people)
                agents = Agents(place, await threads_of(place, size.people), size)
                storm = Storm(place, size, redis_server, server)
                began = time.monotonic()
                writing = asyncio.create_task(agents.run())
                await storm.rage(writing)
                await writing
                lasted = time.monotonic() - began
                await until(_nobody_waits, "all went out", within=_SETTLED_WITHIN)
            # The last fault: whatever is claimed now was a dead worker's.
            await pass_leases(scale)
            await place.worker.start()
            books = Books(town, _text)
            await until(books.agree, "the books agree", within=_SETTLED_WITHIN, every=0.5)

    for what, times in storm.struck.items():
        record_property(f"fault, {what}", times)
    for what, figure in books.figures().items():
        record_property(what, figure)
    record_property("asked again by agents", agents.asked_again)
    record_property("worker started again", place.worker.endings)
    record_property("the storm lasted s", round(lasted))
    assert len(books.ledger) == size.messages
    assert books.taken_twice == 0
    assert books.sent == books.accepted
    assert books.given_up == set()
    # Killed between the word that it goes and its first byte: known as unknown, and nothing else.
    assert {books.reasons[one] for one in books.unknown} <= {"WORKER_DIED"}


async def _admit_for_an_hour(place: Place) -> None:
    """The number has its token; an agent's access lasts longer than the storm."""
    await market.connect(place.store)
    with tenancy.acting_for(place.store.tenant_id):
        place.store.tokens["agent"] = await tenants.issue(place.store.people["agent"], 60)


async def _nobody_waits() -> bool:
    return not await stored.row("SELECT 1 AS one FROM send WHERE state = 'queued' LIMIT 1")


def _text(taken: dict[str, Any]) -> str:
    """No two messages say the same."""
    return str(taken["body"]["text"]["body"])
