"""A server on both databases, with budgets that nobody can spend."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

import channels
import imports
import privacy
from api.graphql import cost, limits
from api.graphql.tail import TAIL
from tests.api.door import open_door
from tests.conftest import House
from tests.flows.platform import running_platform
from tests.fuzz.stage import Stage, set_stage

# How many operations the suite tries; scripts/fuzz-graphql, as many as it is told.
SHORT = 40
_POINTS = 60_000_000


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> int:
    """How many operations are tried; more of them in `scripts/fuzz-graphql`."""
    return int(request.config.getoption("fuzz_cases", default=SHORT))


@pytest.fixture
async def stage(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The store, its people, and a platform that takes what they send."""
    for most in ("MOST_ALIASES", "MOST_FIELDS", "MOST_TOKENS"):
        monkeypatch.setattr(limits, most, 100_000)
    monkeypatch.setattr(cost, "DEAREST", _POINTS)
    channels.forget_apps()
    rich = replace(house.settings, tenant_budget=_POINTS, viewer_budget=_POINTS)
    imports.start(rich)
    privacy.start(rich)
    async with running_platform(rich) as platform, open_door(rich) as door:
        yield await set_stage(door, platform)
    await TAIL.stop()
    gc.collect()  # what was dropped unbegun is warned of now, while the test lets it pass
