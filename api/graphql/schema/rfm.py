"""All who bought, by recency, frequency and monetary value (F36)."""

from __future__ import annotations

from enum import Enum
from typing import Literal

import strawberry

import commerce
import segments as room
from api.graphql.described import enum_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.facts import RfmSegment
from api.graphql.schema.money import Money, money
from kernel import clock
from tenants import Permission


@enum_type
class RfmRule(Enum):
    """How customers are divided into fifths."""

    TIES = strawberry.enum_value(
        "ties", description="Equal values have equal scores; cut at the 20, 40, 60 and 80 % marks."
    )
    NTILE = strawberry.enum_value("ntile", description="All fifths are of equal size.")


@object_type
class RfmCell:
    """The customers with one score for recency and one for frequency."""

    recency: int = strawberry.field(description="1 to 5; 5 bought last.")
    frequency: int = strawberry.field(description="1 to 5; 5 bought most often.")
    segment: RfmSegment = strawberry.field(description="The name of the cell.")
    contacts: int = strawberry.field(description="How many they are.")


@object_type
class RfmSegmentSize:
    """How large a segment is."""

    segment: RfmSegment = strawberry.field(description="The segment.")
    contacts: int = strawberry.field(description="How many they are.")
    spent: Money = strawberry.field(description="What they spent, all together.")


@object_type
class FactsProgress:
    """Facts of all contacts are computed anew."""

    done: int = strawberry.field(description="Of how many contacts.")
    total: int = strawberry.field(description="Of how many it will be.")
    started_at: DateTime | None = strawberry.field(description="When that began.")
    finished_at: DateTime | None = strawberry.field(description="When it came to its end.")


@object_type
class Rfm:
    """The customers of the tenant in fifths, by the rule that it chose (rfmRule)."""

    found: strawberry.Private[room.Quintiles]
    currency: strawberry.Private[str]

    @strawberry.field(description="The rule.")
    def rule(self) -> RfmRule:
        return RfmRule(self.found.rule)

    @strawberry.field(description="How many had bought when the cuts were drawn.")
    def customers(self) -> int:
        return self.found.state["buyers"]

    @strawberry.field(description="When the cuts were drawn; null: not yet.")
    def drawn_at(self) -> DateTime | None:
        return when(self.found.state["cuts_at"])

    @strawberry.field(description="Days since the last order at the 20, 40, 60 and 80 % marks.")
    def recency_cuts(self) -> list[float]:
        today = clock.now() // clock.DAY
        return [(5 * today - fifths) / 5 for fifths in reversed(self._fifths("r"))]

    @strawberry.field(description="Numbers of orders at these marks.")
    def frequency_cuts(self) -> list[float]:
        return [fifths / 5 for fifths in self._fifths("f")]

    @strawberry.field(description="What was spent at these marks.")
    def monetary_cuts(self) -> list[Money]:
        return [money(round(fifths / 5), self.currency) for fifths in self._fifths("m")]

    @strawberry.field(description="The segments, all ten.")
    def segments(self) -> list[RfmSegmentSize]:
        return [
            RfmSegmentSize(
                segment=RfmSegment(name),
                contacts=sum(cell.contacts for cell in self._of(name)),
                spent=money(sum(cell.spent for cell in self._of(name)), self.currency),
            )
            for name in room.SEGMENTS
        ]

    @strawberry.field(description="The grid, cell by cell, where there is anybody.")
    def cells(self) -> list[RfmCell]:
        return [
            RfmCell(
                recency=one.r,
                frequency=one.f,
                segment=RfmSegment(one.segment),
                contacts=one.contacts,
            )
            for one in self.found.cells
        ]

    @strawberry.field(description="Computing all anew, the last time; null: never.")
    def recompute(self) -> FactsProgress | None:
        state = self.found.state
        if state["walk_started_at"] is None:
            return None
        return FactsProgress(
            done=state["walk_done"],
            total=state["walk_total"],
            started_at=when(state["walk_started_at"]),
            finished_at=when(state["walk_finished_at"]),
        )

    def _fifths(self, figure: Literal["r", "f", "m"]) -> tuple[int, ...]:
        cuts = self.found.cuts.get(figure)
        return cuts.fifths if cuts else ()

    def _of(self, segment: str) -> list[room.Cell]:
        return [cell for cell in self.found.cells if cell.segment == segment]


@object_type
class RfmQuery:
    """What is asked of quintiles."""

    @strawberry.field(
        description="The customers by recency, frequency and monetary value.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    async def rfm(self) -> Rfm:
        return await _rfm()


@object_type
class FactsRecomputePayload:
    """What became of it."""

    rfm: Rfm | None = strawberry.field(description="With how far it is.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class RfmMutation:
    """What can be done to facts."""

    @strawberry.mutation(
        description="Compute the facts of all contacts anew, in the background. They are kept "
        "current anyhow; this is for whoever doubts it.",
        directives=[requires(Permission.TENANT_WRITE)],
    )
    async def facts_recompute(self) -> FactsRecomputePayload:
        _, errors = await attempt(room.recompute)
        return FactsRecomputePayload(rfm=await _rfm(), user_errors=errors)


async def _rfm() -> Rfm:
    return Rfm(found=await room.read_quintiles(), currency=await commerce.base_currency())
