"""A running API with one store behind it, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import channels
from api.graphql.tail import TAIL
from tests.api.desk import Desk, open_desk
from tests.api.door import Door, Store, open_door, open_store
from tests.conftest import House
from tests.flows.platform import Platform, running_platform


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


@pytest.fixture
async def platform(house: House) -> AsyncIterator[Platform]:
    """A platform that takes messages."""
    async with running_platform(house.settings) as running:
        yield running


@pytest.fixture
async def desk(door: Door, store: Store, platform: Platform) -> Desk:
    """An agent's desk."""
    return await open_desk(door, store, platform)
