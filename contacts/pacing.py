"""Pace: how often somebody may be written to, by kind of content, stage and value tier (F22).

Pure: caps, the times of what was sent, and a moment give the moment from which one more may go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from kernel import clock

Kind = Literal["service", "promotion", "useful", "personal", "occasion"]
Stage = Literal["", "prospect", "new", "active", "regular", "cooling", "sleeping", "lost"]
Tier = Literal["", "high", "medium", "low"]
Sent = tuple[str, int]

KINDS: tuple[Kind, ...] = ("service", "promotion", "useful", "personal", "occasion")
STAGES: tuple[Stage, ...] = (
    *("", "prospect", "new", "active", "regular", "cooling", "sleeping", "lost"),
)
TIERS: tuple[Tier, ...] = ("", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Cap:
    """Of these kinds together at most so many in so many days, for these stages and tiers.

    No stages, or no tiers: for all of them.
    """

    kinds: tuple[str, ...]
    most: int
    days: int
    stages: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()

    def concerns(self, kind: str, stage: str, tier: str) -> bool:
        """Whether it holds for such content to such a contact."""
        return (
            kind in self.kinds
            and (not self.stages or stage in self.stages)
            and (not self.tiers or tier in self.tiers)
        )

    def free_at(self, sent: Iterable[Sent]) -> int:
        """From when it allows one more; 0 where it allowed one all along."""
        times = sorted(at for kind, at in sent if kind in self.kinds)
        return times[-self.most] + self.days * clock.DAY if len(times) >= self.most else 0


@dataclass(frozen=True, slots=True)
class Peak:
    """A declared period in which promotions may come more often: its days in the tenant's zone,
    and the moments of its beginning and end.
    """

    name: str
    first_day: date
    last_day: date
    begins_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Capped:
    """The cap that holds a message back, and until when."""

    cap: Cap
    until: int


@dataclass(frozen=True)
class Caps:
    """All that limits how often; times are spans of 24 hours."""

    caps: tuple[Cap, ...]
    in_peaks: tuple[Cap, ...]
    peaks: tuple[Peak, ...]
    service_hours: int
    new_days: int

    @cached_property
    def longest_days(self) -> int:
        """How far back what was sent can matter."""
        return max((one.days for one in (*self.caps, *self.in_peaks)), default=0)


def cap(
    kind: str,
    stage: str,
    tier: str,
    sent: Sequence[Sent],
    first_purchase_at: int | None,
    rules: Caps,
    now: int,
    event_at: int | None = None,
) -> Capped | None:
    """The cap that holds such a message back the longest; None where it may go now.

    `sent`: kinds and times of what went to the contact. A service message is free of caps for a
    while after its event (`event_at`), and so is one that follows no event; afterwards it counts
    as useful content.
    """
    if kind == "service":
        if event_at is None or now <= event_at + rules.service_hours * clock.HOUR:
            return None
        kind = "useful"
    # Whoever has bought is new by the time of that, and no longer, whatever the stage says.
    new_until = first_purchase_at + rules.new_days * clock.DAY if first_purchase_at else 0
    stage = "" if stage == "new" and first_purchase_at else stage
    worst = None
    for one in rules.caps:
        until = 0
        if one.concerns(kind, stage, tier):
            until = one.free_at(sent)
        elif now < new_until and one.concerns(kind, "new", tier):
            until = min(one.free_at(sent), new_until)
        if until > now and one.kinds == ("promotion",):
            until = _in_peak(until, sent, rules, now)
        if until > now and (worst is None or until > worst.until):
            worst = Capped(one, until)
    return worst


def _in_peak(until: int, sent: Sequence[Sent], rules: Caps, now: int) -> int:
    """The earlier moment that a peak period allows, if one does."""
    milder = max((one.free_at(sent) for one in rules.in_peaks), default=0)
    for peak in rules.peaks:
        at = max(now, peak.begins_at, milder)
        if at < peak.ends_at:
            until = min(until, at)
    return until
