"""What is watched, and when it is news (F42): three figures against limits and what is usual.

Each is a part of a whole, `bad` of `of`: more of it is worse. A figure is that of the last hours
that together hold enough, a day at most; where they hold too little, nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kernel import clock, database, tenancy

# So many of the whole are enough.
ENOUGH = 50
HOURS = 24
# What was written so lately may still arrive, and counts as arrived unless it failed.
_RIPE = 2 * clock.HOUR
Hours = dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Watch:
    """A figure (a KPI of analytics/kpis.py), from metrics, and its limit: in millionths where it is
    a share, else in microseconds. `is_turned`: the KPI is what is left of the share.
    """

    kpi: str
    metrics: tuple[str, ...]
    of: str
    limit: int
    is_share: bool = True
    is_turned: bool = False

    @property
    def scale(self) -> int:
        """Shares are told in millionths."""
        return 1_000_000 if self.is_share else 1

    def bad(self, hour: int, metrics: Mapping[str, int]) -> int:
        """How much of an hour, or of one value of a dimension in it, is bad."""
        if not self.is_turned:
            return metrics.get(self.metrics[0], 0)
        if hour + clock.HOUR + _RIPE > clock.now():
            return metrics.get("failed", 0) - metrics.get("blocked", 0)
        # Who blocks is told of by a watch of its own.
        lost = ("delivered", "blocked")
        return metrics.get("sent", 0) - sum(metrics.get(name, 0) for name in lost)

    def shown(self, value: float) -> int:
        """A bad share, or mean, as the KPI shows it."""
        return round(self.scale - value) if self.is_turned else round(value)


# Limits: F42, and F41's target for answers.
WATCHES = (
    Watch("block_rate", ("blocked",), "sent", 70_000),
    Watch("delivery_rate", ("delivered", "failed", "blocked"), "sent", 50_000, is_turned=True),
    Watch("agent_response_mean", ("answer_open",), "answers", 15 * clock.MINUTE, is_share=False),
)


async def counted(
    watches: Sequence[Watch], since: int, until: int, dimension: str = ""
) -> dict[tuple[int, str], dict[str, int]]:
    """What was counted from `since` up to `until`, by hour and value of a dimension."""
    metrics = sorted({name for one in watches for name in (*one.metrics, one.of)})
    places = ", ".join(f"${place}" for place in range(5, 5 + len(metrics)))
    rows = await database.rows(
        f"""SELECT k.hour, k.value, k.metric, sum(k.n) AS n FROM kpi_hour k
             WHERE k.tenant_id = $1::uuid AND k.dimension = $2 AND k.hour >= $3::bigint
               AND k.hour < $4::bigint AND k.metric IN ({places})
             GROUP BY k.hour, k.value, k.metric""",
        tenancy.current(),
        dimension,
        since,
        until,
        *metrics,
    )
    found: dict[tuple[int, str], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row["hour"], row["value"]), {})[row["metric"]] = int(row["n"])
    return found


def hours_of(watch: Watch, found: Mapping[tuple[int, str], Mapping[str, int]]) -> Hours:
    """How much was bad, of how much, by hour."""
    return {
        hour: (watch.bad(hour, one), one[watch.of])
        for (hour, _), one in found.items()
        if one.get(watch.of)
    }


def latest(hours: Hours) -> Hours:
    """The last hours that together hold enough; nothing where they do not."""
    taken: Hours = {}
    for hour in sorted(hours, reverse=True):
        taken[hour] = hours[hour]
        if sum(n for _, n in taken.values()) >= ENOUGH:
            return taken
    return {}
