"""What touched a contact, in one order (F8)."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

import contacts as room
from api.graphql.context import Context
from api.graphql.described import object_type
from api.graphql.nested import Nested
from api.graphql.pages import After, Before, Connection, Direction, First, Last
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.carts import Cart, load_carts
from api.graphql.schema.money import Money, money
from api.graphql.schema.orders import Order, load_orders
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


def timeline_of(
    asked: Context, contact_id: Id, first: First, after: After, last: Last, before: Before
) -> Connection[TimelineEntry]:
    """What touched a contact, the latest first."""
    return _TIMELINES.page(asked, contact_id, first, after, last, before)


async def _beyond(
    contact_id: Id, direction: Direction, place: tuple[int, Id], limit: int
) -> list[room.TouchRow]:
    return await room.touch_page(contact_id, direction, place, limit)


def _make(asked: Context, rows: Sequence[room.TouchRow]) -> list[TimelineEntry]:
    return [TimelineEntry(row=row, asked=asked) for row in rows]


_TIMELINES: Nested[room.TouchRow, TimelineEntry] = Nested(
    "timeline",
    "DESC",
    room.end_touches,
    _beyond,
    room.count_touches,
    lambda row: (row["at"], row["id"]),
    _make,
)
