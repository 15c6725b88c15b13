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
# Whom a trouble holds back: nobody else, this recipient's pair, the whole number, or its account.
Hold = Literal["none", "pair", "number", "account"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How to go on after a code: wait so long (times 2 a try where it `grows`), so many tries."""

    wait: int
    tries: int
    hold: Hold = "none"
    grows: bool = True


# Codes after which the message has certainly not gone and may go later.
AGAIN: dict[int, Rule] = {
    0: Rule(5 * clock.MINUTE, 300, "number", grows=False),
    1: Rule(2 * clock.SECOND, 3),
    2: Rule(5 * clock.SECOND, 12),
    3: Rule(5 * clock.MINUTE, 300, "number", grows=False),
    4: Rule(30 * clock.SECOND, 12, "account"),
    10: Rule(5 * clock.MINUTE, 300, "number", grows=False),
    190: Rule(5 * clock.MINUTE, 300, "number", grows=False),
    80007: Rule(clock.MINUTE, 12, "account"),
    130429: Rule(clock.SECOND, 30, "number"),
    131000: Rule(2 * clock.SECOND, 5),
    131005: Rule(5 * clock.MINUTE, 300, "number", grows=False),
    131016: Rule(5 * clock.SECOND, 12),
    131048: Rule(2 * clock.HOUR, 12, "number", grows=False),
    131056: Rule(clock.SECOND, 10, "pair"),
    131057: Rule(clock.MINUTE, 10, "number", grows=False),
    133004: Rule(5 * clock.SECOND, 12),
    133015: Rule(5 * clock.MINUTE, 6, "number", grows=False),
    134101: Rule(10 * clock.MINUTE, 6, grows=False),
} | {code: Rule(5 * clock.MINUTE, 300, "number", grows=False) for code in range(200, 300)}

# The number's token or permission is dead: its owner has to act (contract 1.3).
DEAD_TOKEN = frozenset({0, 3, 10, 190, 131005, *range(200, 300)})

_NO_ANSWER = Rule(2 * clock.SECOND, 12)
_TOO_MANY = Rule(clock.SECOND, 30, "number")


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
    if code is not None:
        rule = AGAIN.get(code)
        return (
            _again(rule, f"PLATFORM_{code}", code, tries, after)
            if rule
            else Verdict("refused", f"PLATFORM_{code}", code)
        )
    if trouble == "UNREACHABLE":
        # No connection came about, so no byte of it left (contract 6, transport).
        return _again(_NO_ANSWER, "UNREACHABLE", None, tries, after)
    if status == 429:
        return _again(_TOO_MANY, "HTTP_429", None, tries, after)
    if 400 <= status < 500:
        return Verdict("refused", f"HTTP_{status}")
    return Verdict("unknown", trouble or "NO_ID")


def _again(rule: Rule, reason: str, code: int | None, tries: int, after: int) -> Verdict:
    if tries >= rule.tries:
        return Verdict("refused", reason, code)
    grown = rule.wait * 2 ** min(tries - 1, 10) if rule.grows else rule.wait
    return Verdict("again", reason, code, wait=max(min(grown, clock.HOUR), after), hold=rule.hold)
