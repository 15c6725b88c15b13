"""A store with an owner who imports, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import channels
import imports
from api.graphql.tail import TAIL
from tests.api.door import open_door, open_store
from tests.conftest import House
from tests.imports.office import Office


@pytest.fixture
async def office(house: House) -> AsyncIterator[Office]:
    """The owner at the door."""
    channels.forget_apps()
    imports.start(house.settings)
    async with open_door(house.settings) as door:
        yield Office(door, await open_store(), house.environ)
    await TAIL.stop()
