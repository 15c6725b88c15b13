"""The one gate: may this message leave now, later or not, and why (F21).

A pure function over facts that are read in one statement for a whole batch. It is asked when a
message is queued, so that its writer hears at once, and again when it is claimed, because consent,
windows and accounts change meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from contacts import Moment, Paced, PaceRules, moment_for
from conversations.asked import ASKS_CONSENT, PaceKind
from conversations.barriers import NO_BARRIERS, Barriers
from conversations.reasons import Reason, reason
from kernel import clock
from kernel.ids import Id

Ruling = Literal["send", "defer", "refuse"]

# What names no end of its own waits no longer than this: it would come when nobody expects it.
PATIENCE = clock.DAY
# How long nobody is told the same again: by another campaign, or by a program that serves them.
_SAME, _SAME_SERVICE = clock.DAY, 10 * clock.MINUTE
_NOWHERE = Paced(None, None)


class Went(NamedTuple):
    """Something that went to a contact, or may have, besides what serves them."""

    at: int
    pace_kind: PaceKind
    category: str
    origin_id: Id | None
    template_name: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate looks at; times in microseconds, None where there is no such thing."""

    needs_window: bool
    category: str
    window_closed_at: int
    tenant_state: str
    contact_state: str
    marketing: str | None
    is_suppressed: bool
    number_state: str
    waba_state: str
    restricted_until: int | None
    has_address: bool
    has_token: bool
    token_refused: bool = False
    template_status: str | None = None
    is_template: bool = False
    occasion: str | None = None
    request_expires_at: int | None = None
    topic_consent: str | None = None
    marketing_gap_days: int = 0
    barriers: Barriers = NO_BARRIERS
    template_name: str | None = None
    origin: str = "system"
    origin_id: Id | None = None
    pace_kind: PaceKind = "service"
    sent: tuple[Went, ...] = ()
    said_at: int | None = None
    paced: Paced = _NOWHERE
    # None: nothing limits when and how often.
    rules: PaceRules | None = None
    created_at: int | None = None
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate said, with all its reasons; `until` is when what is deferred is asked again."""

    ruling: Ruling
    reasons: tuple[Reason, ...] = ()
    until: int | None = None


class Ruled(NamedTuple):
    """The decision on a message, and what it counts as at this moment."""

    decision: Decision
    category: str
    pace_kind: PaceKind

    @property
    def may_go(self) -> bool:
        """Whether it may leave now."""
        return self.decision.ruling == "send"


def decide(facts: Facts, now: int) -> Decision:
    """All reasons at once, so that nobody mends one only to meet the next.

    What each reason only puts off waits for the latest, where it is still of use then.
    """
    holds = _moment(facts, now).holds
    reasons = (
        *(found for rule in _RULES if (found := rule(facts, now))),
        *(Reason(one.code, one.message, until=one.until) for one in holds),
    )
    if not reasons:
        return _SEND
    waits = [one.until for one in reasons if one.until is not None]
    if len(waits) < len(reasons):
        return Decision("refuse", reasons)
    until = _moment(facts, max(waits)).at
    if facts.expires_at is not None and until >= facts.expires_at:
        return Decision("refuse", (*reasons, _EXPIRED))
    # What goes to many may take days until its turn comes.
    since = now if facts.origin == "campaign" else facts.created_at or now
    if facts.expires_at is None and until > since + PATIENCE:
        return Decision("refuse", reasons)
    return Decision("defer", reasons, until)


def _moment(facts: Facts, at: int) -> Moment:
    """From when pace and clock let it go; a talk with somebody is free of both (F22, F23)."""
    talks = facts.origin in _BY_HAND and facts.window_closed_at > at
    if facts.rules is None or talks or facts.category == "authentication":
        return Moment(at)
    sent = [(one.pace_kind, one.at) for one in facts.sent]
    return moment_for(facts.pace_kind, facts.paced, sent, facts.rules, at)


def _end(facts: Facts, now: int) -> Reason | None:
    return _EXPIRED if facts.expires_at is not None and facts.expires_at <= now else None


def _tenant(facts: Facts, _now: int) -> Reason | None:
    if facts.tenant_state == "active":
        return None
    return reason("TENANT_SUSPENDED")


def _contact(facts: Facts, _now: int) -> Reason | None:
    if facts.contact_state == "frozen":
        return reason("CONTACT_RESTRICTED")
    if facts.contact_state != "active":
        return reason("CONTACT_GONE")
    if not facts.has_address:
        return reason("NO_ADDRESS")
    return None


def _reach(facts: Facts, now: int) -> Reason | None:
    return facts.barriers.to_them(now)


def _window(facts: Facts, now: int) -> Reason | None:
    if not facts.needs_window or facts.window_closed_at > now:
        return None
    closed = "has not been opened yet"
    if facts.window_closed_at:
        hours = (now - facts.window_closed_at) // 3_600_000_000
        closed = f"closed {hours} h ago" if hours else "closed less than an hour ago"
    return Reason(
        "WINDOW_CLOSED",
        f"The 24-hour window {closed}. Send an approved template instead.",
        "content",
    )


def _occasion(facts: Facts, now: int) -> Reason | None:
    if facts.occasion is None or (facts.request_expires_at or 0) > now:
        return None
    return reason("OCCASION_GONE")


def _consent(facts: Facts, _now: int) -> Reason | None:
    if facts.occasion == ASKS_CONSENT:
        return None  # it asks for the consent (F9)
    # A template whose category nobody has told yet may well be marketing.
    is_unknown = facts.is_template and facts.template_status is None
    if is_unknown or facts.category in _WITHOUT_CONSENT:
        return None
    if facts.is_suppressed:
        return reason("SUPPRESSED")
    if facts.marketing == "confirmed":
        return None
    if facts.marketing == "withdrawn":
        return reason("CONSENT_WITHDRAWN")
    return reason("NO_CONSENT")


def _choice(facts: Facts, now: int) -> Reason | None:
    """What they chose themselves: about what, and how often (F12)."""
    if facts.category in _WITHOUT_CONSENT:
        return None
    if facts.topic_consent in ("withdrawn", "refused"):
        return reason("TOPIC_UNWANTED")
    days = facts.marketing_gap_days
    promoted = [one.at for one in facts.sent if one.category not in _WITHOUT_CONSENT]
    until = max(promoted, default=0) + days * clock.DAY
    if days and until > now:
        return Reason(
            "TOO_SOON",
            f"This contact wants one promotion in {days} days at most, and had one.",
            until=until,
        )
    return None


def _duplicate(facts: Facts, now: int) -> Reason | None:
    """Whether they had it: the same campaign, or another that says the same, or a program that
    says the same in the same words. A person may; and so may what resends a one-time code.
    """
    again = _SAME_SERVICE if facts.pace_kind == "service" else _SAME
    is_code = facts.category == "authentication"
    if facts.said_at is not None and facts.said_at + again > now and not is_code:
        return reason("DUPLICATE")
    if facts.pace_kind == "service" or facts.origin in _BY_HAND:
        return None
    for one in facts.sent:
        is_same = facts.template_name is not None and one.template_name == facts.template_name
        if one.origin_id == facts.origin_id or (is_same and one.at + _SAME > now):
            return reason("DUPLICATE")
    return None


def _template(facts: Facts, _now: int) -> Reason | None:
    if not facts.is_template or facts.template_status == "APPROVED":
        return None
    if facts.template_status is None:
        return reason("UNKNOWN_TEMPLATE", "content")
    return Reason(
        "TEMPLATE_NOT_APPROVED",
        f"The template is {facts.template_status}; only an approved one can be sent.",
        "content",
    )


def _line(facts: Facts, now: int) -> Reason | None:
    if facts.number_state != "connected":
        return reason("NUMBER_DISCONNECTED")
    if not facts.has_token:
        return reason("NO_TOKEN")
    if facts.token_refused:
        return reason("TOKEN_REFUSED")
    if facts.waba_state in ("disabled", "offboarded"):
        return reason("ACCOUNT_DISABLED")
    is_held = facts.waba_state == "restricted" and (facts.restricted_until or now + 1) > now
    if is_held and facts.is_template:
        return reason("ACCOUNT_RESTRICTED")
    return None


def _promotions(facts: Facts, now: int) -> Reason | None:
    is_promotion = facts.is_template and facts.category not in _WITHOUT_CONSENT
    return facts.barriers.to_promotions(now) if is_promotion else None


_BY_HAND = frozenset({"person", "key", "system"})
_WITHOUT_CONSENT = frozenset({"service", "utility", "authentication"})
_SEND = Decision("send")
_EXPIRED = reason("EXPIRED", "expires_at")
_RULES = (
    _end,
    _tenant,
    _contact,
    _reach,
    _window,
    _occasion,
    _consent,
    _choice,
    _duplicate,
    _template,
    _line,
    _promotions,
)
