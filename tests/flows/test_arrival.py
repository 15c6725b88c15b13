"""Whatever the order of arrival, batching and repetition: the same final state (F33)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from kernel import tenancy
from tests.conftest import House
from tests.flows import afterwards, town
from tests.flows.leaves import LEAVES


async def test_own_payloads_alone(house: House) -> None:
    await _assert_each_leaves_its_items(town.own_payloads())


@pytest.mark.real_data
async def test_samples_alone(house: House, samples: Path) -> None:
    bodies = town.payloads_in(samples / "samples" / "whatsapp")
    assert set(bodies) == set(LEAVES)
    await _assert_each_leaves_its_items(bodies)


@pytest.mark.slow
async def test_own_payloads_in_any_order(house: House) -> None:
    await _assert_order_does_not_matter(town.own_payloads())


@pytest.mark.slow
@pytest.mark.real_data
async def test_samples_in_any_order(house: House, samples: Path) -> None:
    await _assert_order_does_not_matter(town.payloads_in(samples / "samples" / "whatsapp"))


async def _assert_each_leaves_its_items(bodies: dict[str, dict[str, Any]]) -> None:
    with tenancy.acting_for(await town.settle_in(bodies.values())):
        for name, body in bodies.items():
            await afterwards.forget_everything()
            await town.post([body, body])
            await town.drain()
            assert (name, await afterwards.count()) == (name, LEAVES[name])


async def _assert_order_does_not_matter(bodies: dict[str, dict[str, Any]]) -> None:
    tenant_id = await town.settle_in(bodies.values())
    dice = random.Random(20261121)
    with tenancy.acting_for(tenant_id):
        await town.post(list(bodies.values()))
        await town.drain()
        expected = await afterwards.state()
        for arrival in _arrivals(list(bodies.values()), dice):
            await afterwards.forget_everything()
            for step in arrival:
                await town.post(step)
                await town.drain(dice.choice([1, 3, 250]))
            assert await afterwards.state() == expected


def _arrivals(
    bodies: list[dict[str, Any]], dice: random.Random
) -> list[list[list[dict[str, Any]]]]:
    """Each arrival is a list of steps; a step's deliveries are stored before they are drained."""
    arrivals = [
        [[town.together(bodies)]],
        [bodies + bodies],
        [bodies, bodies],
        [[one] for one in bodies],
    ]
    for _ in range(20):
        shuffled = bodies + dice.sample(bodies, len(bodies) // 4)
        dice.shuffle(shuffled)
        cuts = sorted(dice.sample(range(1, len(shuffled)), 4))
        arrivals.append(
            [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
        )
    return arrivals
