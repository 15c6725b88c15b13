"""Which kinds of things touch a contact, for those who want to see some of them (F8)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated

import strawberry

from api.graphql.described import enum_type
from tenants import CATALOGUE


@enum_type
class TimelineKind(Enum):
    """What touched a contact, in kinds; each is some events of the catalogue."""

    MESSAGES = strawberry.enum_value("messages", description="What they wrote and were written.")
    CALLS = strawberry.enum_value("calls", description="Their calls.")
    NOTES = strawberry.enum_value("notes", description="What colleagues noted about them.")
    CONSENT = strawberry.enum_value("consent", description="What they allowed, and what not.")
    TOUCHPOINTS = strawberry.enum_value("touchpoints", description="Where they came through.")
    ORDERS = strawberry.enum_value("orders", description="What they bought, and what became of it.")
    CARTS = strawberry.enum_value("carts", description="What they nearly bought.")
    STOREFRONT = strawberry.enum_value("storefront", description="What they did in the shop.")
    CLICKS = strawberry.enum_value(
        "clicks", description="Links they followed; none is counted so far."
    )
    SURVEYS = strawberry.enum_value(
        "surveys", description="Surveys they were asked; there are none so far."
    )
    TAGS = strawberry.enum_value("tags", description="Tags that came and went.")
    SCORES = strawberry.enum_value("scores", description="Stages, tiers and scores that changed.")
    PRIVACY = strawberry.enum_value("privacy", description="Rights that they claimed.")


TimelineKindsArg = Annotated[
    list[TimelineKind] | None, strawberry.argument(description="Only these; null for all.")
]

# How the names of their events begin.
_BEGIN: dict[TimelineKind, tuple[str, ...]] = {
    TimelineKind.MESSAGES: ("message.received", "message.recorded", "send.sent"),
    TimelineKind.CALLS: ("call.",),
    TimelineKind.NOTES: ("note.written",),
    TimelineKind.CONSENT: ("consent.", "preference."),
    TimelineKind.TOUCHPOINTS: ("touchpoint.",),
    TimelineKind.ORDERS: ("order.",),
    TimelineKind.CARTS: ("cart.", "checkout."),
    TimelineKind.STOREFRONT: ("product.viewed", "storefront."),
    TimelineKind.CLICKS: ("link.clicked",),
    TimelineKind.SURVEYS: ("survey.", "feedback."),
    TimelineKind.TAGS: ("contact.tagged", "contact.untagged"),
    TimelineKind.SCORES: ("score.", "contact.stage_changed", "contact.tier_changed"),
    TimelineKind.PRIVACY: ("privacy.", "restriction."),
}


def events_of(kinds: Sequence[TimelineKind]) -> tuple[str, ...]:
    """The events of these kinds, by their names in the catalogue, sorted."""
    begin = tuple(text for kind in kinds for text in _BEGIN[kind])
    return tuple(sorted(one.name for one in CATALOGUE if one.name.startswith(begin)))
