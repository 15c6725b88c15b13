"""The weekly page: a signed link shows it, as a page with charts or as JSON (F43)."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from starlette.responses import Response

import analytics
import tenants
from api import charts
from api.pages import Html, Visit, heading, listed, page, text
from kernel import tenancy
from kernel.errors import NotFound

REPORT = "/reports"
_STEPS = {
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "replied": "Answered",
    "ordered": "Orders they led to",
}
_BEHIND = {"best": "there", "at_large": "at large"}


async def report(visit: Visit) -> Response:
    """The report that the link leads to."""
    row, house = await _found(visit)
    return page(visit, _title(row), *_parts(row["document"]), house=house, only_in="en")


async def report_json(visit: Visit) -> Response:
    """The same as JSON."""
    row, _ = await _found(visit)
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(orjson.dumps(row["document"]), 200, headers, "application/json")


async def _found(visit: Visit) -> tuple[analytics.ReportRow, str]:
    link = tenants.read_public_link("report", visit.token)
    with tenancy.acting_for(link.tenant_id):
        row = (await analytics.reports_by_ids([link.row_id])).get(link.row_id)
        if row is None:
            raise NotFound("There is no such report.")
        return row, (await tenants.read_settings()).name


def _title(row: analytics.ReportRow) -> str:
    monday = date.fromisoformat(row["week"])
    return f"The week of {monday.day} {monday:%B %Y}"


def _parts(told: dict[str, Any]) -> list[Html]:
    parts = [heading("What to change")]
    advice = [_advice(one) for one in told["advice"]]
    parts.append(listed(advice) if advice else text("Nothing stands out this week."))
    funnel = [(_STEPS[one["step"]], one["count"], f"{one['count']:,}") for one in told["funnel"]]
    parts += [heading("From message to order"), charts.bars("In numbers of the week", funnel)]
    parts.append(heading("Eight weeks"))
    for one in told["trends"]:
        unit, currency = one["unit"], told["currency"]
        points = [
            (_day(point["week"]), point["amount"], _said(point, unit, currency))
            for point in one["points"]
        ]
        aim = "" if one["target"] is None else f", target {_number(one['target'], unit, currency)}"
        last = f"{points[-1][2]}{aim}"
        parts.append(charts.line(one["title"], points, one["target"], last))
    parts.append(heading("When people answer"))
    if told["hours"]:
        parts.append(text(f"{_best(told['hours'][0], ':00 by their own clock')}"))
    cells = [
        (one["weekday"], one["hour"], one["amount"] or 0.0, _said(one, "share", ""))
        for one in told["heat"]
    ]
    parts.append(charts.heat("Answers by weekday and hour of what was written, four weeks", cells))
    parts.append(heading("What people answer"))
    if told["kinds"]:
        rows = [(one["name"], one["amount"], _within(one)) for one in told["kinds"]]
        parts.append(charts.bars("Answers by kind of message, four weeks", rows))
    else:
        parts.append(text("Too little was written to compare kinds of messages."))
    return parts


def _day(week: str) -> str:
    monday = date.fromisoformat(week)
    return f"{monday.day} {monday:%b}"


def _advice(one: dict[str, Any]) -> str:
    behind = "; ".join(
        f"{_BEHIND.get(own['name']) or analytics.KPIS[own['name']].title.lower()} "
        f"{_said(own, _unit(own['name']), '')}"
        for own in one["figures"]
    )
    return f"{one['text']} ({behind[0].upper()}{behind[1:]}.)"


def _unit(name: str) -> str:
    return "share" if name in _BEHIND else analytics.KPIS[name].unit


def _best(one: dict[str, Any], what: str) -> str:
    return f"Best at {one['name']}{what}: {_within(one)}."


def _within(one: dict[str, Any]) -> str:
    """A share with the bounds between which it likely lies."""
    return f"{one['amount']:.0%} of {one['sample']:,}, likely {one['low']:.0%} to {one['high']:.0%}"


def _said(one: dict[str, Any], unit: str, currency: str) -> str:
    if one["amount"] is None:
        return "no data"
    of = f" of {one['sample']:,}" if unit == "share" else ""
    return f"{_number(one['amount'], unit, currency)}{of}"


def _number(amount: float, unit: str, currency: str) -> str:
    if unit == "share":
        return f"{amount:.1%}"
    if unit == "seconds":
        return f"{amount / 60:.0f} min"
    return f"{amount / 10_000:,.2f} {currency}" if unit == "money" else f"{amount:,.0f}"
