"""A running API with one store at the door, and rows of another tenant in every table."""

from __future__ import annotations

import pytest

from tests.api.conftest import door
from tests.api.door import Door, arrives, open_store, text_message
from tests.conftest import House
from tests.kernel import filled
from tests.walls.questions import Asker

__all__ = ["door"]


@pytest.fixture
async def asker(house: House, door: Door) -> Asker:
    """The owner of a store with a thread; all other tables hold rows of others alone."""
    await filled.both(house.settings)[0].fill()
    store = await open_store()
    await arrives(door, text_message(store, "Is the blue one in stock?"))
    return await Asker.at(door, store)
