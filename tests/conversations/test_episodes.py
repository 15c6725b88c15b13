"""Episodes: a fold over the thread, the same from any order of arrival (F13)."""

from __future__ import annotations

import random
from dataclasses import asdict
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conversations
from conversations.episodes import SILENCE, Facts, Said, fold
from kernel import clock, tenancy
from tests.conftest import House
from tests.conversations.talk import NOON, SECOND, Shop, answers, open_shop, says

HOUR = clock.HOUR
# Times that lie close together, and some far apart; a second more or less than the silence.
gaps = st.sampled_from([0, 1, 60 * SECOND, HOUR, SILENCE - 1, SILENCE, SILENCE + 1, 9 * 24 * HOUR])
turns = st.lists(
    st.tuples(gaps, st.sampled_from(("in", "out")), st.booleans()), min_size=1, max_size=12
)


def _said(drawn: list[tuple[int, Any, bool]]) -> list[Said]:
    at, said = NOON, []
    for tie, (gap, direction, by_bot) in enumerate(drawn):
        at += gap
        said.append(Said(at, tie, direction, by_bot and direction == "out"))
    return said


def _between(said: list[Said], places: list[tuple[int, int]]) -> list[int]:
    """Times of resolutions: at or a little after some of the messages."""
    return sorted({said[place % len(said)].at + after for place, after in places})


resolutions = st.lists(st.tuples(st.integers(0, 11), st.sampled_from((0, 1, HOUR))), max_size=3)


@given(turns, resolutions)
def test_every_message_is_in_one_episode(
    drawn: list[tuple[int, Any, bool]], places: list[tuple[int, int]]
) -> None:
    said = _said(drawn)
    resolved = _between(said, places)
    episodes = fold(said, resolved)
    assert sum(one.messages for one in episodes) == len(said)
    assert [one.ordinal for one in episodes] == list(range(1, len(episodes) + 1))
    for one in episodes:
        assert one.started_at <= one.last_at <= (one.ended_at or one.last_at)
        assert 1 <= one.turns <= one.messages
        assert (one.turns == 1) == (one.first_answer_at is None)
        assert (one.ended_at is None) == (one.end_reason is None)
        assert one.end_reason != "silence" or one.ended_at == one.last_at + SILENCE
        assert one.end_reason != "resolved" or one.ended_at in resolved
    for one, following in pairwise(episodes):
        assert one.ended_at is not None
        assert one.ended_at <= following.started_at


@given(turns, st.lists(st.integers(0, 12), max_size=4))
def test_parts_in_order_come_to_the_same(
    drawn: list[tuple[int, Any, bool]], cuts: list[int]
) -> None:
    said = _said(drawn)
    episodes: list[Facts] = []
    for start, end in pairwise([0, *sorted(cut % (len(said) + 1) for cut in cuts), len(said)]):
        start_from = episodes[-1] if episodes else None
        episodes = episodes[:-1] + fold(said[start:end], [], start_from)
    assert episodes == fold(said, [])


@pytest.mark.parametrize(
    ("gap", "count"), [(SILENCE - 1, 1), (SILENCE, 1), (SILENCE + 1, 2), (9 * SILENCE, 2)]
)
def test_long_silence_begins_another(gap: int, count: int) -> None:
    assert SILENCE == 72 * HOUR
    episodes = fold([Said(NOON, 0, "in"), Said(NOON + gap, 1, "out")], [])
    assert len(episodes) == count
    if count == 2:
        assert (episodes[0].ended_at, episodes[0].end_reason) == (NOON + SILENCE, "silence")
        assert episodes[1].starter == "business"


def test_what_an_episode_came_to() -> None:
    said = [
        Said(NOON, 0, "in"),
        Said(NOON + 1, 0, "in"),
        Said(NOON + 5, 0, "out", by_bot=True),
        Said(NOON + 9, 0, "out"),
        Said(NOON + 20, 0, "in"),
    ]
    assert fold(said, [NOON + 30, NOON + 40]) == [
        Facts(
            ordinal=1,
            starter="customer",
            mode="both",
            started_at=NOON,
            first_answer_at=NOON + 5,
            last_at=NOON + 20,
            last_direction="in",
            turns=3,
            messages=5,
            ended_at=NOON + 30,
            end_reason="resolved",
        )
    ]
    (one,) = fold([Said(NOON, 0, "out", by_bot=True), Said(NOON + 7, 0, "in")], [])
    assert (one.starter, one.mode, one.first_answer_at) == ("business", "bot", NOON + 7)
    (one,) = fold([Said(NOON, 0, "in"), Said(NOON + 1, 0, "in")], [])
    assert (one.mode, one.turns, one.first_answer_at) == ("none", 1, None)


def test_the_next_message_after_resolution_begins_another() -> None:
    said = [Said(NOON, 0, "in"), Said(NOON + 10, 0, "in")]
    for resolved, ends in (
        ([NOON + 5], [NOON + 5, None]),
        ([NOON], [NOON, None]),
        ([NOON + 10], [NOON + 10]),
        ([NOON - 1], [None]),
        ([NOON + 3, NOON + 6, NOON + 12], [NOON + 3, NOON + 12]),
    ):
        assert [one.ended_at for one in fold(said, resolved)] == ends


async def _resolve_at(shop: Shop, at: int) -> None:
    thread = await shop.thread()
    with patch.object(clock, "now", return_value=at):
        await conversations.change_state(thread["id"], None, "resolved")


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from(("in", "out"))),
        min_size=2,
        max_size=7,
        unique_by=lambda one: one[0],
    ),
    st.integers(0, 2**16),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_store_comes_to_the_fold_in_any_order(
    house: House, drawn: list[tuple[int, Any]], seed: int
) -> None:
    dice = random.Random(seed)
    # Hours apart, so that silences fall between; a resolution somewhere in the middle.
    drawn = [(hour * 3600, direction) for hour, direction in drawn]
    resolved_at = NOON + dice.randint(0, 200) * HOUR + HOUR // 2
    shop = await open_shop()
    with tenancy.acting_for(shop.tenant_id):
        first, *rest = sorted(drawn)
        await shop.hears(_one(*first))
        dice.shuffle(rest)
        # What was said later than the resolution comes later; what was said before may come late.
        earlier = [one for one in rest if NOON + one[0] * SECOND < resolved_at]
        in_time = earlier[: dice.randint(0, len(earlier))]
        afterwards = [one for one in rest if one not in in_time]
        is_resolved = NOON + first[0] * SECOND < resolved_at
        await _hear(shop, in_time, dice)
        if is_resolved:
            await _resolve_at(shop, resolved_at)
        await _hear(shop, afterwards, dice)
        whole = [Said(NOON + second * SECOND, 0, way) for second, way in sorted(drawn)]
        expected = fold(whole, [resolved_at] if is_resolved else [])
        assert await shop.episodes() == [asdict(one) for one in expected]


async def _hear(shop: Shop, said: list[tuple[int, Any]], dice: random.Random) -> None:
    waiting = list(said)
    while waiting:
        size = dice.randint(1, 3)
        batch, waiting = waiting[:size], waiting[size:]
        await shop.hears(*(_one(*one) for one in batch))


async def test_what_was_said_ahead_of_our_clock_is_resolved_too(shop: Shop) -> None:
    await shop.hears(says(0), says(40))
    await _resolve_at(shop, NOON + 30 * SECOND)
    await shop.hears(says(20))
    (episode,) = await shop.episodes()
    assert (episode["messages"], episode["ended_at"]) == (3, NOON + 40 * SECOND)


def _one(second: int, direction: str) -> Any:
    return says(second) if direction == "in" else answers(second)
