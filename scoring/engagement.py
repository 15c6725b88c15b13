"""How engaged somebody is, and how likely they are lost (F40): every figure stands on this page.

Engagement (0 to 100) adds up what they did: replies, newer and weightier ones counting more; how
much of what they got they read; how lately they gave a sign of life; orders of a year. Churn risk
(0 to 100) sets their silence beside their own rhythm: the mean gap of their last days of life. So a
further reply never lowers engagement, and a longer silence never lowers churn risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel import clock

# Points that each part can bring.
_REPLIES, _READ, _LATELY, _ORDERS = 45, 20, 20, 15
# A reply counts once for each of 7, 30 and 90 days that it lies in; courtesy for half.
_COURTESY = 0.5
# So many bring half of the points of replies, of orders.
_HALF_OF_REPLIES, _HALF_OF_ORDERS = 6, 1
# The share of the points for a sign of life that is at most so many days old.
_LATELY_BY_DAYS = ((7, 1.0), (30, 0.75), (90, 0.5), (365, 0.25))
_ENGAGED = ((60, "high"), (30, "medium"), (1, "low"), (0, "none"))
_OFTEN, _READS, _READS_NOT, _ENOUGH_DELIVERED = 6, 0.5, 0.2, 3

# A rhythm needs so many days of life; otherwise, and at the utmost, it is so many days.
_RHYTHM_FROM, _RHYTHM_UNKNOWN, _SHORTEST, _LONGEST = 3, 30, 3, 120
# After a silence of so many rhythms half of them are lost.
_HALF_LOST = 2.0
_WITHDRAWN, _BAD_MOOD = 20, 10
_RISKS = ((85, "lost"), (60, "high"), (35, "medium"), (0, "low"))
_BEYOND, _FAR_BEYOND = 2, 6

# Looked at again after a tenth of the silence, at least a day; from here on nothing changes.
_AGAIN, _SETTLED = 0.1, 400


@dataclass(frozen=True, slots=True)
class Engagement:
    """How engaged, how likely lost, why, and when time changes it next (None: not any more)."""

    engagement: int
    engagement_class: str
    churn_risk: int | None
    churn_class: str | None
    reasons: tuple[str, ...]
    due_at: int | None


def engagement_of(did: Mapping[str, Any], now: int) -> Engagement:
    """What somebody's behaviour (a row of sql/behaviour.sql) comes to at this time."""
    silent = (now - did["last_sign_at"]) / clock.DAY if did["last_sign_at"] else None
    engagement, said = _engagement(did, silent)
    risk, feared = (None, []) if silent is None else _churn_risk(did, max(silent, 0.0))
    due_at = None
    if silent is not None and silent < _SETTLED:
        due_at = now + round(max(1.0, silent * _AGAIN) * clock.DAY)
    return Engagement(
        engagement,
        _class(engagement, _ENGAGED),
        risk,
        None if risk is None else _class(risk, _RISKS),
        (*said, *feared),
        due_at,
    )


def _engagement(did: Mapping[str, Any], silent: float | None) -> tuple[int, list[str]]:
    replies = sum(did[f"heavy_{days}"] + _COURTESY * did[f"light_{days}"] for days in (7, 30, 90))
    read = did["seen"] / did["delivered"] if did["delivered"] else 0.0
    lately = next(
        (one for days, one in _LATELY_BY_DAYS if silent is not None and silent <= days), 0
    )
    points = (
        _REPLIES * replies / (replies + _HALF_OF_REPLIES)
        + _READ * read
        + _LATELY * lately
        + _ORDERS * did["orders"] / (did["orders"] + _HALF_OF_ORDERS)
    )
    told = {
        "never_replied": not did["replies"],
        "replied_lately": did["heavy_30"] + did["light_30"] > 0,
        "replies_often": replies >= _OFTEN,
        "reads": did["delivered"] > 0 and read >= _READS,
        "does_not_read": did["delivered"] >= _ENOUGH_DELIVERED and read < _READS_NOT,
        "bought": did["orders"] > 0,
    }
    return round(points), [name for name, holds in told.items() if holds]


def _churn_risk(did: Mapping[str, Any], silent: float) -> tuple[int, list[str]]:
    rhythm: float = _RHYTHM_UNKNOWN
    if did["days"] >= _RHYTHM_FROM:
        rhythm = min(max(did["span"] / (did["days"] - 1), _SHORTEST), _LONGEST)
    gaps = silent / rhythm
    risk = 100 * (1 - 0.5 ** (gaps / _HALF_LOST))
    risk += _WITHDRAWN * did["has_withdrawn"] + _BAD_MOOD * (did["mood"] == -1)
    told = {
        "within_rhythm": gaps < _BEYOND,
        "beyond_rhythm": _BEYOND <= gaps < _FAR_BEYOND,
        "far_beyond_rhythm": gaps >= _FAR_BEYOND,
        "withdrew": bool(did["has_withdrawn"]),
        "bad_mood": did["mood"] == -1,
    }
    return min(round(risk), 100), [name for name, holds in told.items() if holds]


def _class(points: int, classes: tuple[tuple[int, str], ...]) -> str:
    return next(name for least, name in classes if points >= least)
