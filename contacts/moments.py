"""When a message may go to a contact, by pace and by timing together (F22, F23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.calendar import opening
from contacts.pace_rules import PaceRules
from contacts.pacing import Cap, Sent, cap

_SAYS = {
    "QUIET_HOURS": "These are quiet hours where this contact lives.",
    "HOLIDAY": "It is a public holiday where this contact lives.",
    "WEEKEND": "It is the weekend where this contact lives.",
    "OUTSIDE_BEST_HOURS": "This contact reads at other hours.",
}


@dataclass(frozen=True, slots=True)
class Paced:
    """What pace and timing go by; what is not known is "" or None."""

    zone: str | None
    country: str | None
    stage: str = ""
    tier: str = ""
    first_purchase_at: int | None = None
    best_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """What holds a message back: a code, a sentence, and until when (microseconds)."""

    code: str
    message: str
    until: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When a message may go, and all that holds it back until then."""

    at: int
    holds: tuple[Hold, ...] = ()


def moment_for(
    kind: str,
    contact: Paced,
    sent: Sequence[Sent],
    rules: PaceRules,
    now: int,
    event_at: int | None = None,
) -> Moment:
    """The first moment from now on at which neither a cap nor the clock stands in the way.

    `sent` and `event_at` as `pacing.cap` wants them.
    """
    at, holds = now, dict[str, Hold]()
    while True:
        capped = cap(
            kind,
            contact.stage,
            contact.tier,
            sent,
            contact.first_purchase_at,
            rules.caps,
            at,
            event_at,
        )
        if capped:
            holds["FREQUENCY_CAP"] = Hold("FREQUENCY_CAP", _says(capped.cap), capped.until)
        free_at = capped.until if capped else at
        opens = opening(
            free_at, kind, contact.zone, contact.country, rules.timing, contact.best_hour
        )
        for code in opens.reasons:
            holds[code] = Hold(code, _SAYS[code], opens.at)
        if opens.at == at:
            return Moment(at, tuple(holds.values()))
        at = opens.at


def _says(one: Cap) -> str:
    kinds = " and ".join(one.kinds)
    days = "a day" if one.days == 1 else f"{one.days} days"
    return f"This contact had as much as they may get: {kinds}, {one.most} in {days} at most."
