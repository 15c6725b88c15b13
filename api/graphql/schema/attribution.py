"""To which touch an order belongs, and what campaigns brought (F34)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

import commerce
import counters as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.money import Money, money_or_none
from api.graphql.schema.touchpoints import Touchpoint, load_touchpoints
from kernel.ids import Id
from tenants import Permission

if TYPE_CHECKING:
    from api.graphql.schema.campaigns import Campaign


@enum_type
class AttributionEvidence(Enum):
    """What shows that an order belongs to a touch, the strongest first."""

    COUPON = strawberry.enum_value("coupon", description="A code was handed in with the order.")
    READ = strawberry.enum_value("read", description="They read a promotion before they ordered.")
    DELIVERY = strawberry.enum_value(
        "delivery", description="A promotion was delivered to them before they ordered."
    )


@object_type
class Attribution:
    """The touch that an order belongs to: its coupon's, else the last one in the tenant's window
    (attributionDays) that was read, else that was delivered. An order belongs to one at most.
    """

    row: strawberry.Private[room.AttributionRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="What shows it.")
    def evidence(self) -> AttributionEvidence:
        return AttributionEvidence(self.row["evidence"])

    @strawberry.field(description="How sure it is, from 0 to 1.")
    def confidence(self) -> float:
        return self.row["confidence"] / 100

    @strawberry.field(description="When they were touched; for a coupon, when they ordered.")
    def at(self) -> DateTime:
        return DateTime(self.row["touched_at"])

    @strawberry.field(
        description="The message that touched them; null for a coupon.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    def touch(self) -> Message | None:
        message_id = self.row["message_id"]
        return self.asked.loader(load_messages).get(message_id) if message_id else None

    @strawberry.field(
        description="The campaign of that message; null where it was sent by itself.",
        directives=[requires(Permission.CAMPAIGNS_READ)],
    )
    def campaign(
        self,
    ) -> Annotated[Campaign, strawberry.lazy("api.graphql.schema.campaigns")] | None:
        from api.graphql.schema.campaigns import load_campaigns

        campaign_id = self.row["campaign_id"]
        return self.asked.loader(load_campaigns).get(campaign_id) if campaign_id else None

    @strawberry.field(description="The touchpoint of the coupon; null for a message.")
    def touchpoint(self) -> Touchpoint | None:
        touchpoint_id = self.row["touchpoint_id"]
        return self.asked.loader(load_touchpoints).get(touchpoint_id) if touchpoint_id else None


@object_type
class CampaignRevenue:
    """What a campaign brought, in the tenant's currency; tests and called-off orders never count,
    nor do amounts in a currency that no rate is given for.
    """

    found: strawberry.Private[room.Revenue]
    currency: strawberry.Private[str]

    @strawberry.field(description="How many orders belong to it.")
    def orders(self) -> int:
        return self.found.orders

    @strawberry.field(description="What they came to, less what was given back.")
    def total(self) -> Money | None:
        return money_or_none(self.found.net, self.currency)

    @strawberry.field(
        description="That by recipient whom the platform took a message for; null for none."
    )
    def per_recipient(self) -> Money | None:
        return money_or_none(self.found.per_recipient, self.currency)

    @strawberry.field(
        description="What one of them came to when it was placed; null without orders."
    )
    def average_order(self) -> Money | None:
        return money_or_none(self.found.average, self.currency)

    @strawberry.field(
        description="What any of the tenant's orders came to since the campaign's start."
    )
    def store_average_order(self) -> Money | None:
        return money_or_none(self.found.store_average, self.currency)


async def load_attributions(asked: Context, order_ids: list[Id]) -> Mapping[Id, Attribution]:
    """What orders belong to, of those that belong to anything."""
    rows = await room.attributions_of(order_ids)
    return {order_id: Attribution(row=row, asked=asked) for order_id, row in rows.items()}


async def load_revenue(_asked: Context, campaign_ids: list[Id]) -> Mapping[Id, CampaignRevenue]:
    """What campaigns brought."""
    currency = await commerce.base_currency()
    found = await room.revenue_of(campaign_ids)
    return {one: CampaignRevenue(found=what, currency=currency) for one, what in found.items()}
