"""Alerts: a sudden change is said once when it comes and once when it is over (F42)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from analytics import reckoning
from analytics.baselines import usual_of
from analytics.causes import likely_cause
from analytics.watches import HOURS, WATCHES, Hours, Watch, counted, hours_of, latest
from kernel import clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

READER = "alerts"
# How sure it must be that a share is beyond a limit; a day has 1,440 looks.
_ALPHA = 0.001
# Beyond what is usual is twice that, so many times the usual distance from it, and no trifle.
_TIMES = 2
_SPREADS = 4
_TRIFLE = 4
# After news counters get a moment to count them; without news it is looked every hour.
_MOMENT = 30 * clock.SECOND
_LEASE = 2 * clock.MINUTE
_NEWS = (
    *("message.status_changed", "message.recorded", "send.sent"),
    *("number.quality_changed", "number.state_changed"),
)
QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class _Look:
    """So many bad of so many: a figure beyond the most that is right."""

    watch: Watch
    hours: Hours
    bad: int
    of: int
    expected: float | None
    most: float

    @property
    def value(self) -> float:
        """The figure."""
        return self.watch.scale * self.bad / self.of


async def follow_news(limit: int = 2000) -> int:
    """Follow the outbox one step: whose figures move is looked at in a moment."""
    with database.redone_if_lost():
        return await events.follow(READER, _note, limit, _NEWS)


async def tenants_to_check() -> dict[Id, int]:
    """The tenants whose figures are due, each with when they are again if nobody ends the look."""
    now = clock.now()
    claimed = now + _LEASE
    with tenancy.across_tenants("figures of all tenants are watched by one clock"):
        due = await database.rows(
            """UPDATE alert_check SET due_at = $2::bigint WHERE due_at <= $1::bigint
               RETURNING tenant_id""",
            now,
            claimed,
        )
    return {row["tenant_id"]: claimed for row in due}


async def check(claimed: int) -> int:
    """Look at the current tenant's figures, raise what is new, clear what is over; always 1."""
    now = clock.now()
    counts = await counted(WATCHES, (now // clock.HOUR - HOURS + 1) * clock.HOUR, now)
    looks = [await _look(watch, latest(hours_of(watch, counts))) for watch in WATCHES]
    numbers = await database.rows(
        """SELECT id, quality FROM number
            WHERE tenant_id = $1::uuid AND quality IN ('YELLOW', 'RED') AND state = 'connected'""",
        tenancy.current(),
    )
    beyond = [one for one in looks if one]
    poor = {row["id"]: row["quality"] for row in numbers}
    # What may be by chance raises nothing, and clears nothing.
    await _clear({(one.watch.kpi, "") for one in beyond} | {(QUALITY, one) for one in poor})
    await _raise([await _alert(one) for one in await _sure(await _unraised(beyond))])
    await _raise([_of_quality(*one) for one in poor.items()])
    # News that came meanwhile has made it due earlier, and stays.
    await database.run(
        """UPDATE alert_check SET due_at = $3::bigint
            WHERE tenant_id = $1::uuid AND due_at = $2::bigint""",
        tenancy.current(),
        claimed,
        now + clock.HOUR,
    )
    return 1


async def _note(_news: Sequence[Event]) -> None:
    due_at = clock.now() + _MOMENT
    await database.insert(
        "alert_check",
        [{"tenant_id": tenancy.current(), "name": "figures", "due_at": due_at}],
        conflict="""ON CONFLICT (tenant_id, name) DO UPDATE SET due_at = excluded.due_at
                    WHERE alert_check.due_at > excluded.due_at""",
    )


async def _look(watch: Watch, hours: Hours) -> _Look | None:
    """The figure of these hours where it is beyond its limit, or beyond what is usual then."""
    if not hours:
        return None
    bad, of = (sum(one[part] for one in hours.values()) for part in (0, 1))
    usual = await usual_of(watch.kpi, sorted(hours))
    expected, most = None, float(watch.limit)
    if usual:
        weights = [hours[hour][1] / of for hour in sorted(hours)]
        expected = sum(one.expected * weight for one, weight in zip(usual, weights, strict=True))
        spread = max(one.spread for one in usual)
        far = max(expected + _SPREADS * spread, _TIMES * expected, watch.limit / _TRIFLE)
        most = min(most, far)
    look = _Look(watch, hours, bad, of, expected, most)
    return look if look.value > most else None


async def _unraised(looks: Sequence[_Look]) -> list[_Look]:
    """Those of which no alert is open."""
    raised = await database.rows(
        "SELECT kpi FROM alert WHERE tenant_id = $1::uuid AND cleared_at IS NULL AND subject = ''",
        tenancy.current(),
    )
    known = {row["kpi"] for row in raised}
    return [look for look in looks if look.watch.kpi not in known]


async def _sure(looks: Sequence[_Look]) -> list[_Look]:
    """Those that are not beyond their border by chance."""
    # What chance explains easily is not worth the closer look, which takes a process.
    shares = [look for look in looks if look.watch.is_share and _hardly_by_chance(look)]
    bounds = await reckoning.intervals([(one.bad, one.of) for one in shares], _ALPHA)
    beyond = [
        look
        for look, (least, _) in zip(shares, bounds, strict=True)
        if look.watch.scale * least > look.most
    ]
    return [*(look for look in looks if not look.watch.is_share), *beyond]


def _hardly_by_chance(look: _Look) -> bool:
    share = look.most / look.watch.scale
    return look.bad - look.of * share >= 2 * sqrt(look.of * share * (1 - share))


async def _alert(look: _Look) -> dict[str, Any]:
    watch, cause = look.watch, await likely_cause(look.watch, list(look.hours))
    return {
        "kpi": watch.kpi,
        "subject": "",
        "reason": "limit" if look.value > watch.limit else "baseline",
        "value": watch.shown(look.value),
        "expected": None if look.expected is None else watch.shown(look.expected),
        "border": watch.shown(watch.limit),
        "rating": None,
        "counted": sum(n for _, n in look.hours.values()),
        "since": min(look.hours),
        "cause": cause.dimension if cause else None,
        "cause_value": cause.value if cause else None,
        "cause_percent": round(100 * cause.share) if cause else None,
    }


def _of_quality(number_id: Id, rating: str) -> dict[str, Any]:
    """The platform rates a number worse than good: what else there is to know, its page tells."""
    empty = ("value", "expected", "border", "cause", "cause_value", "cause_percent")
    return {
        **dict.fromkeys(empty),
        "kpi": QUALITY,
        "subject": number_id,
        "reason": "limit",
        "rating": rating,
        "counted": 0,
        "since": clock.now(),
    }


@database.unit_of_work
async def _raise(alerts: Sequence[dict[str, Any]]) -> None:
    """Each of which none is open yet."""
    common = {"tenant_id": tenancy.current(), "raised_at": clock.now()}
    added = await database.insert(
        "alert",
        [{**common, "id": ids.new_id(), **one} for one in alerts],
        conflict="ON CONFLICT DO NOTHING",
        returning="id, kpi",
    )
    await events.record(
        *(Event("alert.raised", {"alert": row["id"], "kpi": row["kpi"]}) for row in added)
    )


@database.unit_of_work
async def _clear(stay: set[tuple[str, str]]) -> None:
    """All that are open, but for these (KPI, subject)."""
    cleared = await database.rows(
        """UPDATE alert SET cleared_at = $2::bigint
            WHERE tenant_id = $1::uuid AND cleared_at IS NULL
              AND (kpi, subject) NOT IN (SELECT b.kpi, b.subject FROM ({batch}) AS b)
           RETURNING id, kpi""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"kpi": "text", "subject": "text"}, [[*one] for one in sorted(stay)]),
    )
    await events.record(
        *(Event("alert.cleared", {"alert": row["id"], "kpi": row["kpi"]}) for row in cleared)
    )
