"""The page that says what every KPI means, made from the definitions."""

from __future__ import annotations

from analytics.kpis import ENOUGH, KPIS, Kpi
from counters import DIMENSIONS, METRICS, VERSION, WITHOUT_SOURCE

_HEAD = f"""\
# What every KPI means

Made from `analytics/kpis.py` and `counters/metrics.py` by `python -m scripts.kpis`; do not edit it by hand. Version {VERSION}: with another one everything is counted anew.

A thing gives its metrics to one hour, the one in which it began: a reply to the hour in which the customer was written to, so that what was written last is answered later. Days, weeks, months and quarters are the tenant's; the weekday and hour of `local_hour` are the contact's. Where a divisor is nothing there is no data, never 0. Percentiles are right to 1 %. A tile whose divisor is under {ENOUGH}, or was so in the period before, says that it is too few to tell.

State: a target that is met is ON_TARGET, missed by at most a tenth of it WATCH, by more OFF. Where no target is named, the period before is the measure; NO_TARGET where there is none, or neither more nor less is better. `kpiTargetSet` sets a tenant's own.
"""  # noqa: E501 (a page, whose paragraphs are lines)


def kpi_page() -> str:
    """The page, in Markdown."""
    kpis = [_row(*_FIELDS), _row(*("---" for _ in _FIELDS)), *(_row(*_told(k)) for k in _counted())]
    lacking = [
        f"- **{one.title}** (`{one.name}`), from {one.lacks}: {one.meaning}" for one in _lacking()
    ]
    metrics = [
        _row("metric", "one of it", "dimensions"),
        _row("---", "---", "---"),
        *(_row(f"`{name}`", one.says, ", ".join(one.dimensions)) for name, one in METRICS.items()),
    ]
    dimensions = [f"- `{name}`: {says}" for name, says in DIMENSIONS.items()]
    later = [f"- `{name}`: not yet, for want of {says}." for name, says in WITHOUT_SOURCE.items()]
    return "\n".join(
        [
            *(_HEAD, "## KPIs\n", *kpis),
            *("\n## Not yet counted (NO_SOURCE_YET)\n", *lacking),
            *("\n## Dimensions: the values of each come to the total\n", *dimensions, *later),
            *("\n## What is counted\n", *metrics, ""),
        ]
    )


_FIELDS = ("name", "meaning", "formula", "unit", "target", "healthy", "source", "period", "by")


def _counted() -> list[Kpi]:
    return [one for one in KPIS.values() if not one.lacks]


def _lacking() -> list[Kpi]:
    return [one for one in KPIS.values() if one.lacks]


def _told(one: Kpi) -> tuple[str, ...]:
    low, high = one.healthy
    healthy = f"{'' if low is None else f'{low:g}'}–{'' if high is None else f'{high:g}'}"
    sign = {"more": "≥ ", "less": "≤ ", "": ""}[one.good]
    aim = f"{one.target:g}" if one.target is not None else "the period before" if one.good else ""
    return (
        f"`{one.name}`",
        f"**{one.title}.** {one.meaning}",
        one.formula,
        one.unit,
        sign + aim,
        "" if healthy == "–" else healthy,
        one.source if one.good else "",
        one.period,
        ", ".join(one.dimensions),
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
