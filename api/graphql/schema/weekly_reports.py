"""The weekly report: what worked in a week, and what to change (F43, F44)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import strawberry

import analytics as room
import tenants
from api.graphql.context import Context, Info
from api.graphql.described import object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.permissions import requires
from api.graphql.scalars import URL, DateTime
from api.graphql.schema.node import KINDS, Node
from kernel import clock
from kernel.ids import Id
from tenants import Permission

_LINK = 30 * clock.DAY


@object_type
class ReportStep:
    """A step from the message to the order."""

    step: str = strawberry.field(description="sent, delivered, read, replied or ordered.")
    count: int = strawberry.field(description="How many.")


@object_type
class ReportFigure:
    """A figure of a report."""

    name: str = strawberry.field(
        description="A KPI, the first day of a week, an hour, a kind of message; best and at_large "
        "in advice."
    )
    amount: float | None = strawberry.field(description="What it came to; null for no data.")
    sample: int = strawberry.field(description="How many it was reckoned from.")
    low: float | None = strawberry.field(description="At least so much in 95 of 100 such weeks.")
    high: float | None = strawberry.field(description="At most so much in 95 of 100 such weeks.")


@object_type
class ReportTrend:
    """A KPI over eight weeks."""

    kpi: str = strawberry.field(description="Its name.")
    target: float | None = strawberry.field(description="What it should be.")
    points: list[ReportFigure] = strawberry.field(description="Week by week, the oldest first.")


@object_type
class ReportHour:
    """How many answered what was written to them at an hour of their week."""

    weekday: int = strawberry.field(description="0 is Monday.")
    hour: int = strawberry.field(description="0 to 23, by their own clock.")
    share: float | None = strawberry.field(description="How many answered, from 0 to 1.")
    sample: int = strawberry.field(description="How many were written to.")


@object_type
class ReportAdvice:
    """One thing to change."""

    code: str = strawberry.field(
        description="Stable: HALVE_VOLUME where few read, BLOCK_RATE_OFF and so on for a KPI that "
        "misses its target, BETTER_HOUR, BETTER_KIND."
    )
    text: str = strawberry.field(description="What to do, in words.")
    figures: list[ReportFigure] = strawberry.field(description="The figures behind it.")


@object_type
class WeeklyReport(Node):
    """What worked in a week by the tenant's clock, and what to change; kept as it was told."""

    kind = "report"
    row: strawberry.Private[room.ReportRow]

    @strawberry.field(description="Its Monday, as YYYY-MM-DD.")
    def week(self) -> str:
        return self.row["week"]

    @strawberry.field(description="When it was made.")
    def published_at(self) -> DateTime:
        return DateTime(self.row["published_at"])

    @strawberry.field(description="From what was sent to the orders that it brought.")
    def funnel(self) -> list[ReportStep]:
        return [ReportStep(**one) for one in self._told["funnel"]]

    @strawberry.field(description="The main KPIs over eight weeks.")
    def trends(self) -> list[ReportTrend]:
        return [
            ReportTrend(
                kpi=one["kpi"],
                target=one["target"],
                points=[_figure({**point, "name": point["week"]}) for point in one["points"]],
            )
            for one in self._told["trends"]
        ]

    @strawberry.field(description="Who answered when, four weeks together.")
    def heat_map(self) -> list[ReportHour]:
        return [
            ReportHour(
                weekday=one["weekday"], hour=one["hour"], share=one["amount"], sample=one["sample"]
            )
            for one in self._told["heat"]
        ]

    @strawberry.field(
        description="How many answered by hour of the day, the best first; those that tell enough."
    )
    def hours(self) -> list[ReportFigure]:
        return [_figure(one) for one in self._told["hours"]]

    @strawberry.field(
        description="How many answered by kind of message, the best first; those that tell enough."
    )
    def kinds(self) -> list[ReportFigure]:
        return [_figure(one) for one in self._told["kinds"]]

    @strawberry.field(description="What to change: three things at most.")
    def advice(self) -> list[ReportAdvice]:
        return [
            ReportAdvice(
                code=one["code"],
                text=one["text"],
                figures=[_figure(own) for own in one["figures"]],
            )
            for one in self._told["advice"]
        ]

    @strawberry.field(
        description="The page with charts, to be opened by whoever has the link, for 30 days; with "
        ".json behind it, the same as JSON."
    )
    def page_url(self) -> URL:
        token = tenants.write_public_link("report", self.row["id"], clock.now() + _LINK)
        return URL(f"{self.asked.public_url}/reports/{token}")

    @property
    def _told(self) -> dict[str, Any]:
        return self.row["document"]


@object_type
class ReportQuery:
    """Asking for weekly reports."""

    @strawberry.field(
        description="The weekly reports, the latest first.",
        directives=[requires(Permission.ANALYTICS_READ)],
    )
    async def weekly_reports(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WeeklyReport]:
        asked = info.context
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("weekly_reports"),
            "DESC",
            lambda direction, place, limit: room.report_page(
                direction, cast("tuple[str]", place)[0] if place else None, limit
            ),
            lambda row: (row["week"],),
            room.count_reports,
            lambda rows: [WeeklyReport(row=row, asked=asked) for row in rows],
        )


async def load_reports(asked: Context, report_ids: list[Id]) -> Mapping[Id, WeeklyReport]:
    """Reports by their ids."""
    rows = await room.reports_by_ids(report_ids)
    return {row_id: WeeklyReport(row=row, asked=asked) for row_id, row in rows.items()}


def _figure(one: Mapping[str, Any]) -> ReportFigure:
    return ReportFigure(
        name=one["name"],
        amount=one["amount"],
        sample=one["sample"],
        low=one.get("low"),
        high=one.get("high"),
    )


KINDS.add("report", Permission.ANALYTICS_READ, load_reports)
