"""How far a campaign is, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

import campaigns as room
import channels
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.scalars import DateTime, when
from kernel.ids import Id


@object_type
class CampaignCount:
    """How many recipients ended so."""

    state: str = strawberry.field(description="sent, failed, refused or void.")
    reason: str = strawberry.field(description="Why, as a code; empty where it simply went.")
    count: int = strawberry.field(description="How many.")


@object_type
class CampaignProgress:
    """How far a campaign is, in recipients."""

    far: strawberry.Private[room.CampaignProgress]

    @strawberry.field(description="How many there are; grows until all are frozen.")
    def total(self) -> int:
        return self.far.total

    @strawberry.field(description="Whether all stand in the ledger.")
    def frozen(self) -> bool:
        return self.far.is_frozen

    @strawberry.field(description="How many wait, are leaving, or are unknown.")
    def left(self) -> int:
        return self.far.left

    @strawberry.field(description="How many the platform took.")
    def sent(self) -> int:
        return self.far.count("sent")

    @strawberry.field(description="How many of those it did not deliver, as it told later.")
    def told_failed(self) -> int:
        return self.far.told_failed

    @strawberry.field(description="How many it did not take.")
    def failed(self) -> int:
        return self.far.count("failed")

    @strawberry.field(description="How many were not to be sent when their turn came.")
    def refused(self) -> int:
        return self.far.count("refused")

    @strawberry.field(description="How many ended in which state, and why.")
    def counts(self) -> list[CampaignCount]:
        return [
            CampaignCount(state=state, reason=reason, count=n)
            for (state, reason), n in sorted(self.far.ends.items())
        ]


@enum_type
class CampaignBound(Enum):
    """What holds a campaign to its length."""

    PACE = strawberry.enum_value("PACE", description="The rate that was asked for.")
    THROUGHPUT = strawberry.enum_value("THROUGHPUT", description="What its numbers can send.")
    PORTFOLIO_LIMIT = strawberry.enum_value(
        "PORTFOLIO_LIMIT", description="How many people the portfolio may write to in 24 hours."
    )


@object_type
class CampaignPlanDay:
    """24 hours of a campaign."""

    starts_at: DateTime = strawberry.field(description="When they begin.")
    people: int = strawberry.field(description="How many it reaches in them.")


@object_type
class CampaignPlan:
    """How long a campaign takes, as far as numbers and portfolios decide: whom the gate refuses or
    puts off is not seen here."""

    plan: strawberry.Private[channels.Plan]

    @strawberry.field(description="When it begins, or goes on from now.")
    def starts_at(self) -> DateTime:
        return DateTime(self.plan.starts_at)

    @strawberry.field(description="When the last has left; null if not within ten years.")
    def ends_at(self) -> DateTime | None:
        return when(self.plan.ends_at)

    @strawberry.field(description="How long that is, in seconds.")
    def seconds(self) -> float | None:
        end = self.plan.ends_at
        return None if end is None else (end - self.plan.starts_at) / 1_000_000

    @strawberry.field(description="How many leave a second, all its numbers together.")
    def per_second(self) -> int:
        return self.plan.per_second

    @strawberry.field(description="What makes it take so long.")
    def bound(self) -> CampaignBound:
        return CampaignBound(self.plan.bound)

    @strawberry.field(description="Over which days it spreads, those with nobody left out.")
    def days(self) -> list[CampaignPlanDay]:
        return [
            CampaignPlanDay(starts_at=DateTime(one.starts_at), people=one.people)
            for one in self.plan.days
        ]


async def load_progress(_asked: Context, campaign_ids: list[Id]) -> Mapping[Id, CampaignProgress]:
    """How far campaigns are."""
    found = await room.progress_of(campaign_ids)
    return {row_id: CampaignProgress(far=far) for row_id, far in found.items()}
