"""What orders and messages make of a contact, and the quintiles of all who bought (F36)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

import commerce
import segments as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.scalars import DateTime, when
from api.graphql.schema.money import Money, money, money_or_none
from api.graphql.schema.pace_kinds import LifecycleStage
from kernel import clock
from kernel.ids import Id


@enum_type
class RecencyClass(Enum):
    """When they bought, wrote or clicked last."""

    ACTIVE = strawberry.enum_value("active", description="At most 30 days ago.")
    COOLING = strawberry.enum_value("cooling", description="31 to 89 days ago.")
    SLEEPING = strawberry.enum_value("sleeping", description="90 to 180 days ago.")
    LOST = strawberry.enum_value("lost", description="Longer ago.")


@enum_type
class FrequencyClass(Enum):
    """How often they buy."""

    HIGH = strawberry.enum_value("high", description="3 times or more in the last 30 days.")
    MEDIUM = strawberry.enum_value("medium", description="Less, but in the last 90 days.")
    LOW = strawberry.enum_value("low", description="Not since, but in the last 365 days.")
    GONE = strawberry.enum_value("gone", description="They bought, but not for a year.")


@enum_type
class CustomerTier(Enum):
    """What they are worth: amounts in the tenant's currency, over the last 365 days."""

    PLATINUM = strawberry.enum_value("platinum", description="1,000 or more in 4 or more orders.")
    GOLD = strawberry.enum_value("gold", description="300 or more in 2 or more orders.")
    SILVER = strawberry.enum_value("silver", description="A first order ever of 50 or more.")
    PROSPECT = strawberry.enum_value("prospect", description="They wrote, and never bought.")


@enum_type
class CustomerClass(Enum):
    """The same together with when they were seen last."""

    VIP = strawberry.enum_value("vip", description="Platinum.")
    ACTIVE = strawberry.enum_value("active", description="They bought, and are active or cooling.")
    POTENTIAL = strawberry.enum_value("potential", description="The same, but never bought.")
    SLEEPING = strawberry.enum_value("sleeping", description="Not seen for 90 days or more.")


@enum_type
class RfmSegment(Enum):
    """The ten cells of recency (r) and frequency (f)."""

    CHAMPION = strawberry.enum_value("champion", description="r 5, f 4 or 5.")
    LOYAL = strawberry.enum_value("loyal", description="r 3 or 4, f 4 or 5.")
    POTENTIAL_LOYALIST = strawberry.enum_value(
        "potential_loyalist", description="r 4 or 5, f 2 or 3."
    )
    NEW = strawberry.enum_value("new", description="r 5, f 1.")
    PROMISING = strawberry.enum_value("promising", description="r 4, f 1.")
    NEED_ATTENTION = strawberry.enum_value("need_attention", description="r 3, f 3.")
    ABOUT_TO_SLEEP = strawberry.enum_value("about_to_sleep", description="r 3, f 1 or 2.")
    CANT_LOSE = strawberry.enum_value("cant_lose", description="r 1 or 2, f 5.")
    AT_RISK = strawberry.enum_value("at_risk", description="r 1 or 2, f 3 or 4.")
    HIBERNATING = strawberry.enum_value("hibernating", description="r 1 or 2, f 1 or 2.")


@object_type
class RfmScores:
    """In which fifth of all customers one is: 1 the lowest, 5 the highest."""

    recency: int = strawberry.field(description="By the day of the last order.")
    frequency: int = strawberry.field(description="By the number of orders.")
    monetary: int = strawberry.field(description="By what they spent.")


@object_type
class ContactFacts:
    """What orders and messages of a contact come to.

    Orders that were called off, deleted or made as a test do not count; amounts are in the tenant's
    currency, days are of UTC.
    """

    row: strawberry.Private[room.FactsRow]
    currency: strawberry.Private[str]

    @strawberry.field(description="When they bought for the first time.")
    def first_order_at(self) -> DateTime | None:
        return when(self.row["first_order_at"])

    @strawberry.field(description="When they bought for the last time.")
    def last_order_at(self) -> DateTime | None:
        return when(self.row["last_order_at"])

    @strawberry.field(description="Days since then: an order of yesterday, 1.")
    def days_since_order(self) -> int | None:
        at = self.row["last_order_at"]
        return None if at is None else max(0, clock.now() // clock.DAY - at // clock.DAY)

    @strawberry.field(description="How many orders.")
    def orders(self) -> int:
        return self.row["orders"]

    @strawberry.field(description="What they come to.")
    def spent(self) -> Money:
        return money(self.row["spent"], self.currency)

    @strawberry.field(description="The same without what was given back.")
    def spent_net(self) -> Money:
        return money(self.row["spent_net"], self.currency)

    @strawberry.field(description="What the first order came to.")
    def first_order(self) -> Money | None:
        return money_or_none(self.row["first_order"], self.currency)

    @strawberry.field(description="What the largest order came to.")
    def largest_order(self) -> Money | None:
        return money_or_none(self.row["largest_order"], self.currency)

    @strawberry.field(description="Orders of the last 30 days.")
    def orders_in_30_days(self) -> int:
        return self.row["orders_30d"]

    @strawberry.field(description="Orders of the last 90 days.")
    def orders_in_90_days(self) -> int:
        return self.row["orders_90d"]

    @strawberry.field(description="Orders of the last 180 days.")
    def orders_in_180_days(self) -> int:
        return self.row["orders_180d"]

    @strawberry.field(description="Orders of the last 365 days.")
    def orders_in_365_days(self) -> int:
        return self.row["orders_365d"]

    @strawberry.field(description="What these come to.")
    def spent_in_365_days(self) -> Money:
        return money(self.row["spent_365d"], self.currency)

    @strawberry.field(description="When they wrote last.")
    def last_inbound_at(self) -> DateTime | None:
        return when(self.row["last_inbound_at"])

    @strawberry.field(description="When they were written to last.")
    def last_outbound_at(self) -> DateTime | None:
        return when(self.row["last_outbound_at"])

    @strawberry.field(description="When they read last what was written to them.")
    def last_read_at(self) -> DateTime | None:
        return when(self.row["last_read_at"])

    @strawberry.field(description="How many messages they wrote in the last 30 days.")
    def inbound_in_30_days(self) -> int:
        return self.row["inbound_30d"]

    @strawberry.field(description="How many links they clicked in the last 7 days.")
    def clicks_in_7_days(self) -> int:
        return self.row["clicks_7d"]

    @strawberry.field(
        description="Their fifths where equal values have equal scores; null while they have not "
        "bought, or not been scored."
    )
    def rfm_by_ties(self) -> RfmScores | None:
        return _scores(self.row["r"], self.row["f"], self.row["m"])

    @strawberry.field(description="Their fifths where all fifths are of equal size.")
    def rfm_by_ntile(self) -> RfmScores | None:
        return _scores(self.row["rn"], self.row["fn"], self.row["mn"])

    @strawberry.field(description="Their cell, by the rule that the tenant chose (rfmRule).")
    def rfm_segment(self) -> RfmSegment | None:
        segment = self.row["rfm_segment"]
        return RfmSegment(segment) if segment else None

    @strawberry.field(description="When they were seen last; null: never.")
    def recency_class(self) -> RecencyClass | None:
        found = self.row["recency_class"]
        return RecencyClass(found) if found else None

    @strawberry.field(description="How often they buy; null: they never did.")
    def frequency_class(self) -> FrequencyClass | None:
        found = self.row["frequency_class"]
        return FrequencyClass(found) if found else None

    @strawberry.field(description="What they are worth; null: less than silver.")
    def tier(self) -> CustomerTier | None:
        return CustomerTier(self.row["tier"]) if self.row["tier"] else None

    @strawberry.field(description="VIP, active, potential or sleeping; null: never seen.")
    def customer_class(self) -> CustomerClass | None:
        found = self.row["value_class"]
        return CustomerClass(found) if found else None

    @strawberry.field(description="Whether they are lost, and once bought for more than 100.")
    def is_valuable_lost(self) -> bool:
        return self.row["recency_class"] == "lost" and (self.row["largest_order"] or 0) > 100_0000

    @strawberry.field(description="Where they stand as a customer, as pace knows it.")
    def stage(self) -> LifecycleStage:
        return LifecycleStage(self.row["stage"] or "")

    @strawberry.field(description="When something of this changed last.")
    def computed_at(self) -> DateTime:
        return DateTime(self.row["computed_at"])


async def load_facts(_asked: Context, ids: list[Id]) -> Mapping[Id, ContactFacts]:
    """Facts by contact, of those who have any."""
    found = await room.facts_of(ids)
    currency = await commerce.base_currency() if found else ""
    return {one: ContactFacts(row=row, currency=currency) for one, row in found.items()}


def _scores(r: int | None, f: int | None, m: int | None) -> RfmScores | None:
    if r is None or f is None or m is None:
        return None
    return RfmScores(recency=r, frequency=f, monetary=m)
