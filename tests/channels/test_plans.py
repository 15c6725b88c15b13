"""How long a mailing takes: worked examples, and what holds for every plan."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import throughput, tiers
from channels.plans import PlanDay, Road, Room, lay_out
from kernel import clock
from kernel.ids import Id

_S, _H, _D = clock.SECOND, clock.HOUR, clock.DAY
_A, _B, _C = Id("a"), Id("b"), Id("c")
NOON = 1_794_000_000 * _S


@pytest.mark.parametrize(
    ("tier", "people"),
    [
        ("TIER_50", 50),
        ("TIER_250", 250),
        ("TIER_1K", 1_000),
        ("TIER_2K", 2_000),
        ("TIER_2000", 2_000),
        ("TIER_10K", 10_000),
        ("TIER_100K", 100_000),
        ("TIER_5M", 5_000_000),
        ("1000", 1_000),
        ("-1", None),
        ("TIER_UNLIMITED", None),
        ("TIER_OF_NEXT_YEAR", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_tier_says(tier: str | None, people: int | None) -> None:
    assert tiers.people_of(tier) == people


def test_worked_examples() -> None:
    road = Road(_A, "p", 80)
    plan = lay_out(8_000, [road], {"p": Room(None)}, NOON)
    assert (plan.ends_at, plan.bound, plan.per_second) == (NOON + 100 * _S, "THROUGHPUT", 80)
    assert (plan.days, plan.shares) == ((PlanDay(NOON, 8_000),), {_A: 8_000})
    # Slower than the number could.
    plan = lay_out(8_000, [road], {"p": Room(None)}, NOON, 10)
    assert (plan.ends_at, plan.bound, plan.per_second) == (NOON + 800 * _S, "PACE", 10)
    # 4,500 people in days of 1,800, of which 800 were written to 20 hours ago.
    room = Room(1_800, [(NOON + 4 * _H, 800)])
    plan = lay_out(4_500, [road], {"p": room}, NOON)
    assert plan.days == (
        PlanDay(NOON, 1_800),
        PlanDay(NOON + _D, 1_800),
        PlanDay(NOON + 2 * _D, 900),
    )
    # 1,000 as soon as it begins; the third day the same, but 900 of them.
    assert plan.ends_at == NOON + 2 * _D + (12_500 + 12_500 + 11_250) * clock.SECOND // 1000
    assert plan.bound == "PORTFOLIO_LIMIT"
    # Two numbers of one portfolio share its day, a third brings its own.
    roads = [Road(_A, "p", 60), Road(_B, "p", 20), Road(_C, "q", 80)]
    plan = lay_out(8_000, roads, {"p": Room(100), "q": Room(None)}, NOON)
    assert plan.shares == {_A: 0, _B: 0, _C: 8_000}
    plan = lay_out(400, roads, {"p": Room(100), "q": Room(300)}, NOON)
    assert plan.shares == {_A: 75, _B: 25, _C: 300}
    assert plan.days == (PlanDay(NOON, 400),)
    # Nowhere to go, or never.
    assert lay_out(5, [], {}, NOON).ends_at is None
    assert lay_out(5, [road], {"p": Room(0)}, NOON).ends_at is None
    assert lay_out(0, [road], {"p": Room(0)}, NOON).ends_at == NOON


@pytest.mark.parametrize(
    ("row", "speed"),
    [
        ({}, (80, 80, None)),
        ({"throughput": "HIGH"}, (1000, 1000, None)),
        ({"throughput": "NOT_APPLICABLE", "quality": "GREEN"}, (80, 80, None)),
        ({"quality": "YELLOW"}, (40, 40, "QUALITY_YELLOW")),
        ({"throughput": "HIGH", "quality": "RED"}, (250, 250, "QUALITY_RED")),
        ({"quality": "A_NEW_WORD"}, (80, 80, None)),
        # Cut two minutes ago: eight more each minute since.
        ({"rate_cut_to": 40, "cut": 2}, (56, 80, "HTTP_429")),
        ({"rate_cut_to": 40, "cut": 5}, (80, 80, None)),
        ({"rate_cut_to": 30, "cut": 1, "quality": "YELLOW"}, (38, 40, "HTTP_429")),
        ({"rate_cut_to": 30, "cut": 2, "quality": "YELLOW"}, (40, 40, "QUALITY_YELLOW")),
    ],
)
def test_the_speed_of_a_number(row: dict[str, Any], speed: tuple[int, int, str | None]) -> None:
    cut_at = NOON - row.pop("cut", 0) * clock.MINUTE
    usual = {"throughput": None, "quality": None, "rate_cut_to": None, "rate_cut_at": cut_at}
    found = throughput.speed_of({**usual, "rate_cut_because": "HTTP_429", **row}, NOON)
    assert (found.now, found.most, found.reason) == speed


@given(
    people=st.integers(0, 20_000),
    most=st.integers(10, 3_000),
    rate=st.integers(1, 100),
    freed=st.lists(st.tuples(st.integers(1, 24), st.integers(1, 800)), max_size=4),
)
def test_no_day_of_a_plan_holds_more_than_the_limit(
    people: int, most: int, rate: int, freed: list[tuple[int, int]]
) -> None:
    taken = sorted((NOON + hours * _H, count) for hours, count in freed)
    plan = lay_out(people, [Road(_A, "p", rate)], {"p": Room(most, taken)}, NOON)
    assert sum(day.people for day in plan.days) == people
    assert all(day.people <= most for day in plan.days)
    assert plan.shares == {_A: people}
    assert plan.ends_at is not None
    assert plan.ends_at >= NOON + (people * _S) // rate - _S
    # No faster with less room, and no slower with more.
    roomier = lay_out(people, [Road(_A, "p", rate)], {"p": Room(most + 1, taken)}, NOON)
    assert roomier.ends_at is not None
    assert roomier.ends_at <= plan.ends_at + _S
