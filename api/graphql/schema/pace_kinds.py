"""The words in which pace and timing are spoken of."""

from __future__ import annotations

from enum import Enum

import strawberry

from api.graphql.described import enum_type


@enum_type
class PaceKind(Enum):
    """What a message is to its reader, by which its pace is set."""

    SERVICE = strawberry.enum_value("service", description="It serves them: an order, a delivery.")
    PROMOTION = strawberry.enum_value("promotion", description="It promotes something.")
    USEFUL = strawberry.enum_value("useful", description="It is of use: a guide, a hint.")
    PERSONAL = strawberry.enum_value("personal", description="It is about them: their birthday.")
    OCCASION = strawberry.enum_value("occasion", description="It follows an occasion of theirs.")


@enum_type
class PaceWait(Enum):
    """What a message can wait for, by the clock and the calendar of its reader."""

    QUIET_HOURS = strawberry.enum_value("quiet_hours", description="The end of quiet hours.")
    HOLIDAYS = strawberry.enum_value("holidays", description="The end of a public holiday.")
    WEEKENDS = strawberry.enum_value("weekends", description="The end of the weekend.")
    BEST_HOURS = strawberry.enum_value(
        "best_hours", description="Their own best hour, or until it is known their region's."
    )


@enum_type
class LifecycleStage(Enum):
    """Where somebody stands as a customer."""

    UNKNOWN = strawberry.enum_value("", description="Nobody has told yet.")
    PROSPECT = strawberry.enum_value("prospect", description="They asked, and never bought.")
    NEW = strawberry.enum_value("new", description="They have just bought for the first time.")
    ACTIVE = strawberry.enum_value("active", description="They buy or write.")
    REGULAR = strawberry.enum_value("regular", description="They buy again and again.")
    COOLING = strawberry.enum_value("cooling", description="They have not been seen for a while.")
    SLEEPING = strawberry.enum_value("sleeping", description="They have not been seen for long.")
    LOST = strawberry.enum_value("lost", description="They buy no more.")


@enum_type
class ValueTier(Enum):
    """What somebody is worth as a customer."""

    UNKNOWN = strawberry.enum_value("", description="Nobody has told yet.")
    HIGH = strawberry.enum_value("high", description="Much.")
    MEDIUM = strawberry.enum_value("medium", description="As most are.")
    LOW = strawberry.enum_value("low", description="Little.")


@enum_type
class Region(Enum):
    """Parts of the world whose people read at the same hours of their day."""

    GENERAL = strawberry.enum_value("general", description="Whatever is in no other.")
    MIDDLE_EAST = strawberry.enum_value("middle_east", description="Egypt to Iran.")
    EUROPE_AMERICAS = strawberry.enum_value("europe_americas", description="Europe and America.")


@enum_type
class PacePreset(Enum):
    """Caps to begin with."""

    STANDARD = strawberry.enum_value(
        "standard",
        description="Promotions 7 days apart and 2 in 30 days, 1 for low value; as it is at first.",
    )
    BY_VALUE = strawberry.enum_value(
        "by_value", description="The same, but 2 promotions a week for medium value."
    )
