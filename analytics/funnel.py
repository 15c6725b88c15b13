"""The way from what was sent to what was bought, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.asked import Asked
from kernel import database, tenancy
from kernel.database import Batch
from kernel.errors import Invalid

# From the metric of each step to its name.
STEPS = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "replies": "answered",
    "attributed_orders": "bought",
}
# By these every step can be told; by the others not all of them.
_FITS = ("campaign", "country", "customer", "tag", "touchpoint")


@dataclass(frozen=True, slots=True)
class Step:
    """How many came to a step; `share` is of the step before, None where nobody came there."""

    name: str
    count: int
    share: float | None


async def funnel(asked: Asked) -> list[Step]:
    """The steps of a period: of everything, or of what the board is filtered by."""
    dimension, value = asked.only or ("", "")
    if dimension and dimension not in _FITS:
        raise Invalid(
            f"A funnel is filtered by {', '.join(_FITS)}.", code="DOES_NOT_FIT", field=("filter",)
        )
    rows = await database.rows(
        """SELECT k.metric, CAST(sum(k.n) AS bigint) AS n FROM ({batch}) AS b
             JOIN kpi_hour k ON k.tenant_id = $1::uuid AND k.dimension = $2
              AND k.metric = b.metric AND k.hour >= $3 AND k.hour < $4
            WHERE k.value = $5 GROUP BY k.metric""",
        tenancy.current(),
        dimension,
        *asked.span,
        value,
        batch=Batch({"metric": "text"}, [[one] for one in STEPS]),
    )
    counted = {row["metric"]: row["n"] for row in rows}
    steps: list[Step] = []
    for metric, name in STEPS.items():
        count, before = counted.get(metric, 0), steps[-1].count if steps else 0
        steps.append(Step(name, count, count / before if before else None))
    return steps
