"""A store with an API and a worker of its own, for clients that come from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients.node import MODULES
from tests.conftest import House
from tests.faults.place import Place, open_place

_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They take their time, and need what `scripts/check-protocol` installs."""
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker(pytest.mark.slow)
            if not MODULES.is_dir():
                item.add_marker(pytest.mark.skip("scripts/check-protocol installs the clients"))


@pytest.fixture
async def place(house: House) -> AsyncIterator[Place]:
    """A store whose API runs; its worker is yet to be started."""
    async with open_place(house) as opened:
        await opened.start_api()
        yield opened
