"""What touched a contact, in one order (F8)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

import strawberry

import contacts as room
from api.graphql.context import Context
from api.graphql.described import object_type
from api.graphql.nested import Nested
from api.graphql.pages import After, Before, Connection, First, Last
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.carts import Cart, load_carts
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.money import Money, money
from api.graphql.schema.orders import Order, load_orders
from api.graphql.schema.privacy_requests import PrivacyRequest, load_requests
from api.graphql.schema.tags import Tag, load_tags
from api.graphql.schema.timeline_kinds import TimelineKind, events_of
from api.graphql.schema.touchpoints import Touchpoint, load_touchpoints
from kernel.ids import Id
from tenants import Permission


@object_type
class TimelineEntry:
    """One thing that touched a contact."""

    row: strawberry.Private[room.TouchRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="When.")
    def at(self) -> DateTime:
        return DateTime(self.row["at"])

    @strawberry.field(
        description="What, by its name in the catalogue of events: message.received, order.placed, "
        "cart.abandoned, consent.withdrawn and so on."
    )
    def kind(self) -> str:
        return self.row["kind"]

    @strawberry.field(description="What it came to, where it is about money.")
    def amount(self) -> Money | None:
        row = self.row
        if row["amount"] is None or row["currency"] is None:
            return None
        return money(row["amount"], row["currency"])

    @strawberry.field(
        description="The order that was placed or cancelled.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    def order(self) -> Order | None:
        is_order = self.row["kind"] in ("order.placed", "order.cancelled")
        return self.asked.loader(load_orders).get(self.row["reference"]) if is_order else None

    @strawberry.field(
        description="The cart that was abandoned or recovered.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    def cart(self) -> Cart | None:
        is_cart = self.row["kind"].startswith("cart.")
        return self.asked.loader(load_carts).get(self.row["reference"]) if is_cart else None

    @strawberry.field(
        description="The message, note or call.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    def message(self) -> Message | None:
        is_message = self.row["kind"].startswith(("message.", "send.", "note.", "call."))
        return self.asked.loader(load_messages).get(self.row["reference"]) if is_message else None

    @strawberry.field(description="The tag that came or went.")
    def tag(self) -> Tag | None:
        is_tag = self.row["kind"] in ("contact.tagged", "contact.untagged")
        return self.asked.loader(load_tags).get(self.row["reference"]) if is_tag else None

    @strawberry.field(
        description="The touchpoint that they came through.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    def touchpoint(self) -> Touchpoint | None:
        is_use = self.row["kind"] == "touchpoint.used"
        return self.asked.loader(load_touchpoints).get(self.row["reference"]) if is_use else None

    @strawberry.field(
        description="The request by which they claimed a right.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    def request(self) -> PrivacyRequest | None:
        is_request = self.row["kind"].startswith("privacy.")
        return self.asked.loader(load_requests).get(self.row["reference"]) if is_request else None


def timeline_of(
    asked: Context,
    contact_id: Id,
    kinds: Sequence[TimelineKind] | None,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[TimelineEntry]:
    """What touched a contact, of these kinds or of all, the latest first."""
    wanted = None if kinds is None else events_of(kinds)
    return _timelines(wanted).page(asked, contact_id, first, after, last, before)


# One object for each wish, by which the pages of several contacts are read together.
@lru_cache(maxsize=100)
def _timelines(kinds: tuple[str, ...] | None) -> Nested[room.TouchRow, TimelineEntry]:
    return Nested(
        f"timeline {kinds}",
        "DESC",
        partial(room.end_touches, kinds=kinds),
        partial(room.touch_page, kinds=kinds),
        partial(room.count_touches, kinds=kinds),
        lambda row: (row["at"], row["id"]),
        _make,
    )


def _make(asked: Context, rows: Sequence[room.TouchRow]) -> list[TimelineEntry]:
    return [TimelineEntry(row=row, asked=asked) for row in rows]
