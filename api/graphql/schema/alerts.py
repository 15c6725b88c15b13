"""Alerts: figures that changed suddenly, with the likely cause (F42)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from enum import Enum
from typing import Annotated, cast

import strawberry

import analytics as room
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.channels import Number, load_numbers
from api.graphql.schema.node import KINDS, Node, read_id
from api.graphql.schema.people import Person, load_people
from api.graphql.tail import TAIL
from kernel import ids
from kernel.ids import Id
from tenants import Permission

# Dimensions whose values are things of ours, and what these are called in ids.
_THINGS = {
    "campaign": "campaign",
    "agent": "person",
    "number": "number",
    "touchpoint": "touchpoint",
}


@enum_type
class AlertReason(Enum):
    """What a figure is beyond."""

    LIMIT = strawberry.enum_value("limit", description="Its limit.")
    BASELINE = strawberry.enum_value(
        "baseline", description="What is usual for the tenant at these hours of the week."
    )


@object_type
class AlertCause:
    """What explains most of a change."""

    dimension: str = strawberry.field(
        description="By what it was broken down: number, template, campaign, country, agent, "
        "local_hour …"
    )
    value: str = strawberry.field(
        description="Which one: the id of a number, campaign, agent or touchpoint, else its name "
        "or code."
    )
    share: float = strawberry.field(description="How much of the change is its, from 0 to 1.")


@object_type
class Alert(Node):
    """A figure that changed suddenly, until it is back: one is open for each figure and number.

    Figures are told of the last hours in which enough happened; too little raises nothing.
    """

    kind = "alert"
    row: strawberry.Private[room.AlertRow]

    @strawberry.field(
        description="The figure: a KPI by its name (block_rate, delivery_rate, "
        "agent_response_mean), or quality."
    )
    def kpi(self) -> str:
        return self.row["kpi"]

    @strawberry.field(description="What it is beyond.")
    def reason(self) -> AlertReason:
        return AlertReason(self.row["reason"])

    @strawberry.field(
        description="What it came to when it was raised: a share from 0 to 1, or seconds; null for "
        "quality."
    )
    def value(self) -> float | None:
        return _shown(self.row["value"])

    @strawberry.field(description="What is usual at these hours; null while that is not known.")
    def expected(self) -> float | None:
        return _shown(self.row["expected"])

    @strawberry.field(description="Its limit.")
    def limit(self) -> float | None:
        return _shown(self.row["border"])

    @strawberry.field(description="How many things it was counted from.")
    def counted(self) -> int:
        return self.row["counted"]

    @strawberry.field(description="The start of the hours in which these happened.")
    def since(self) -> DateTime:
        return DateTime(self.row["since"])

    @strawberry.field(description="The number, of an alert of quality.")
    def number(self) -> Number | None:
        number_id = self.row["subject"]
        return self.asked.loader(load_numbers).get(number_id) if number_id else None

    @strawberry.field(description="How the platform rates that number: YELLOW or RED.")
    def rating(self) -> str | None:
        return self.row["rating"]

    @strawberry.field(description="What explains most of it; null where nothing stands out.")
    def cause(self) -> AlertCause | None:
        row = self.row
        if row["cause"] is None or row["cause_value"] is None:
            return None
        thing, value = _THINGS.get(row["cause"]), row["cause_value"]
        return AlertCause(
            dimension=row["cause"],
            value=ids.show(thing, value) if thing else value,
            share=(row["cause_percent"] or 0) / 100,
        )

    @strawberry.field(description="When it was raised.")
    def raised_at(self) -> DateTime:
        return DateTime(self.row["raised_at"])

    @strawberry.field(description="When the figure was back; null while it is not.")
    def cleared_at(self) -> DateTime | None:
        return when(self.row["cleared_at"])

    @strawberry.field(description="When somebody said that they have seen it.")
    def acknowledged_at(self) -> DateTime | None:
        return when(self.row["acknowledged_at"])

    @strawberry.field(
        description="Who that was; null for a key.", directives=[requires(Permission.PEOPLE_READ)]
    )
    def acknowledged_by(self) -> Person | None:
        person_id = self.row["acknowledged_by"]
        return self.asked.loader(load_people).get(person_id) if person_id else None


@input_type
class AlertAcknowledgeInput:
    """An alert that was seen."""

    alert: strawberry.ID = strawberry.field(description="Which.")


@object_type
class AlertAcknowledgePayload:
    """What became of it."""

    alert: Alert | None = strawberry.field(description="The alert as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class AlertQuery:
    """Asking for alerts."""

    @strawberry.field(
        description="Figures that changed suddenly, the latest first.",
        directives=[requires(Permission.ANALYTICS_READ)],
    )
    async def alerts(
        self,
        info: Info,
        open: Annotated[
            bool | None, strawberry.argument(description="Only open ones, or only cleared ones.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Alert]:
        asked = info.context
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("alerts", open),
            "DESC",
            lambda direction, place, limit: room.alert_page(
                open, direction, cast("tuple[Id]", place)[0] if place else None, limit
            ),
            lambda row: (row["id"],),
            lambda: room.count_alerts(open),
            lambda rows: [Alert(row=row, asked=asked) for row in rows],
        )


@object_type
class AlertMutation:
    """What can be done about alerts."""

    @strawberry.mutation(
        description="Say that an alert was seen; it stays open until the figure is back.",
        directives=[requires(Permission.ANALYTICS_READ)],
    )
    async def alert_acknowledge(
        self, info: Info, input: InputOf[AlertAcknowledgeInput]
    ) -> AlertAcknowledgePayload:
        asked = info.context
        row, errors = await attempt(
            lambda: room.acknowledge(read_id("alert", input.alert, "alert"), asked.me.person_id)
        )
        alert = Alert(row=row, asked=asked) if row else None
        return AlertAcknowledgePayload(alert=alert, user_errors=errors)


@object_type
class AlertSubscription:
    """Being told of alerts."""

    @strawberry.subscription(
        description="Alerts as they are raised and cleared, from now on.",
        directives=[requires(Permission.ANALYTICS_READ)],
    )
    async def alerts(self, info: Info) -> AsyncGenerator[Alert, None]:
        asked = info.context
        async for event in TAIL.follow(asked.me.tenant_id, None):
            if event.kind.startswith("alert."):
                asked.begin_anew()
                yield (await load_alerts(asked, [event.refs["alert"]]))[event.refs["alert"]]


async def load_alerts(asked: Context, alert_ids: list[Id]) -> Mapping[Id, Alert]:
    """Alerts by their ids."""
    rows = await room.alerts_by_ids(alert_ids)
    return {row_id: Alert(row=row, asked=asked) for row_id, row in rows.items()}


def _shown(value: int | None) -> float | None:
    return None if value is None else value / 1_000_000


KINDS.add("alert", Permission.ANALYTICS_READ, load_alerts)
