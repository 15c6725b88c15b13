"""The weekly report (F43): what worked in a week, and what to change, with the figures behind it.

A report is made once, in the first night after its week by the tenant's clock, and kept as it was
told. It holds figures of many and names nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

import counters
import tenants
from analytics import reckoning
from analytics.advice import advise
from analytics.figures import Figure, figures, midnight
from analytics.kpis import ENOUGH, KPIS
from kernel import clock, database, events, ids, tenancy
from kernel.events import Event

# Trends go back so many weeks; hours and kinds are judged by so many, for one week tells little.
_WEEKS = 8
_JUDGED = 4
_TRENDS = (
    *("delivery_rate", "read_rate", "response_rate"),
    *("block_rate", "agent_response_median", "revenue"),
)
_COUNTED = ("messages_sent", "messages_received", "read_rate", "response_rate", "opt_out_rate")
# Intervals hold in 95 of 100 weeks.
_ALPHA = 0.05
_NOTHING = Figure(None, 0)
Document = dict[str, Any]


async def publish_weekly() -> None:
    """Make the current tenant's report of the week that ended last, unless it is there already."""
    house = await tenants.read_settings()
    today = clock.moment(clock.now()).astimezone(ZoneInfo(house.time_zone)).date()
    week = today - timedelta(days=today.weekday() + 7)
    made = await database.row(
        "SELECT id FROM weekly_report WHERE tenant_id = $1::uuid AND week = $2",
        tenancy.current(),
        week.isoformat(),
    )
    document = None if made else await _document(week, house.time_zone, house.currency)
    if document:
        await _keep(week, document)


async def _document(week: Date, zone: str, currency: str) -> Document | None:
    """All that the report says; None for a week in which nobody wrote anything."""
    starts = [midnight(week + timedelta(weeks=n), zone) for n in range(1 - _WEEKS, 2)]
    since, until = starts[-2:]
    told = await figures({*_TRENDS, *_COUNTED}, since, until)
    now = {name: one for name, own in told.items() for one in own.values()}
    if not now.keys() & {"messages_sent", "messages_received"}:
        return None
    past = await figures(_TRENDS, starts[0], until, zone=zone, every="week")
    judged = starts[-1 - _JUDGED]
    by_hour = await _replies(judged, until, "local_hour")
    by_kind = await _replies(judged, until, "media")
    hours: dict[str, list[Figure]] = {}
    for value, figure in by_hour.items():
        hours.setdefault(value[2:], []).append(figure)
    at_hours = await _compared({hour: _together(own) for hour, own in hours.items()})
    of_kinds = await _compared(by_kind)
    return {
        "week": week.isoformat(),
        "until": (week + timedelta(days=6)).isoformat(),
        "zone": zone,
        "currency": currency,
        "funnel": await _funnel(now, since, until),
        "trends": [
            {
                "kpi": name,
                "title": KPIS[name].title,
                "unit": KPIS[name].unit,
                "target": KPIS[name].target,
                "points": [
                    {
                        "week": (week + timedelta(weeks=n + 1 - _WEEKS)).isoformat(),
                        **_shown(past.get(name, {}).get((at, ""), _NOTHING)),
                    }
                    for n, at in enumerate(starts[:-1])
                ],
            }
            for name in _TRENDS
        ],
        "heat": [
            {"weekday": int(value[0]), "hour": int(value[2:]), **_shown(figure)}
            for value, figure in sorted(by_hour.items())
        ],
        "hours": at_hours,
        "kinds": of_kinds,
        "advice": advise(now, at_hours, of_kinds, _together(by_kind.values())),
    }


async def _replies(since: int, until: int, by: str) -> dict[str, Figure]:
    """How many answered what they were written, by value of a dimension."""
    found = await figures(["response_rate"], since, until, by=by)
    return {value: one for (_, value), one in found.get("response_rate", {}).items() if value}


async def _compared(named: Mapping[str, Figure]) -> list[dict[str, Any]]:
    """Those that tell enough, the best first, each with the bounds between which it likely lies."""
    enough = {name: one for name, one in named.items() if one.sample >= ENOUGH}
    shares = [(round((one.amount or 0) * one.sample), one.sample) for one in enough.values()]
    bounds = await reckoning.intervals(shares, _ALPHA)
    found = [
        {"name": name, **_shown(one), "low": low, "high": high}
        for (name, one), (low, high) in zip(enough.items(), bounds, strict=True)
    ]
    return sorted(found, key=lambda one: (-(one["amount"] or 0), one["name"]))


async def _funnel(now: Mapping[str, Figure], since: int, until: int) -> list[dict[str, Any]]:
    """From what was sent to the orders that it brought, in numbers."""
    brought = await counters.brought(since, until)
    read, replies = now.get("read_rate", _NOTHING), now.get("response_rate", _NOTHING)
    steps = {
        "sent": int(now.get("messages_sent", _NOTHING).amount or 0),
        "delivered": read.sample,
        "read": round((read.amount or 0) * read.sample),
        "replied": round((replies.amount or 0) * replies.sample),
        "ordered": brought.orders,
    }
    return [{"step": step, "count": count} for step, count in steps.items()]


def _together(some: Iterable[Figure]) -> Figure:
    """The share of all of these."""
    own = list(some)
    sample = sum(one.sample for one in own)
    whole = sum((one.amount or 0) * one.sample for one in own)
    return Figure(whole / sample if sample else None, sample)


def _shown(figure: Figure) -> dict[str, Any]:
    return {"amount": figure.amount, "sample": figure.sample}


@database.unit_of_work
async def _keep(week: Date, document: Document) -> None:
    """Once for each week, whoever else makes it at the same time."""
    added = await database.insert(
        "weekly_report",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "week": week.isoformat(),
                "document": orjson.dumps(document).decode(),
                "published_at": clock.now(),
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    await events.record(*(Event("report.published", {"report": row["id"]}) for row in added))
