"""Faults are tried on real processes: an API and a worker beside the databases of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from channels.simulator import Simulator, running
from tests.api.door import Door
from tests.conftest import House
from tests.faults.place import Place, open_place
from tests.flows.market import Market, connect, document

_FOLDER = Path(__file__).parent

Figure = Callable[[str, object], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them take their time."""
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> int:
    """How many times the usual load; more than 1 in `scripts/faults`."""
    return int(request.config.getoption("faults_scale", default=1))


@pytest.fixture
async def place(house: House) -> AsyncIterator[Place]:
    """A store whose API and worker are yet to be started."""
    async with open_place(house) as opened:
        yield opened


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """The simulated platform, in this process."""
    async with running() as simulator:
        yield simulator


@pytest.fixture
async def wired(house: House, sim: Simulator) -> AsyncIterator[Place]:
    """A store whose number the simulated platform knows; its API and worker are to be started."""
    graph = {"RAPPORT_GRAPH_URL": sim.url, "RAPPORT_GRAPH_HOSTS": "127.0.0.1"}
    async with open_place(replace(house, environ={**house.environ, **graph})) as opened:
        await connect(opened.store)
        yield opened


@pytest.fixture
def market(wired: Place, sim: Simulator) -> Market:
    """Its customers: p0, who has not written yet."""
    sim.settle(document(wired.root, 1))
    return Market(Door(wired.house.settings, wired.root, wired.http), wired.store, sim)
