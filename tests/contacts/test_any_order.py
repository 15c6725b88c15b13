"""Whatever the order of arrival and the batching: the same people, and the true ones (F5)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.contacts.acquaintance import acting, batches, meet_together, name_of, values, whole
from tests.contacts.worlds import World, handed_on, lives
from tests.flows.town import make_tenant

cuts = st.lists(st.integers(0, 30), max_size=6)
IN_ANY_ORDER = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def _after(history: tuple[Any, ...], ends: list[int]) -> list[Any]:
    """Who is known, with all that an identity tells, after this history came in these batches."""
    with acting(await make_tenant()):
        for batch in batches(history, ends):
            await meet_together(*batch)
        columns = ("value", "state", "first_at", "last_at", "ended_at")
        return [
            (
                await name_of(ids[0]["contact_id"]),
                sorted(tuple(one[name] for name in columns) for one in ids),
            )
            for ids in sorted(await whole(), key=lambda ids: sorted(one["value"] for one in ids))
        ]


async def _people(history: tuple[Any, ...], ends: list[int]) -> tuple[frozenset[str], ...]:
    with acting(await make_tenant()):
        for batch in batches(history, ends):
            await meet_together(*batch)
        return tuple(sorted(map(frozenset, await values()), key=sorted))


@given(lives(), st.randoms(use_true_random=False), cuts)
@IN_ANY_ORDER
async def test_who_keeps_their_ids_is_known_in_any_order(
    house: House, world: World, dice: Any, ends: list[int]
) -> None:
    shuffled = list(world.history)
    dice.shuffle(shuffled)
    again = tuple(shuffled + shuffled[: len(shuffled) // 2])
    assert await _people(world.history, list(range(30))) == world.people
    assert await _people(again, ends) == world.people
    assert await _after(again, ends) == await _after(world.history, [])


@given(handed_on(), st.randoms(use_true_random=False), cuts)
@IN_ANY_ORDER
async def test_a_number_handed_on_is_its_last_owners_in_any_order(
    house: House, world: World, dice: Any, ends: list[int]
) -> None:
    shuffled = list(world.history)
    dice.shuffle(shuffled)
    assert await _people(world.history, list(range(30))) == world.people
    assert await _people(tuple(shuffled), ends) == world.people
