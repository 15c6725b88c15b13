"""A tenant for whom the platform has news, and one to whom people send files."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.channels.files import Inbox, Platform, make_inbox, running_platform
from tests.channels.telling import Place, make_place
from tests.conftest import House


@pytest.fixture
async def place(house: House) -> Place:
    """A tenant with one account and one number."""
    return await make_place()


@pytest.fixture
async def platform(house: House) -> AsyncIterator[Platform]:
    """The platform's media endpoints, with the wire started towards them."""
    async with running_platform(house) as platform:
        yield platform


@pytest.fixture
async def inbox(house: House) -> Inbox:
    """A tenant with a number and its token."""
    return await make_inbox()
