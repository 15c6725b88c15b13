"""Whether a number's messages get out (F25)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

import channels
import conversations
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.scalars import DateTime, when
from kernel.ids import Id


@enum_type
class ChannelState(Enum):
    """Whether messages get out."""

    UP = strawberry.enum_value("up", description="They do.")
    WAITING = strawberry.enum_value(
        "waiting", description="They wait for a while and go on by themselves."
    )
    DOWN = strawberry.enum_value(
        "down", description="They wait until somebody has put something right."
    )


@object_type
class Outage:
    """A time in which a number's messages do not get out, and rules of fallback hold."""

    since: DateTime = strawberry.field(description="Since when.")
    reason: str = strawberry.field(
        description="Why, as a code: PLATFORM_FAILING (faults of the platform's own, or silence, "
        "five times in a row and for a minute), PLATFORM_190, TOKEN_EXPIRED, ACCOUNT_RESTRICTED, "
        "ACCOUNT_DISABLED and so on."
    )


@object_type
class ChannelHealth:
    """How a number's messages get out."""

    health: strawberry.Private[channels.Health]
    sends: strawberry.Private[conversations.Waiting]
    outage: Outage | None = strawberry.field(
        description="The outage that goes on: what is important goes by e-mail, where a rule says "
        "so."
    )

    @strawberry.field(description="Whether they get out.")
    def state(self) -> ChannelState:
        return ChannelState(self.health.state)

    @strawberry.field(description="Since when they do not, where that is known.")
    def since(self) -> DateTime | None:
        return when(self.health.since)

    @strawberry.field(
        description="Why not, as a code: PLATFORM_190 (the platform's own code), UNREACHABLE, "
        "NUMBER_DISCONNECTED, ACCOUNT_DISABLED, NO_TOKEN, TOKEN_EXPIRED and so on."
    )
    def reason(self) -> str | None:
        return self.health.reason

    @strawberry.field(description="Until when nothing is tried.")
    def held_until(self) -> DateTime | None:
        return when(self.health.held_until)

    @strawberry.field(description="When the platform took a message last, to about 10 seconds.")
    def last_accepted_at(self) -> DateTime | None:
        return when(self.health.accepted_at)

    @strawberry.field(description="How many messages wait to go out.")
    def waiting(self) -> int:
        return self.sends.count

    @strawberry.field(description="Since when the oldest of them waits.")
    def oldest_waiting(self) -> DateTime | None:
        return when(self.sends.oldest_at)


async def load_health(_asked: Context, number_ids: list[Id]) -> Mapping[Id, ChannelHealth]:
    """The health of numbers."""
    health = await channels.health_of(number_ids)
    waiting = await conversations.waiting_of(number_ids)
    outages = await channels.outages_of(number_ids)
    return {
        number_id: ChannelHealth(
            health=one, sends=waiting[number_id], outage=_outage(outages.get(number_id))
        )
        for number_id, one in health.items()
    }


def _outage(one: channels.Outage | None) -> Outage | None:
    return Outage(since=DateTime(one.since), reason=one.reason) if one else None
