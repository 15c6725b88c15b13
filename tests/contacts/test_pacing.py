"""How often somebody may be written to: the table of F22, row by row, and its order."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts import Paced, moment_for
from contacts.calendar import Home
from contacts.pace_rules import PaceRules, rules_of
from contacts.pacing import KINDS, STAGES, TIERS, Cap, Peak, cap
from contacts.places import pace_page
from kernel import clock

HOME = Home("Europe/Madrid", "ES", "ES")
RULES = rules_of(HOME)
BY_VALUE = rules_of(HOME, (("caps", orjson.dumps(pace_page()["caps"]["by_value"]).decode()),))
NOW = 1_764_000_000_000_000
DAY = clock.DAY
DATE = clock.moment(NOW).date()

# Kind, stage, tier, days ago of what was sent (kind: days), and in how many days one more may go.
TABLE: dict[str, tuple[str, str, str, str, float]] = {
    "nothing was sent": ("promotion", "", "", "", 0),
    "promotions 7 days apart": ("promotion", "active", "high", "promotion:5", 2),
    "and no more then": ("promotion", "active", "high", "promotion:7", 0),
    "two a month": ("promotion", "active", "high", "promotion:20 promotion:9", 10),
    "what is useful counts apart": ("promotion", "", "", "useful:1", 0),
    "useful once a week": ("useful", "active", "", "useful:6.5", 0.5),
    "personal twice a week": ("personal", "active", "", "personal:6 personal:1", 1),
    "one personal": ("personal", "active", "", "personal:1", 0),
    "low value once a month": ("promotion", "active", "low", "promotion:12", 18),
    "regulars three a month": ("useful", "regular", "", "promotion:29 personal:20 useful:10", 1),
    "regulars the third": ("useful", "regular", "", "promotion:29 useful:10", 0),
    "sleeping once in 14 days": ("personal", "sleeping", "", "useful:4", 10),
    "sleeping, the first": ("useful", "sleeping", "", "", 0),
    "the strictest wins": ("promotion", "sleeping", "low", "promotion:3", 27),
    "service is free": ("service", "sleeping", "low", "service:0.1 promotion:1", 0),
}


def sent(told: str) -> list[tuple[str, int]]:
    pairs = (one.split(":") for one in told.split())
    return [(kind, NOW - int(float(days) * DAY)) for kind, days in pairs]


def wait(rules: PaceRules, kind: str, stage: str, tier: str, told: str, **more: int) -> float:
    """In how many days one more may go."""
    first = more.get("first_purchase_at")
    found = cap(kind, stage, tier, sent(told), first, rules.caps, NOW, more.get("event_at"))
    return (found.until - NOW) / DAY if found else 0


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_the_table_of_caps(row: tuple[str, str, str, str, float]) -> None:
    *asked, days = row
    assert wait(RULES, *asked) == days


def test_customers_of_medium_value_hear_twice_a_week_by_a_preset_of_its_own() -> None:
    told = "promotion:6 promotion:2"
    assert wait(RULES, "promotion", "active", "medium", told) == 24
    assert wait(BY_VALUE, "promotion", "active", "medium", told) == 1
    assert wait(BY_VALUE, "promotion", "active", "medium", "promotion:2") == 0
    assert wait(BY_VALUE, "promotion", "active", "high", "promotion:2") == 5
    assert wait(BY_VALUE, "promotion", "active", "low", "promotion:2") == 28


def test_who_bought_for_the_first_time_hears_once_a_day_for_three_days() -> None:
    told = "useful:0.25"
    for stage in ("", "active", "new"):
        new = {"first_purchase_at": NOW - DAY}
        assert wait(RULES, "personal", stage, "", told, **new) == 0.75
        nearly = {"first_purchase_at": NOW - int(2.5 * DAY)}
        assert wait(RULES, "personal", stage, "", told, **nearly) == 0.5
        no_more = {"first_purchase_at": NOW - 3 * DAY}
        assert wait(RULES, "personal", stage, "", told, **no_more) == 0
    # Where nobody knows when they bought, the stage is believed.
    assert wait(RULES, "personal", "new", "", told) == 0.75


def test_a_service_message_is_one_for_a_day_after_its_event() -> None:
    assert wait(RULES, "service", "", "", "useful:1", event_at=NOW - DAY) == 0
    assert wait(RULES, "service", "", "", "useful:1", event_at=NOW - DAY - 1) == 6


def in_peak(first: float, last: float, **changed: object) -> PaceRules:
    peak = Peak("11.11", DATE, DATE, NOW + int(first * DAY), NOW + int(last * DAY))
    return replace(RULES, caps=replace(RULES.caps, peaks=(peak,), **changed))  # type: ignore[arg-type]


def test_a_peak_lifts_promotions_to_every_other_day() -> None:
    told = "promotion:9 promotion:1"
    assert wait(RULES, "promotion", "", "", told) == 21
    assert wait(in_peak(-2, 5), "promotion", "", "", told) == 1
    # It begins in three days, or ends before the other day has come.
    assert wait(in_peak(3, 5), "promotion", "", "", told) == 3
    assert wait(in_peak(-2, 0.5), "promotion", "", "", told) == 21
    # Other content, and who sleeps, are not concerned.
    assert wait(in_peak(-2, 5), "useful", "", "", "useful:1") == 6
    assert wait(in_peak(-2, 5), "promotion", "sleeping", "", told) == 13


def test_a_peak_never_goes_on_for_more_than_three_days_in_a_row() -> None:
    """Where a tenant makes it every day."""
    daily = in_peak(-5, 5, in_peaks=(Cap(("promotion",), 1, 1), RULES.caps.in_peaks[1]))
    assert wait(daily, "promotion", "", "", "promotion:2 promotion:1") == 0
    assert wait(daily, "promotion", "", "", "promotion:3 promotion:2 promotion:1") == 1


def test_pace_and_timing_come_to_one_moment() -> None:
    """The cap ends at night, so it is the morning after; every reason is told, with its own end."""
    night = clock.micros(clock.moment(NOW).replace(hour=2, minute=0, second=0))
    found = moment_for(
        "promotion", Paced("Europe/Madrid", "ES"), [("promotion", night - 6 * DAY)], RULES, night
    )
    morning = night + DAY + 4 * clock.HOUR
    assert found.at == morning
    assert [(one.code, one.until) for one in found.holds] == [
        ("FREQUENCY_CAP", night + DAY),
        ("QUIET_HOURS", morning),
    ]
    assert found.holds[0].message == (
        "This contact had as much as they may get: promotion, 1 in 7 days at most."
    )


CAPS = st.builds(
    Cap,
    st.sets(st.sampled_from(KINDS[1:]), min_size=1).map(lambda kinds: tuple(sorted(kinds))),
    st.integers(1, 3),
    st.integers(1, 30),
    st.sets(st.sampled_from(STAGES)).map(tuple),
    st.sets(st.sampled_from(TIERS)).map(tuple),
)
SENT = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(NOW - 40 * DAY, NOW)), max_size=8)


@settings(max_examples=300)
@given(
    st.lists(CAPS, max_size=5),
    CAPS,
    SENT,
    st.tuples(st.sampled_from(KINDS), st.sampled_from(STAGES), st.sampled_from(TIERS)),
    st.none() | st.integers(NOW - 5 * DAY, NOW),
    st.booleans(),
)
def test_another_cap_never_allows_earlier_and_what_it_allows_is_allowed(
    caps: list[Cap],
    more: Cap,
    sent: list[tuple[str, int]],
    to: tuple[str, str, str],
    first: int | None,
    is_peak: bool,
) -> None:
    peaks = (Peak("peak", DATE, DATE, NOW - DAY, NOW + 9 * DAY),) if is_peak else ()
    few = replace(RULES.caps, caps=tuple(caps), peaks=peaks)
    many = replace(few, caps=(more, *caps))
    held, longer = (cap(*to, sent, first, one, NOW) for one in (few, many))
    assert (longer.until if longer else NOW) >= (held.until if held else NOW)
    if longer:
        assert longer.until > NOW
        assert cap(*to, sent, first, many, longer.until) is None
    # A peak only ever allows more.
    calm = cap(*to, sent, first, replace(few, peaks=()), NOW)
    assert (calm.until if calm else NOW) >= (held.until if held else NOW)
