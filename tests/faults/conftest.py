"""Faults are tried on real processes: an API and a worker beside the databases of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conftest import House
from tests.faults.place import Place, open_place

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
