"""Whatever the order of arrival and the batching: the same people, and the true ones (F5)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import Move, Sighting
from tests.conftest import House
from tests.contacts.acquaintance import (
    acting,
    batches,
    meet_together,
    moved,
    name_of,
    seen,
    values,
    whole,
)
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
    again = tuple(shuffled + shuffled[: len(shuffled) // 2])
    assert await _people(world.history, list(range(30))) == world.people
    assert await _people(again, ends) == world.people
    assert await _after(again, ends) == await _after(world.history, [])


OLD, NEW, NEWEST = "447700900110", "447700900111", "447700900112"
OLD_ID, NEW_ID, NEWEST_ID = (f"GB.{n}00000000000000" for n in (10, 11, 12))

# As they came in, once with the wrong outcome.
CAME: dict[str, list[Sighting | Move]] = {
    "a change after the next one, which told no user id": [
        moved(200, (NEW, None), (NEWEST, None)),
        moved(100, (OLD, OLD_ID), (NEW, NEW_ID)),
        seen(209, NEWEST, NEWEST_ID),
    ],
    "a user id that nobody showed, after its number was left": [
        moved(200, (NEW, None), (NEWEST, None)),
        moved(100, (OLD, OLD_ID), (NEW, NEW_ID)),
    ],
    "how its earlier owner left a number, after the next one showed it": [
        seen(164, OLD, NEWEST_ID),
        moved(99, (OLD, None), (NEW, None)),
    ],
    "its earlier owner, after the next one moved to a number": [
        moved(150, (NEW, None), (OLD, None)),
        seen(24, OLD, OLD_ID),
        seen(234, OLD, NEW_ID),
    ],
}


@pytest.mark.parametrize("how", CAME)
async def test_what_came_late_is_as_if_it_came_in_time(house: House, how: str) -> None:
    in_time = await _after(tuple(sorted(CAME[how], key=lambda one: one.at)), list(range(9)))
    for came in itertools.permutations(CAME[how]):
        for ends in ([], list(range(9))):
            assert await _after(came, ends) == in_time, (came, ends)
