"""A studio that writes templates, on both databases, with the simulator as the platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

import channels
from channels.simulator import running
from tests.api.conftest import door, store
from tests.api.door import Door, Store
from tests.conftest import House
from tests.flows import town
from tests.simulator.ground import TOKEN, document
from tests.templates.studio import Studio, open_studio

__all__ = ["door", "store"]


@pytest.fixture
async def studio(house: House, door: Door, store: Store) -> AsyncIterator[Studio]:
    """The studio; a review takes a minute of the platform's clock."""
    async with running() as sim:
        given = document(f"{door.root}/webhooks/whatsapp")
        given["apps"][0]["app_secret"] = town.SECRET
        sim.settle(given)
        sim.set(templates={"after": 60.0})
        wire = replace(
            house.settings, graph_url=sim.url, graph_hosts=("127.0.0.1",), graph_app_id="app"
        )
        await channels.stop()
        await channels.start(wire)
        try:
            yield await open_studio(door, store, sim, TOKEN)
        finally:
            await channels.stop()
