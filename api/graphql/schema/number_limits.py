"""What a number may send, what of it is used, and why it sends less (F24)."""

from __future__ import annotations

from collections.abc import Mapping

import strawberry

import channels
from api.graphql.context import Context
from api.graphql.described import object_type
from api.graphql.scalars import DateTime, when
from kernel.ids import Id


@object_type
class NumberLimits:
    """How a number stands with the platform's limits."""

    limits: strawberry.Private[channels.Limits]

    @strawberry.field(description="Messages a second that it sends now.")
    def per_second(self) -> int:
        return self.limits.speed.now

    @strawberry.field(description="Messages a second that it may grow to as things stand.")
    def most_per_second(self) -> int:
        return self.limits.speed.most

    @strawberry.field(
        description="Why it sends slower than the platform's level, as a code: PLATFORM_130429 or "
        "HTTP_429 (it was too fast), QUALITY_YELLOW, QUALITY_RED."
    )
    def slowed_because(self) -> str | None:
        return self.limits.speed.reason

    @strawberry.field(
        description="How many people its portfolio may write to first in 24 hours; null where that "
        "has no end, or is not known."
    )
    def people_per_day(self) -> int | None:
        return self.limits.people

    @strawberry.field(
        description="How many of them were reached, or are about to be, in the last 24 hours; not "
        "counted where that has no end."
    )
    def people_reached(self) -> int:
        return self.limits.people_reached

    @strawberry.field(description="Until when it sends no promotions; what serves goes on.")
    def promotions_held_until(self) -> DateTime | None:
        return when(self.limits.promotions_held_until)

    @strawberry.field(description="Why not, as a code: PLATFORM_131048 and so on.")
    def promotions_held_because(self) -> str | None:
        return self.limits.promotions_held_because

    @strawberry.field(description="Its state in the platform's word: CONNECTED, FLAGGED and so on.")
    def platform_status(self) -> str | None:
        return self.limits.platform_status

    @strawberry.field(
        description="Whether it is the platform's test number, which reaches only who was listed."
    )
    def is_test(self) -> bool:
        return self.limits.is_test

    @strawberry.field(description="When the platform was asked for all this last.")
    def asked_at(self) -> DateTime | None:
        return when(self.limits.asked_at)


async def load_limits(_asked: Context, number_ids: list[Id]) -> Mapping[Id, NumberLimits]:
    """How numbers stand with their limits."""
    found = await channels.limits_of(number_ids)
    return {number_id: NumberLimits(limits=one) for number_id, one in found.items()}
