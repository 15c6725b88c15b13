"""The gate by itself: each fact that bars a message, alone and together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import Paced
from contacts.calendar import Home
from contacts.pace_rules import rules_of
from conversations.gate import Decision, Facts, Went, decide
from kernel import clock

# A Friday, 13:00 in Madrid.
_NOW = 1_793_966_400 * clock.SECOND
_DAY = clock.DAY
_OPEN = Facts(
    needs_window=True,
    category="service",
    window_closed_at=_NOW + clock.HOUR,
    tenant_state="active",
    contact_state="active",
    marketing=None,
    is_suppressed=False,
    number_state="connected",
    waba_state="active",
    restricted_until=None,
    has_address=True,
    has_token=True,
)
_TEMPLATE = replace(
    _OPEN, needs_window=False, is_template=True, category="utility", template_status="APPROVED"
)
_CAMPAIGN = replace(
    _TEMPLATE,
    category="marketing",
    marketing="confirmed",
    origin="campaign",
    origin_id="d" * 32,
    pace_kind="promotion",
)
_HOME = Home("Europe/Madrid", "ES", "ES")
_RULES = rules_of(_HOME)
_STRICT = (
    ("waits.promotion", '["quiet_hours", "holidays", "weekends", "best_hours"]'),
    ("caps", '[{"kinds": ["promotion"], "most": 1, "days": 30}]'),
)


def _sale(ago: int) -> Went:
    return Went(_NOW - ago, "promotion", "marketing", "c" * 32, "spring_sale")


_SALE = _sale(0)


def test_what_may_go() -> None:
    for facts in (
        _OPEN,
        _TEMPLATE,
        _CAMPAIGN,
        replace(_TEMPLATE, window_closed_at=0),
        replace(_TEMPLATE, marketing="withdrawn"),
        replace(_TEMPLATE, is_suppressed=True),
        replace(_TEMPLATE, topic_consent="withdrawn", marketing_gap_days=7, sent=(_SALE,)),
        replace(_CAMPAIGN, topic_consent="none", marketing_gap_days=7),
        replace(_CAMPAIGN, marketing_gap_days=7, sent=(_sale(7 * _DAY),)),
        replace(_CAMPAIGN, template_name="spring_sale", sent=(_sale(_DAY),)),
        replace(_CAMPAIGN, origin="key", origin_id="c" * 32, sent=(_SALE,)),
        replace(_TEMPLATE, said_at=_NOW - 10 * clock.MINUTE),
        replace(_TEMPLATE, category="authentication", said_at=_NOW),
        replace(_OPEN, waba_state="restricted"),
        replace(_TEMPLATE, waba_state="restricted", restricted_until=_NOW),
    ):
        assert decide(facts, _NOW).ruling == "send"


@pytest.mark.parametrize(
    ("facts", "change", "code"),
    [
        (_OPEN, {"tenant_state": "suspended"}, "TENANT_SUSPENDED"),
        (_OPEN, {"tenant_state": "closing"}, "TENANT_SUSPENDED"),
        (_OPEN, {"contact_state": "frozen"}, "CONTACT_RESTRICTED"),
        (_OPEN, {"contact_state": "erased"}, "CONTACT_GONE"),
        (_OPEN, {"contact_state": "merged"}, "CONTACT_GONE"),
        (_OPEN, {"has_address": False}, "NO_ADDRESS"),
        (_OPEN, {"window_closed_at": _NOW}, "WINDOW_CLOSED"),
        (_OPEN, {"window_closed_at": 0}, "WINDOW_CLOSED"),
        (_CAMPAIGN, {"is_suppressed": True}, "SUPPRESSED"),
        (_CAMPAIGN, {"topic_consent": "withdrawn"}, "TOPIC_UNWANTED"),
        (_CAMPAIGN, {"expires_at": _NOW}, "EXPIRED"),
        # The campaign once more, and another campaign with the same words.
        (_CAMPAIGN, {"origin_id": "c" * 32, "sent": (_sale(8 * _DAY),)}, "DUPLICATE"),
        (_CAMPAIGN, {"template_name": "spring_sale", "sent": (_sale(_DAY - 1),)}, "DUPLICATE"),
        # A program that says the same words again.
        (_CAMPAIGN, {"origin": "key", "said_at": _NOW - _DAY + 1}, "DUPLICATE"),
        (_TEMPLATE, {"said_at": _NOW - 10 * clock.MINUTE + 1}, "DUPLICATE"),
        (_CAMPAIGN, {"marketing_gap_days": 7, "sent": (_SALE,)}, "TOO_SOON"),
        (_OPEN, {"number_state": "disconnected"}, "NUMBER_DISCONNECTED"),
        (_OPEN, {"has_token": False}, "NO_TOKEN"),
        (_OPEN, {"token_refused": True}, "TOKEN_REFUSED"),
        (_OPEN, {"waba_state": "disabled"}, "ACCOUNT_DISABLED"),
        (_OPEN, {"waba_state": "offboarded"}, "ACCOUNT_DISABLED"),
        (_TEMPLATE, {"waba_state": "restricted"}, "ACCOUNT_RESTRICTED"),
        (
            _TEMPLATE,
            {"waba_state": "restricted", "restricted_until": _NOW + 1},
            "ACCOUNT_RESTRICTED",
        ),
        (_TEMPLATE, {"template_status": None}, "UNKNOWN_TEMPLATE"),
        (_TEMPLATE, {"template_status": "PAUSED"}, "TEMPLATE_NOT_APPROVED"),
        (_CAMPAIGN, {"marketing": None}, "NO_CONSENT"),
        (_CAMPAIGN, {"marketing": "requested"}, "NO_CONSENT"),
        (_CAMPAIGN, {"marketing": "withdrawn"}, "CONSENT_WITHDRAWN"),
        # Nobody has told the category yet: it may be marketing.
        (_TEMPLATE, {"category": ""}, "NO_CONSENT"),
    ],
)
def test_what_bars_a_message(facts: Facts, change: dict[str, Any], code: str) -> None:
    decision = decide(replace(facts, **change), _NOW)
    assert (decision.ruling, [one.code for one in decision.reasons]) == ("refuse", [code])


def test_all_reasons_come_at_once() -> None:
    facts = replace(
        _OPEN, tenant_state="suspended", has_address=False, window_closed_at=0, has_token=False
    )
    codes = [one.code for one in decide(facts, _NOW).reasons]
    assert codes == ["TENANT_SUSPENDED", "NO_ADDRESS", "WINDOW_CLOSED", "NO_TOKEN"]


def test_a_closed_window_says_since_when() -> None:
    for since, words in (
        (3 * clock.HOUR + clock.MINUTE, "closed 3 h ago"),
        (clock.MINUTE, "closed less than an hour ago"),
    ):
        [reason] = decide(replace(_OPEN, window_closed_at=_NOW - since), _NOW).reasons
        assert reason.message == f"The 24-hour window {words}. Send an approved template instead."
    [reason] = decide(replace(_OPEN, window_closed_at=0), _NOW).reasons
    assert "has not been opened yet" in reason.message


@pytest.mark.parametrize(
    ("change", "ruling", "codes"),
    [
        ({}, "defer", ["TOO_SOON"]),
        # What names no end waits a day at most from when it was wished for, of a campaign from when
        # its turn came.
        ({"created_at": _NOW - _DAY, "origin": "key"}, "refuse", ["TOO_SOON"]),
        ({"created_at": _NOW - _DAY}, "defer", ["TOO_SOON"]),
        ({"created_at": _NOW - _DAY, "expires_at": _NOW + 2 * _DAY}, "defer", ["TOO_SOON"]),
        ({"expires_at": _NOW + clock.HOUR}, "refuse", ["TOO_SOON", "EXPIRED"]),
        ({"number_state": "disconnected"}, "refuse", ["TOO_SOON", "NUMBER_DISCONNECTED"]),
    ],
)
def test_what_time_alone_puts_right_waits(
    change: dict[str, Any], ruling: str, codes: list[str]
) -> None:
    soon = replace(_CAMPAIGN, marketing_gap_days=7, sent=(_sale(7 * _DAY - clock.HOUR),))
    decision = decide(replace(soon, **change), _NOW)
    assert (decision.ruling, [one.code for one in decision.reasons]) == (ruling, codes)
    assert decision.reasons[0].until == _NOW + clock.HOUR
    assert decision.until == (_NOW + clock.HOUR if ruling == "defer" else None)


@pytest.mark.parametrize(
    ("change", "hours", "held"),
    [
        ({}, 0, {}),
        ({}, 11, {"QUIET_HOURS": 18}),
        ({"sent": (_sale(7 * _DAY - 2 * clock.HOUR),)}, 0, {"FREQUENCY_CAP": 2}),
        # What is free again at night waits for the morning.
        (
            {"sent": (_sale(7 * _DAY - 12 * clock.HOUR),)},
            0,
            {"FREQUENCY_CAP": 12, "QUIET_HOURS": 18},
        ),
        (
            {"marketing_gap_days": 7, "sent": (_sale(7 * _DAY - 12 * clock.HOUR),)},
            0,
            {"TOO_SOON": 12, "FREQUENCY_CAP": 12, "QUIET_HOURS": 18},
        ),
        # Whoever talks with somebody is not held, nor what is no promotion.
        ({"origin": "person", "sent": (_sale(_DAY),)}, 11, {}),
        ({"origin": "person", "window_closed_at": _NOW}, 11, {"QUIET_HOURS": 18}),
        ({"pace_kind": "service", "category": "utility", "sent": (_sale(_DAY),)}, 11, {}),
        ({"category": "authentication"}, 11, {}),
    ],
)
def test_pace_and_clock_put_off(change: dict[str, Any], hours: int, held: dict[str, int]) -> None:
    """Hours from now: when it is asked, and until when each reason holds."""
    open_ones = replace(_CAMPAIGN, window_closed_at=_NOW + _DAY, rules=_RULES)
    facts = replace(open_ones, **change)
    decision = decide(facts, _NOW + hours * clock.HOUR)
    until = {one.code: one.until for one in decision.reasons}
    assert until == {code: _NOW + hour * clock.HOUR for code, hour in held.items()}
    assert decision.ruling == ("defer" if held else "send")
    assert decision.until == max(until.values(), default=None)


# The values of each fact, from what leaves most room to what leaves least.
_STRICTER: dict[str, list[Any]] = {
    "needs_window": [False, True],
    "category": ["service", "utility", "marketing", ""],
    "window_closed_at": [_NOW + _DAY, _NOW + 1, _NOW, 0],
    "tenant_state": ["active", "suspended"],
    "contact_state": ["active", "frozen", "erased"],
    "marketing": ["confirmed", None, "withdrawn"],
    "is_suppressed": [False, True],
    "number_state": ["connected", "disconnected"],
    "waba_state": ["active", "restricted", "disabled"],
    "restricted_until": [_NOW, _NOW + _DAY, None],
    "has_address": [True, False],
    "has_token": [True, False],
    "token_refused": [False, True],
    "is_template": [False, True],
    "template_status": ["APPROVED", "PAUSED", None],
    "request_expires_at": [_NOW + _DAY, _NOW, None],
    "topic_consent": [None, "withdrawn"],
    "marketing_gap_days": [0, 1, 7, 30],
    "sent": [(), (_sale(8 * _DAY),), (_sale(7 * _DAY - 1),), (_sale(_DAY), _sale(clock.HOUR))],
    "said_at": [None, _NOW - _DAY, _NOW - clock.HOUR, _NOW],
    "origin": ["key", "campaign"],
    "pace_kind": ["service", "promotion"],
    "rules": [None, rules_of(_HOME, (("caps", "[]"),)), _RULES, rules_of(_HOME, _STRICT)],
    "expires_at": [_NOW + 30 * _DAY, None, _NOW + clock.HOUR, _NOW],
}


@given(
    steps=st.fixed_dictionaries(
        {
            name: st.tuples(*2 * [st.integers(0, len(values) - 1)])
            for name, values in _STRICTER.items()
        }
    ),
    occasion=st.sampled_from([None, "consent_request"]),
    zone=st.sampled_from([None, "Asia/Dubai", "America/Sao_Paulo"]),
    hours=st.integers(0, 400),
)
def test_a_restriction_never_allows_more(
    steps: dict[str, tuple[int, int]], occasion: str | None, zone: str | None, hours: int
) -> None:
    """Send comes before defer, the sooner before the later, and refuse is last."""
    wide, narrow = (
        decide(
            Facts(
                occasion=occasion,
                origin_id="c" * 32,
                paced=Paced(zone, None),
                **{name: _STRICTER[name][pick(places)] for name, places in steps.items()},
            ),
            _NOW + hours * clock.HOUR,
        )
        for pick in (min, max)
    )
    assert _strictness(wide) <= _strictness(narrow)


def _strictness(decision: Decision) -> tuple[int, int]:
    return ["send", "defer", "refuse"].index(decision.ruling), decision.until or 0
