"""KPIs: what each means, and boards of what they came to (F41)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, cast

import strawberry

import analytics as room
import counters
import tenants
from analytics import KPIS, Figure
from api.graphql.context import Info
from api.graphql.described import input_type, object_type
from api.graphql.permissions import requires
from api.graphql.scalars import Date, DateTime, TimeZone
from api.graphql.schema.kpi_definitions import (
    DIMENSIONS,
    NAMES,
    KpiComparison,
    KpiDefinition,
    KpiDimension,
    KpiDirection,
    KpiEvery,
    KpiState,
)
from api.graphql.schema.kpi_steps import KpiCounting
from api.graphql.schema.money import Money, money_or_none
from kernel import bells, events, ids
from tenants import Permission

# Live tiles are looked at no oftener than this, and after so many seconds at the latest.
_PACE, _PATIENCE = 1.0, 2.0
# Dimensions whose values are ids of rows, by the kind that clients know them as.
_KINDS = {"campaign": "campaign", "tag": "tag", "agent": "person", "touchpoint": "touchpoint"}


@input_type
class DateRange:
    """Days, both included."""

    from_: Date = strawberry.field(name="from", description="The first day.")
    to: Date = strawberry.field(description="The last day: at most 800 in all.")
    time_zone: TimeZone | None = strawberry.field(
        default=None, description="Whose days: the tenant's own zone where it is left out."
    )


@input_type
class KpiFilter:
    """Only what has one value in one dimension."""

    dimension: DIMENSIONS = strawberry.field(description="The dimension.")
    value: str = strawberry.field(
        description="The value: a code, an id, or empty for what has none."
    )


@object_type
class KpiFigure:
    """What a KPI came to."""

    kpi: strawberry.Private[room.Kpi]
    figure: strawberry.Private[Figure]
    currency: strawberry.Private[str]

    @strawberry.field(
        description="Shares from 0 to 1, durations in seconds, money in units of the tenant's "
        "currency; null is no data."
    )
    def amount(self) -> float | None:
        amount = self.figure.amount
        return amount / 10_000 if amount is not None and self.kpi.unit == "money" else amount

    @strawberry.field(description="The same as money, to 1/10,000; null for all else.")
    def money(self) -> Money | None:
        if self.kpi.unit != "money" or self.figure.amount is None:
            return None
        return money_or_none(round(self.figure.amount), self.currency)

    @strawberry.field(description="How many things it is reckoned from: its divisor.")
    def sample(self) -> int:
        return self.figure.sample


@object_type
class KpiPoint:
    """A bucket of a series."""

    at: DateTime = strawberry.field(
        description="When the bucket began; the first may have begun before the range."
    )
    figure: KpiFigure = strawberry.field(description="What it came to within the range.")


@object_type
class KpiSlice:
    """One value of a dimension."""

    value: str = strawberry.field(description="The value: a code or an id; empty for none.")
    label: str | None = strawberry.field(
        description="What people call it, of campaigns, tags and touchpoints."
    )
    figure: KpiFigure = strawberry.field(description="What it came to.")


@object_type
class KpiBreakdown:
    """A figure by the values of a dimension: what is counted comes to the total."""

    dimension: DIMENSIONS = strawberry.field(description="The dimension.")
    slices: list[KpiSlice] = strawberry.field(description="Its values, the largest sample first.")


@object_type
class KpiTile:
    """A KPI over a period, against its target and the period before."""

    tile: strawberry.Private[room.Tile]
    currency: strawberry.Private[str]
    labels: strawberry.Private[dict[str, str]]

    @strawberry.field(description="What it means.")
    def definition(self) -> KpiDefinition:
        return KpiDefinition(kpi=self.tile.kpi)

    @strawberry.field(description="What it came to.")
    def figure(self) -> KpiFigure:
        return self._figure(self.tile.figure)

    @strawberry.field(description="What it came to in the period that it is compared to.")
    def before(self) -> KpiFigure:
        return self._figure(self.tile.before)

    @strawberry.field(description="The target: the tenant's own, else the house's.")
    def target(self) -> float | None:
        target = self.tile.target
        return target / 10_000 if target is not None and self._is_money() else target

    @strawberry.field(description="How it stands.")
    def state(self) -> KpiState:
        return KpiState(self.tile.state)

    @strawberry.field(description="Where it moves; null where nothing can be said.")
    def direction(self) -> KpiDirection | None:
        return KpiDirection(self.tile.direction) if self.tile.direction else None

    @strawberry.field(description="By which part of the period before it is more: 0.1 is a tenth.")
    def change(self) -> float | None:
        return self.tile.change

    @strawberry.field(
        description="What to mind: that the sample of this or of the period before is too small "
        "to tell, or what is not counted yet; null else."
    )
    def note(self) -> str | None:
        if self.tile.kpi.lacks:
            return f"Waits for {self.tile.kpi.lacks}."
        if self.tile.is_thin:
            return f"Fewer than {room.ENOUGH} in one of the periods: too few to tell."
        return None

    @strawberry.field(description="The period in buckets, where `every` was asked for.")
    def series(self) -> list[KpiPoint]:
        return [
            KpiPoint(at=DateTime(one.at), figure=self._figure(one.figure))
            for one in self.tile.series
        ]

    @strawberry.field(description="The period by each dimension of `by`.")
    def breakdowns(self) -> list[KpiBreakdown]:
        return [
            KpiBreakdown(
                dimension=KpiDimension(dimension),
                slices=[
                    KpiSlice(
                        value=_shown(dimension, one.value),
                        label=self.labels.get(one.value),
                        figure=self._figure(one.figure),
                    )
                    for one in slices
                ],
            )
            for dimension, slices in self.tile.slices.items()
        ]

    def _is_money(self) -> bool:
        return self.tile.kpi.unit == "money"

    def _figure(self, figure: Figure) -> KpiFigure:
        return KpiFigure(kpi=self.tile.kpi, figure=figure, currency=self.currency)


@object_type
class KpiStep:
    """A step of the way from what was sent to what was bought."""

    name: str = strawberry.field(description="sent, delivered, read, answered or bought.")
    count: int = strawberry.field(description="How many came so far.")
    share: float | None = strawberry.field(
        description="Of the step before, from 0; null for the first and where nobody came there."
    )


@object_type
class KpiBoard:
    """Figures of one period."""

    asked_for: strawberry.Private[room.Asked]
    tiles: list[KpiTile] = strawberry.field(description="A tile for each KPI asked for.")

    @strawberry.field(description="Whose days they are.")
    def time_zone(self) -> TimeZone:
        return cast(TimeZone, self.asked_for.zone)

    @strawberry.field(description="How counting stands; null before anything was counted.")
    async def counting(self) -> KpiCounting | None:
        far = await counters.how_far()
        return KpiCounting(far=far) if far else None

    @strawberry.field(
        description="From what was sent to what was bought: of all, or of the filter's campaign, "
        "country, customer, tag or touchpoint."
    )
    async def funnel(self) -> list[KpiStep]:
        steps = await room.funnel(self.asked_for)
        return [KpiStep(name=one.name, count=one.count, share=one.share) for one in steps]


Range = Annotated[DateRange, strawberry.argument(description="Which days.")]
Names = Annotated[
    list[NAMES] | None,
    strawberry.argument(description="Which KPIs; all that fit where it is left out."),
]
By = Annotated[
    list[DIMENSIONS] | None,
    strawberry.argument(
        description="Break each tile down by these; LOCAL_HOUR is the heat map of the week."
    ),
]


@object_type
class KpiQuery:
    """What KPIs mean and what they came to."""

    @strawberry.field(
        description="What every KPI means.", directives=[requires(Permission.ANALYTICS_READ)]
    )
    def kpi_definitions(self) -> list[KpiDefinition]:
        return [KpiDefinition(kpi=one) for one in KPIS.values()]

    @strawberry.field(
        description="A board of figures: totals, series and breakdowns of a period, each against "
        "its target and the period before.",
        directives=[requires(Permission.ANALYTICS_READ)],
    )
    async def kpis(
        self,
        range: Range,
        names: Names = None,
        every: Annotated[
            KpiEvery | None, strawberry.argument(description="Show a series in such buckets.")
        ] = None,
        by: By = None,
        filter: Annotated[
            KpiFilter | None, strawberry.argument(description="Only what has this value.")
        ] = None,
        compare_to: Annotated[
            KpiComparison, strawberry.argument(description="What it is compared to.")
        ] = KpiComparison.PERIOD_BEFORE,
    ) -> KpiBoard:
        return await _board(range, names, every, by or (), filter, compare_to)


@object_type
class KpiSubscription:
    """Live tiles."""

    @strawberry.subscription(
        description="The board of some KPIs, and again whenever one of their figures is another; "
        "a second apart at least.",
        directives=[requires(Permission.ANALYTICS_READ)],
    )
    async def kpis(
        self,
        info: Info,
        range: Range,
        names: Annotated[list[NAMES], strawberry.argument(description="Which KPIs.")],
    ) -> AsyncGenerator[KpiBoard, None]:
        seen: list[Figure] | None = None
        while True:
            info.context.begin_anew()
            board = await _board(range, names, None, (), None, KpiComparison.PERIOD_BEFORE)
            found = [one.tile.figure for one in board.tiles]
            if found != seen:
                seen = found
                yield board
            await asyncio.sleep(_PACE)
            await bells.wait(events.BELL, _PATIENCE)


async def _board(
    range: DateRange,
    names: Sequence[Any] | None,
    every: KpiEvery | None,
    by: Sequence[Any],
    filter: KpiFilter | None,
    compare_to: KpiComparison,
) -> KpiBoard:
    asked = await room.checked(
        range.from_,
        range.to,
        zone=range.time_zone,
        names=None if names is None else [one.value for one in names],
        every=cast("room.Every | None", every.value if every else None),
        by=[one.value for one in by],
        only=_only(filter) if filter else None,
        compare=cast(room.Comparison, compare_to.value),
    )
    tiles = await room.board(asked)
    labels = await room.labels_of(
        one.value for tile in tiles for slices in tile.slices.values() for one in slices
    )
    currency = (await tenants.read_settings()).currency
    return KpiBoard(
        asked_for=asked,
        tiles=[KpiTile(tile=one, currency=currency, labels=labels) for one in tiles],
    )


def _only(filter: KpiFilter) -> tuple[str, str]:
    dimension = str(filter.dimension.value)
    kind = _KINDS.get(dimension)
    if kind and filter.value and filter.value != counters.SEVERAL:
        return dimension, ids.read(kind, filter.value)
    return dimension, filter.value


def _shown(dimension: str, value: str) -> str:
    kind = _KINDS.get(dimension)
    return ids.show(kind, value) if kind and value and value != counters.SEVERAL else value
