"""Analytics: what it all came to.

I own the definitions of the KPIs (`analytics/kpis.py`: one page), boards of their figures and what
tenants want them to be.
My words: a *figure* is a KPI over a period, a *tile* a figure with its state against the target
and the period before, a *board* tiles, a *bucket* an hour, day, week, month or quarter by a clock.
I record no events.
"""

from analytics.asked import Asked, Comparison, checked
from analytics.board import Point, Slice, Tile, board
from analytics.figures import Every, Figure, figures, reckon
from analytics.kpis import ENOUGH, KPIS, Kpi
from analytics.labels import labels_of
from analytics.targets import read_targets, set_target

__all__ = [
    "ENOUGH",
    "KPIS",
    "Asked",
    "Comparison",
    "Every",
    "Figure",
    "Kpi",
    "Point",
    "Slice",
    "Tile",
    "board",
    "checked",
    "figures",
    "labels_of",
    "read_targets",
    "reckon",
    "set_target",
]
