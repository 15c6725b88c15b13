"""Setting what KPIs shall be, and counting anew what they came to (F41)."""

from __future__ import annotations

from enum import Enum

import strawberry

import analytics as room
import counters
from analytics import KPIS
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.kpi_definitions import NAMES
from tenants import Permission


@object_type
class KpiCounting:
    """How counting stands: while all is counted anew, figures are not whole."""

    far: strawberry.Private[counters.Anew]

    @strawberry.field(description="Whether all is being counted anew.")
    def is_running(self) -> bool:
        return self.far.is_running

    @strawberry.field(description="Whether that rests.")
    def is_paused(self) -> bool:
        return self.far.is_paused

    @strawberry.field(description="How many things were counted so far.")
    def done(self) -> int:
        return self.far.done

    @strawberry.field(description="How many there are.")
    def total(self) -> int:
        return self.far.total


@input_type
class KpiTargetSetInput:
    """A KPI, and what it shall be."""

    name: NAMES = strawberry.field(description="The KPI.")
    target: float | None = strawberry.field(
        default=None,
        description="In its unit: shares 0 to 1, seconds, units of the currency; null for the "
        "house's target.",
    )


@enum_type
class KpiCountingStep(Enum):
    """What can be done about counting anew."""

    BEGIN = strawberry.enum_value("begin", description="Count everything anew, from the first.")
    PAUSE = strawberry.enum_value("pause", description="Let it rest.")
    RESUME = strawberry.enum_value("resume", description="Let it go on.")


@input_type
class KpiCountAnewInput:
    """What is to be done about counting anew."""

    step: KpiCountingStep = strawberry.field(description="The step.")


@object_type
class KpiCountAnewPayload:
    """How counting stands then."""

    counting: KpiCounting | None = strawberry.field(
        description="How far it is; null before anything was counted."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class KpiTargetSetPayload:
    """The KPI with its target."""

    target: float | None = strawberry.field(description="The target that holds now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class KpiMutation:
    """Setting what KPIs shall be."""

    @strawberry.mutation(
        description="Set the target of a KPI, or take the house's again.",
        directives=[requires(Permission.ANALYTICS_WRITE)],
    )
    async def kpi_target_set(self, input: InputOf[KpiTargetSetInput]) -> KpiTargetSetPayload:
        name = str(input.name.value)
        scale = 10_000 if KPIS[name].unit == "money" else 1

        async def work() -> None:
            await room.set_target(name, None if input.target is None else input.target * scale)

        _, errors = await attempt(work)
        target = (await room.read_targets()).get(name, KPIS[name].target)
        return KpiTargetSetPayload(
            target=None if target is None else target / scale, user_errors=errors
        )

    @strawberry.mutation(
        description="Count everything anew from what happened, beside live counting; until it is "
        "done, boards are not whole. It rests and goes on as told.",
        directives=[requires(Permission.ANALYTICS_WRITE)],
    )
    async def kpi_count_anew(self, input: InputOf[KpiCountAnewInput]) -> KpiCountAnewPayload:
        async def work() -> None:
            if input.step is KpiCountingStep.BEGIN:
                await counters.begin()
            else:
                await counters.pause(is_paused=input.step is KpiCountingStep.PAUSE)

        _, errors = await attempt(work)
        far = await counters.how_far()
        return KpiCountAnewPayload(
            counting=KpiCounting(far=far) if far else None, user_errors=errors
        )
