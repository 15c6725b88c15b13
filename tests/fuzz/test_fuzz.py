"""Whatever is asked, by whomever: no fault of ours, and no answer that breaks the schema."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenants import Role
from tests.faults.conftest import Figure
from tests.fuzz.cases import BROKEN, FITTING, SUBSCRIPTIONS
from tests.fuzz.conftest import SHORT
from tests.fuzz.stage import Stage

# Where a field's error ends what stands beside it, graphql-core drops what it has not begun.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
_SEEDS = st.integers(0, 2**64)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
)
_PARTS = ("query", "variables", "operationName", "extensions", "type", "id", "payload")
_TYPES = ("subscribe", "complete", "ping", "pong", "connection_init", "next")
_BODIES = st.fixed_dictionaries(
    {}, optional={part: _JSON | st.sampled_from(["{ __typename }", *_TYPES]) for part in _PARTS}
)


async def test_operations(stage: Stage, cases: int, record_property: Figure) -> None:
    await _each(st.tuples(FITTING, _SEEDS), stage.faults, cases)
    for (role, outcome), times in sorted(stage.outcomes.items()):
        record_property(f"{role}: {outcome}", times)
    assert stage.outcomes[Role.OWNER, "data"] > cases / 3


async def test_operations_that_break_the_schema(stage: Stage, cases: int) -> None:
    await _each(st.tuples(BROKEN), stage.faults_of_broken, cases // 10)


async def test_subscriptions(stage: Stage, cases: int) -> None:
    operations = st.lists(st.tuples(SUBSCRIPTIONS, _SEEDS), min_size=5, max_size=10)
    await _each(st.tuples(operations), stage.faults_of_subscriptions, cases // 20)
    assert stage.heard["next"] > 0


async def test_bodies_and_messages(stage: Stage, cases: int) -> None:
    await _each(st.tuples(_BODIES | _JSON), stage.faults_of_body, cases)


async def _each(
    examples: st.SearchStrategy[tuple[Any, ...]],
    faults_of: Callable[..., Awaitable[list[str]]],
    count: int,
) -> None:
    """Nothing is wrong with so many examples. The suite's own are always the same."""
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=count,
        derandomize=count <= SHORT,
        # What comes of an operation depends on those before it: a smaller one would not tell more.
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(examples)
    def try_one(example: tuple[Any, ...]) -> None:
        faults = asyncio.run_coroutine_threadsafe(_collected(faults_of(*example)), loop).result(60)
        assert faults == []

    await asyncio.to_thread(try_one)


async def _collected(faults: Awaitable[list[str]]) -> list[str]:
    return await faults
