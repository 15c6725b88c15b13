"""An office that asks people for their consent, on both databases."""

from __future__ import annotations

import pytest

from tests.api.conftest import desk, door, platform, store
from tests.api.desk import Desk
from tests.consent.office import Office, open_office

__all__ = ["desk", "door", "platform", "store"]


@pytest.fixture
async def office(desk: Desk) -> Office:
    """The office, with a wording."""
    return await open_office(desk)
