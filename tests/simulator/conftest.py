"""A running simulator with its town, and the business on the other side of the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from channels.simulator import Simulator, running
from channels.simulator.server import Connections, Server
from kernel import clock
from tests.simulator.ground import Business, Receiver, document


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """The business's webhook."""
    made = Receiver()
    server = Server(made, Connections())
    await server.start("127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.port}/hook"
    yield made
    await server.stop()


@pytest.fixture
async def sim(receiver: Receiver) -> AsyncIterator[Simulator]:
    """A simulator with the small town of `ground.document`."""
    async with running() as made:
        made.settle(document(receiver.url))
        yield made
    clock.reset()


@pytest.fixture
async def business(sim: Simulator) -> AsyncIterator[Business]:
    """The business that asks."""
    async with aiohttp.ClientSession() as session:
        yield Business(session, sim)
