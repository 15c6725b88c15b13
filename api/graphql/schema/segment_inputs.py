"""Rules of segments as they are written: leaves as those of filters, under all, any and none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import strawberry

from api.errors import camel
from api.graphql.described import enum_type, input_type, one_of_type
from api.graphql.scalars import (
    Amount,
    DateTime,
    Locale,
    TimeZone,
    show_amount,
    show_time,
)
from api.graphql.schema.contacts import ConsentStateKind
from api.graphql.schema.filters import CountryCondition, LocaleCondition, TagCondition
from api.graphql.schema.scores import MessageIntent, MessageTopic


def _left_out(description: str) -> Any:
    return strawberry.field(default=None, description=description)


def _one(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@enum_type
class SegmentFigure(Enum):
    """A number that is known of each contact."""

    ORDERS = strawberry.enum_value("ORDERS", description="Orders that stand.")
    ORDERS_30D = strawberry.enum_value("ORDERS_30D", description="Orders of the last 30 days.")
    ORDERS_90D = strawberry.enum_value("ORDERS_90D", description="Orders of the last 90 days.")
    ORDERS_180D = strawberry.enum_value("ORDERS_180D", description="Orders of the last 180 days.")
    ORDERS_365D = strawberry.enum_value("ORDERS_365D", description="Orders of the last 365 days.")
    INBOUND_30D = strawberry.enum_value(
        "INBOUND_30D", description="Messages of theirs in the last 30 days."
    )
    CLICKS_7D = strawberry.enum_value(
        "CLICKS_7D", description="Links that they followed in the last 7 days."
    )
    RECENCY_SCORE = strawberry.enum_value(
        "RECENCY_SCORE", description="How lately they bought: 1 to 5, the fifth that did last."
    )
    FREQUENCY_SCORE = strawberry.enum_value(
        "FREQUENCY_SCORE", description="How often they bought: 1 to 5."
    )
    MONETARY_SCORE = strawberry.enum_value(
        "MONETARY_SCORE", description="For how much they bought: 1 to 5."
    )
    ENGAGEMENT = strawberry.enum_value("ENGAGEMENT", description="How engaged: 0 to 100.")
    CHURN_RISK = strawberry.enum_value("CHURN_RISK", description="How near to leaving: 0 to 100.")


@enum_type
class SegmentAmount(Enum):
    """An amount in the tenant's currency that is known of each contact."""

    SPENT = strawberry.enum_value("SPENT", description="What all their orders come to.")
    SPENT_NET = strawberry.enum_value("SPENT_NET", description="The same, less refunds.")
    SPENT_365D = strawberry.enum_value("SPENT_365D", description="In the last 365 days.")
    FIRST_ORDER = strawberry.enum_value("FIRST_ORDER", description="Their first order.")
    LARGEST_ORDER = strawberry.enum_value("LARGEST_ORDER", description="Their largest order.")


@input_type
class NumberRange:
    """From one number to another, both inside."""

    at_least: int | None = _left_out("This or more.")
    at_most: int | None = _left_out("This or less.")


@input_type
class AmountRange:
    """From one amount to another in the tenant's currency, both inside."""

    at_least: Amount | None = _left_out("This or more.")
    at_most: Amount | None = _left_out("This or less.")


@input_type
class SegmentTime:
    """When something was; what is given holds together."""

    within_days: int | None = _left_out("At most so many times 24 hours ago.")
    older_than_days: int | None = _left_out("More than so many times 24 hours ago.")
    after: DateTime | None = _left_out("At this moment or later.")
    before: DateTime | None = _left_out("Before this moment.")


@input_type
class TimeZoneCondition:
    """Which time zone."""

    in_: list[TimeZone] = strawberry.field(name="in", description="One of these.")


@input_type
class TextCondition:
    """Which value."""

    in_: list[str] = strawberry.field(name="in", description="One of these.")


@input_type
class FigureCondition:
    """A number that is known of each contact."""

    name: SegmentFigure = strawberry.field(description="Which.")
    at_least: int | None = _left_out("This or more.")
    at_most: int | None = _left_out("This or less.")


@input_type
class AmountCondition(AmountRange):
    """An amount that is known of each contact."""

    name: SegmentAmount = strawberry.field(description="Which.")


@input_type
class ConsentCondition:
    """How a consent to marketing stands."""

    topic: str | None = _left_out("The code of a topic; left out for marketing as a whole.")
    in_: list[ConsentStateKind] = strawberry.field(name="in", description="One of these.")


@input_type
class EventCondition:
    """How often something touched them."""

    kinds: list[str] = strawberry.field(
        description="Of one of these kinds: link.clicked, cart.abandoned, message.received, …"
    )
    count: NumberRange | None = _left_out("How often; left out for at least once.")
    time: SegmentTime | None = _left_out("When; left out for ever.")


@input_type
class OrderCondition:
    """What they ordered: orders that were called off or deleted, and tests, do not count."""

    count: NumberRange | None = _left_out(
        "How many orders; left out for at least one, or with `total` for any number."
    )
    total: AmountRange | None = _left_out("What these orders come to together.")
    products: list[str] | None = _left_out(
        "Only orders with one of these, by the shop's id of the product or by article number."
    )
    time: SegmentTime | None = _left_out("When they were placed; left out for ever.")


@input_type
class MessageCondition:
    """How many messages of theirs were read as such."""

    count: NumberRange | None = _left_out("How many; left out for at least one.")
    level: NumberRange | None = _left_out("1 courtesy, 2 exchange of information, 3 call to act.")
    mood: NumberRange | None = _left_out("From -1, bad, to 1, good.")
    intents: list[MessageIntent] | None = _left_out("What they want: one of these.")
    topics: list[MessageTopic] | None = _left_out("What they are about: one of these.")
    languages: list[Locale] | None = _left_out("Written in one of these.")
    time: SegmentTime | None = _left_out("When they came; left out for ever.")


@input_type
class AttributeCondition:
    """Something that is kept under a key: it can be equal, and nothing else can be asked."""

    name: str = strawberry.field(description="phone or email.")
    is_: str | None = strawberry.field(default=None, name="is", description="It is this.")
    starts_with: str | None = _left_out("Refused for what is kept under a key.")
    contains: str | None = _left_out("Refused for what is kept under a key.")


@one_of_type
class SegmentRule:
    """A group of rules, or a condition on a contact: exactly one of these."""

    all: list[SegmentRule] | None = _one("Each of these holds: 1 to 50.")
    any: list[SegmentRule] | None = _one("At least one of these holds: 1 to 50.")
    none: list[SegmentRule] | None = _one("None of these holds: 1 to 50.")
    language: LocaleCondition | None = _one("Their language.")
    country: CountryCondition | None = _one("Their country.")
    time_zone: TimeZoneCondition | None = _one("Their time zone.")
    source: TextCondition | None = _one("How they came: whatsapp, store, import, …")
    created_at: SegmentTime | None = _one("When they became a contact.")
    tags: TagCondition | None = _one("Their tags.")
    consent: ConsentCondition | None = _one("Their consent to marketing.")
    events: EventCondition | None = _one("What touched them, and how often.")
    orders: OrderCondition | None = _one("What they ordered.")
    messages: MessageCondition | None = _one("How their messages were read.")
    figure: FigureCondition | None = _one("A number that is known of each.")
    amount: AmountCondition | None = _one("An amount that is known of each.")
    rfm_segment: TextCondition | None = _one("By recency and frequency: champion, at_risk, …")
    recency_class: TextCondition | None = _one("active, cooling, sleeping, lost, …")
    frequency_class: TextCondition | None = _one("high, medium, low, gone.")
    tier: TextCondition | None = _one("platinum, gold, silver, prospect.")
    value_class: TextCondition | None = _one("vip, active, potential, sleeping.")
    stage: TextCondition | None = _one("prospect, new, active, regular, cooling, …")
    engagement_class: TextCondition | None = _one("How engaged they are.")
    churn_class: TextCondition | None = _one("How near to leaving they are.")
    segment: strawberry.ID | None = _one("The rule of another segment holds.")
    contacts: list[strawberry.ID] | None = _one("One of these contacts.")
    attribute: AttributeCondition | None = _one("Their phone or e-mail address.")


def plain(given: Any) -> Any:
    """What was written, as the JSON that the house keeps."""
    if isinstance(given, Enum):
        return given.value
    if isinstance(given, list):
        return [plain(one) for one in given]
    if not is_dataclass(given):
        return given
    return {
        camel(one.name.removesuffix("_")): _SHOWN.get((type(given), one.name), plain)(value)
        for one in fields(given)
        if (value := getattr(given, one.name)) is not None and value is not strawberry.UNSET
    }


# What is an integer inside, and a text in JSON.
_SHOWN: dict[tuple[type, str], Callable[[Any], Any]] = {
    **{(SegmentTime, name): show_time for name in ("after", "before")},
    **{
        (kind, name): show_amount
        for kind in (AmountRange, AmountCondition)
        for name in ("at_least", "at_most")
    },
}
