"""An office that runs campaigns, on both databases, with the simulator as the platform."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.graphql.tail import TAIL
from tests.api.conftest import door, store
from tests.campaigns.office import Office, open_office
from tests.templates.conftest import studio
from tests.templates.studio import Studio

__all__ = ["door", "store", "studio"]


@pytest.fixture
async def office(studio: Studio) -> AsyncIterator[Office]:
    """The office; its template is approved."""
    yield await open_office(studio)
    await TAIL.stop()
