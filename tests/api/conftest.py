"""A running API with one store behind it, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import channels
from api.graphql.tail import TAIL
from tests.api.door import Door, Store, open_door, open_store
from tests.conftest import House


@pytest.fixture
async def door(house: House) -> AsyncIterator[Door]:
    """The server and its client."""
    channels.forget_apps()
    async with open_door(house.settings) as opened:
        yield opened
    await TAIL.stop()


@pytest.fixture
async def store(door: Door) -> Store:
    """The first store."""
    return await open_store()
