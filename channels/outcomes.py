"""What an answer of the platform to a message means: the contract's table as data (contract 6).

Decided by the error code alone. What is not listed is refused for good: an unknown code is never
tried again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel import clock

# accepted  it is the platform's now
# refused   it will never go like this; the code says why
# again     it certainly did not go, and may later
# unknown   it may have gone: only the platform's own word may settle it
Fate = Literal["accepted", "refused", "again", "unknown"]
# Whom a trouble holds back: nobody else, this recipient's pair, the whole number or its account, or
# the promotions of either, while service goes on.
Hold = Literal["none", "pair", "number", "account", "promotions", "account_promotions"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How to go on after a code: so many tries, a wait that grows by `factor` up to `most`."""

    wait: int
    tries: int
    hold: Hold = "none"
    factor: int = 2
    most: int = clock.HOUR


# Somebody has to act: a new token, a permission, a registration. The queue is kept for a day.
_OF_NUMBER = Rule(5 * clock.MINUTE, 300, "number", factor=1)
_OF_ACCOUNT = Rule(5 * clock.MINUTE, 300, "account", factor=1)
# The platform is down for everybody, or for this message alone: the two look the same, so nobody
# else is held back.
_OUTAGE = Rule(5 * clock.SECOND, 40, most=15 * clock.MINUTE)

# The number's token or permission is dead: its owner has to act (contract 1.3).
DEAD_TOKEN = frozenset({0, 3, 10, 190, 131005, *range(200, 300)})
TOKEN_EXPIRED = 190

# Codes after which the message has certainly not gone and may go later.
AGAIN: dict[int, Rule] = dict.fromkeys(DEAD_TOKEN, _OF_NUMBER) | {
    1: Rule(2 * clock.SECOND, 3),
    2: _OUTAGE,
    4: Rule(30 * clock.SECOND, 100, "account"),
    368: _OF_ACCOUNT,
    80007: Rule(clock.MINUTE, 100, "account"),
    130429: Rule(clock.SECOND, 300, "number", most=clock.MINUTE),
    131000: Rule(2 * clock.SECOND, 5),
    131016: _OUTAGE,
    131031: _OF_ACCOUNT,
    131037: _OF_NUMBER,
    # What costs nothing still goes.
    131042: Rule(15 * clock.MINUTE, 100, "account_promotions", factor=1),
    131045: _OF_NUMBER,
    131048: Rule(2 * clock.HOUR, 12, "promotions", factor=1, most=2 * clock.HOUR),
    # At once it is tried a second time at most (5.8).
    131049: Rule(clock.DAY, 2, most=clock.DAY),
    131056: Rule(clock.SECOND, 10, "pair", factor=4),
    131057: Rule(clock.MINUTE, 30, "number", factor=1),
    131064: Rule(2 * clock.HOUR, 12, "account_promotions", factor=1, most=2 * clock.HOUR),
    132069: Rule(10 * clock.MINUTE, 12, factor=1),
    133000: _OF_NUMBER,
    133004: _OUTAGE,
    133010: _OF_NUMBER,
    133015: Rule(5 * clock.MINUTE, 6, "number", factor=1),
    134101: Rule(10 * clock.MINUTE, 6, factor=1),
}

# Codes that say more of the number or its account than of the message: somebody has to act.
FOR_OWNER = DEAD_TOKEN | {
    *(33, 368, 131031, 131037, 131042, 131045, 131063, 133000, 133010, 134011, 141010)
}
# What its owner hears of besides, though it mends itself.
ALERTS = FOR_OWNER | {131048, 131064}
# The template is not what was last heard of it: its account's list is asked for at once.
STALE_TEMPLATE = frozenset({132001, 132015, 132016})
NUMBER_GONE = 33

# No connection came about, so no byte of it left (contract 6, transport).
NEVER_LEFT = frozenset({"UNREACHABLE", "FOREIGN_HOST"})
_NO_CONNECTION = Rule(2 * clock.SECOND, 300, "number", most=5 * clock.MINUTE)
_TOO_MANY = Rule(clock.SECOND, 300, "number", most=clock.MINUTE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one attempt; `reason` is a short code for people and counts."""

    fate: Fate
    reason: str
    code: int | None = None
    wamid: str | None = None
    wait: int = 0
    hold: Hold = "none"


def judge(
    status: int,
    trouble: str | None,
    code: int | None,
    wamid: str | None,
    tries: int,
    after: int = 0,
) -> Verdict:
    """The verdict on an attempt: HTTP status (0: none), trouble, platform code, message id.

    `tries` counts this one; `after` is the wait in microseconds that the platform asked for.
    """
    if trouble is None and wamid:
        return Verdict("accepted", "ACCEPTED", wamid=wamid)
    if code is None and status == 401:
        code = TOKEN_EXPIRED
    if code is not None:
        rule = AGAIN.get(code)
        return (
            _again(rule, reason_of(code), code, tries, after)
            if rule
            else Verdict("refused", reason_of(code), code)
        )
    if trouble in NEVER_LEFT:
        return _again(_NO_CONNECTION, trouble, None, tries, after)
    if status == 429:
        return _again(_TOO_MANY, "HTTP_429", None, tries, after)
    if 400 <= status < 500:
        return Verdict("refused", f"HTTP_{status}")
    return Verdict("unknown", trouble or "NO_ID")


def reason_of(code: int) -> str:
    """The reason that stands for a code of the platform."""
    return f"PLATFORM_{code}"


def _again(rule: Rule, reason: str, code: int | None, tries: int, after: int) -> Verdict:
    if tries >= rule.tries:
        return Verdict("refused", reason, code)
    grown = rule.wait * rule.factor ** min(tries - 1, 10)
    return Verdict("again", reason, code, wait=max(min(grown, rule.most), after), hold=rule.hold)


TOKEN_REFUSALS = frozenset(map(reason_of, DEAD_TOKEN))
