"""A market in this process: the API, a worker's steps, the simulated platform."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import channels
from channels.simulator import running
from tests.api.door import open_door, open_store
from tests.conftest import House
from tests.flows import market
from tests.flows.market import Market
from tests.flows.platform import start_wire


@pytest.fixture
async def market_here(house: House) -> AsyncIterator[Market]:
    """A store with one customer, p0, who has not written yet; all is told at once."""
    channels.forget_apps()
    async with open_door(house.settings) as door, running() as sim:
        store = await open_store()
        await market.connect(store)
        sim.settle(market.document(door.root, 1))
        sim.set(statuses={"sent_after": 0.0, "delivered_after": 0.0, "read_after": 0.0})
        await start_wire(house.settings, sim.url)
        yield Market(door, store, sim)
        await channels.stop()
