"""What is usual of each watched figure, by quarter of a day of the week, learnt nightly (F42)."""

from __future__ import annotations

from analytics import reckoning
from analytics.reckoning import Normal
from analytics.watches import WATCHES, Watch, counted, hours_of
from kernel import clock, database, tenancy

# Of single hours too little is told: a day has four slots, a week is a season of 28.
_SLOT = 6 * clock.HOUR
_SEASON = 28
_WEEKS = 8


async def learn_baselines() -> None:
    """Learn anew what is usual for the current tenant; what tells too little has no baseline."""
    until = clock.now() // _SLOT * _SLOT
    found = await counted(WATCHES, until - _WEEKS * _SEASON * _SLOT, until)
    if not found:
        return
    first = min(hour for hour, _ in found) // _SLOT * _SLOT
    series = {}
    for watch in WATCHES:
        slots = [[0, 0] for _ in range(first, until, _SLOT)]
        for hour, both in hours_of(watch, found).items():
            for part in (0, 1):
                slots[(hour - first) // _SLOT][part] += both[part]
        series[watch.kpi] = [(bad, of) for bad, of in slots]
    learnt = await reckoning.baselines(series, _SEASON)
    await _save({one: _by_slot(learnt[one.kpi], first) for one in WATCHES if one.kpi in learnt})


async def usual_of(kpi: str, hours: list[int]) -> list[Normal] | None:
    """What is usual in each of these hours; None where it is not known."""
    rows = await database.rows(
        """SELECT slot, expected, spread FROM kpi_baseline
            WHERE tenant_id = $1::uuid AND kpi = $2""",
        tenancy.current(),
        kpi,
    )
    known = {row["slot"]: Normal(row["expected"], row["spread"]) for row in rows}
    return [known[_slot_of(hour)] for hour in hours] if known else None


def _by_slot(usual: list[Normal], first: int) -> dict[int, Normal]:
    start = _slot_of(first)
    return {(start + place) % _SEASON: one for place, one in enumerate(usual)}


def _slot_of(hour: int) -> int:
    """Which sixth hour of the week, by UTC; which day is first does not matter."""
    return hour // _SLOT % _SEASON


@database.unit_of_work
async def _save(learnt: dict[Watch, dict[int, Normal]]) -> None:
    tenant_id = tenancy.current()
    await database.run("DELETE FROM kpi_baseline WHERE tenant_id = $1::uuid", tenant_id)
    await database.insert(
        "kpi_baseline",
        [
            {
                "tenant_id": tenant_id,
                "kpi": watch.kpi,
                "slot": slot,
                "expected": round(one.expected * watch.scale),
                "spread": round(one.spread * watch.scale),
                "learnt_at": clock.now(),
            }
            for watch, usual in learnt.items()
            for slot, one in usual.items()
        ],
    )
