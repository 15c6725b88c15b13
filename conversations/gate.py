"""The one gate: may this message leave now, and if not, why (F21).

A pure function over facts that are read in one statement for a whole batch. It is asked when a
message is queued, so that its writer hears at once, and again when it is claimed, because consent,
windows and accounts change meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from channels import TOKEN_REFUSALS
from conversations.content import Content, TemplateMessage, needs_window
from kernel import clock
from kernel.ids import Id

Ruling = Literal["send", "refuse"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a message is for, where that may be gone before it leaves: a `consent_request`."""

    kind: Literal["consent_request"]
    id: Id


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
    promoted_at: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message may not leave: a code, and a sentence that says what would be right."""

    code: str
    message: str
    field: str = "conversation"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate said, with all its reasons."""

    ruling: Ruling
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A message for which the gate is asked; `id` is anything that names it in the batch.

    `is_new`: it stands in no queue yet, so it is better refused than to wait for somebody to act.
    """

    id: Id
    contact_id: Id
    number_id: Id
    needs_window: bool
    template_name: str | None = None
    template_language: str | None = None
    is_new: bool = False
    occasion: str | None = None
    occasion_id: Id | None = None
    topic: str = ""

    @classmethod
    def of(
        cls,
        row_id: Id,
        contact_id: Id,
        number_id: Id,
        content: Content,
        occasion: Occasion | None = None,
        topic: str = "",
    ) -> Asked:
        """The question for a content that somebody wants to send."""
        template = content if isinstance(content, TemplateMessage) else None
        return cls(
            row_id,
            contact_id,
            number_id,
            needs_window(content),
            template.name if template else None,
            template.language if template else None,
            is_new=True,
            occasion=occasion.kind if occasion else None,
            occasion_id=occasion.id if occasion else None,
            topic=topic,
        )


def rule(asked: Asked, row: Mapping[str, Any], now: int) -> tuple[Decision, str]:
    """The decision on a row of `gate_facts.sql`, and the category that the message counts as.

    The category is the template's of this moment: the platform may have changed it (5.4).
    """
    is_template = asked.template_name is not None
    category = (row["template_category"] or "").lower() if is_template else "service"
    facts = Facts(
        needs_window=asked.needs_window,
        category=category,
        is_template=is_template,
        token_refused=asked.is_new and _is_refused(row, now),
        occasion=asked.occasion,
        **{name: row[name] for name in _READ},
    )
    return decide(facts, now), category


def decide(facts: Facts, now: int) -> Decision:
    """All reasons at once, so that nobody mends one only to meet the next."""
    reasons = [reason for rule in _RULES if (reason := rule(facts, now))]
    return Decision("refuse" if reasons else "send", tuple(reasons))


def _tenant(facts: Facts, _now: int) -> Reason | None:
    if facts.tenant_state == "active":
        return None
    return Reason("TENANT_SUSPENDED", "This tenant is suspended; nothing is sent.")


def _contact(facts: Facts, _now: int) -> Reason | None:
    if facts.contact_state == "frozen":
        return Reason("CONTACT_RESTRICTED", "This contact's data may be kept, but not used.")
    if facts.contact_state != "active":
        return Reason("CONTACT_GONE", "This contact is no longer there.")
    if not facts.has_address:
        return Reason("NO_ADDRESS", "Neither a phone number nor a user id is known.")
    return None


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
    return Reason("OCCASION_GONE", "What this message is for is over.")


def _consent(facts: Facts, _now: int) -> Reason | None:
    if facts.occasion == _ASKS:
        return None  # it asks for the consent (F9)
    # A template whose category nobody has told yet may well be marketing.
    is_unknown = facts.is_template and facts.template_status is None
    if is_unknown or facts.category in _WITHOUT_CONSENT:
        return None
    if facts.is_suppressed:
        return Reason(
            "SUPPRESSED",
            "This person was erased and wrote again; only their own new consent allows marketing.",
        )
    if facts.marketing == "confirmed":
        return None
    if facts.marketing == "withdrawn":
        return Reason("CONSENT_WITHDRAWN", "This contact has withdrawn consent to marketing.")
    return Reason("NO_CONSENT", "This contact has not confirmed consent to marketing.")


def _choice(facts: Facts, now: int) -> Reason | None:
    """What they chose themselves: about what, and how often (F12)."""
    if facts.category in _WITHOUT_CONSENT:
        return None
    if facts.topic_consent in ("withdrawn", "refused"):
        return Reason("TOPIC_UNWANTED", "This contact does not want to hear about this topic.")
    days = facts.marketing_gap_days
    if days and facts.promoted_at and facts.promoted_at + days * clock.DAY > now:
        return Reason(
            "TOO_SOON", f"This contact wants one promotion in {days} days at most, and had one."
        )
    return None


def _template(facts: Facts, _now: int) -> Reason | None:
    if not facts.is_template or facts.template_status == "APPROVED":
        return None
    if facts.template_status is None:
        return Reason("UNKNOWN_TEMPLATE", "There is no such template in this language.", "content")
    return Reason(
        "TEMPLATE_NOT_APPROVED",
        f"The template is {facts.template_status}; only an approved one can be sent.",
        "content",
    )


def _line(facts: Facts, now: int) -> Reason | None:
    if facts.number_state != "connected":
        return Reason("NUMBER_DISCONNECTED", "This business number is not connected.")
    if not facts.has_token:
        return Reason("NO_TOKEN", "This business number has no access token; connect it with one.")
    if facts.token_refused:
        return Reason(
            "TOKEN_REFUSED",
            "The platform refuses this number's access token. Connect the number with a new one; "
            "what waits goes out then.",
        )
    if facts.waba_state in ("disabled", "offboarded"):
        return Reason("ACCOUNT_DISABLED", "The platform has closed this account.")
    is_held = facts.waba_state == "restricted" and (facts.restricted_until or now + 1) > now
    if is_held and facts.is_template:
        return Reason("ACCOUNT_RESTRICTED", "The platform bars this account from writing first.")
    return None


def _is_refused(row: Mapping[str, Any], now: int) -> bool:
    expires_at = row["token_expires_at"]
    is_expired = expires_at is not None and expires_at <= now
    return is_expired or row["held_because"] in TOKEN_REFUSALS


_READ = (
    "window_closed_at",
    "tenant_state",
    "contact_state",
    "marketing",
    "is_suppressed",
    "number_state",
    "waba_state",
    "restricted_until",
    "has_address",
    "has_token",
    "template_status",
    "request_expires_at",
    "topic_consent",
    "marketing_gap_days",
    "promoted_at",
)
_ASKS = "consent_request"
_WITHOUT_CONSENT = frozenset({"service", "utility", "authentication"})
_RULES = (_tenant, _contact, _window, _occasion, _consent, _choice, _template, _line)
