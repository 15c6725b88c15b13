"""Nights: what is done once a day for each tenant, when its own clock says two (F49)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kernel import clock, database, tenancy
from kernel.ids import Id

_BEGINS = 2


async def tenants_at_night(task: str) -> dict[Id, str]:
    """The tenants whose night has begun and whose task is not done yet, each with its day."""
    due = {}
    for tenant_id in await everyone():
        with tenancy.acting_for(tenant_id):
            day = await _day_to_do(task)
        if day:
            due[tenant_id] = day
    return due


async def everyone() -> list[Id]:
    """All tenants, the oldest first."""
    with tenancy.across_tenants("what is done for every tenant, each by itself"):
        return [row["id"] for row in await database.rows("SELECT id FROM tenant ORDER BY id")]


async def end_night(task: str, day: str) -> None:
    """The current tenant's task of this day is done."""
    await database.insert(
        "night",
        [{"tenant_id": tenancy.current(), "task": task, "day": day}],
        conflict="ON CONFLICT (tenant_id, task) DO UPDATE SET day = excluded.day",
    )


async def _day_to_do(task: str) -> str | None:
    row = await database.row(
        """SELECT t.time_zone, n.day FROM tenant t
             LEFT JOIN night n ON n.tenant_id = t.id AND n.task = $2
            WHERE t.id = $1::uuid""",
        tenancy.current(),
        task,
    )
    if row is None:
        return None
    now = datetime.fromtimestamp(clock.now() / clock.SECOND, UTC)
    local = now.astimezone(ZoneInfo(row["time_zone"]))
    day = local.date().isoformat()
    return day if local.hour >= _BEGINS and (row["day"] or "") < day else None
