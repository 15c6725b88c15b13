"""A shop that is open, and properties that are judged by what they find."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

from kernel import tenancy
from tests.conftest import House
from tests.conversations.sending import Counter, open_counter
from tests.conversations.talk import Shop, open_shop
from tests.flows.platform import Platform, running_platform

settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture
async def opened(house: House) -> Shop:
    return await open_shop()


@pytest.fixture
def shop(opened: Shop) -> Iterator[Shop]:
    """The shop, at work."""
    with tenancy.acting_for(opened.tenant_id):
        yield opened


@pytest.fixture
async def platform(house: House) -> AsyncIterator[Platform]:
    """A platform that takes messages."""
    async with running_platform(house.settings) as running:
        yield running


@pytest.fixture
async def staffed(platform: Platform) -> Counter:
    return await open_counter(platform)


@pytest.fixture
def counter(staffed: Counter) -> Iterator[Counter]:
    """The counter of a shop, at work."""
    with tenancy.acting_for(staffed.shop.tenant_id):
        yield staffed
