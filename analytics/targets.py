"""Targets that a tenant set for itself, in place of the house's."""

from __future__ import annotations

from analytics.kpis import KPIS
from kernel import clock, database, tenancy
from kernel.errors import Invalid

_MILLION = 1_000_000
_MOST = 10**9


async def read_targets() -> dict[str, float]:
    """The current tenant's own targets, in the units of their KPIs."""
    rows = await database.rows(
        "SELECT name, millionths FROM kpi_target WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return {row["name"]: row["millionths"] / _MILLION for row in rows}


@database.unit_of_work
async def set_target(name: str, target: float | None) -> None:
    """Have a KPI aim at this; None is the house's target again. Invalid names the field."""
    kpi = KPIS[name]
    if target is None:
        await database.run(
            "DELETE FROM kpi_target WHERE tenant_id = $1::uuid AND name = $2",
            tenancy.current(),
            name,
        )
        return
    most = 1 if kpi.unit == "share" else _MOST
    if not kpi.good:
        raise Invalid("Neither more nor less of it is better: it has no target.", field=("name",))
    if not 0 <= target <= most:
        raise Invalid(f"A target of {name} is 0 to {most}.", field=("target",))
    await database.insert(
        "kpi_target",
        [
            {
                "tenant_id": tenancy.current(),
                "name": name,
                "millionths": round(target * _MILLION),
                "updated_at": clock.now(),
            }
        ],
        conflict="""ON CONFLICT (tenant_id, name) DO UPDATE
            SET millionths = excluded.millionths, updated_at = excluded.updated_at""",
    )
