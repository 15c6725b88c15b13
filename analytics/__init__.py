"""Analytics: what it all came to.

I own the definitions of the KPIs (`analytics/kpis.py`: one page), boards of their figures, what
tenants want them to be, alerts of sudden changes (F42) and the weekly report (F43).
My words: a *figure* is a KPI over a period, a *tile* a figure with its state against the target
and the period before, a *board* tiles, a *bucket* an hour, day, week, month or quarter by a clock;
a *watch* is a figure with a limit, its *baseline* what is usual at that time of the week.
My events: alert.raised, alert.cleared, report.published.
"""

from analytics.alert_reads import AlertRow, acknowledge, alert_page, alerts_by_ids, count_alerts
from analytics.alerts import check, follow_news, tenants_to_check
from analytics.asked import Asked, Comparison, checked
from analytics.baselines import learn_baselines
from analytics.board import Point, Slice, Tile, board
from analytics.figures import EVERY, Every, Figure, figures, reckon
from analytics.funnel import Step, funnel
from analytics.kpis import ENOUGH, KPIS, Kpi
from analytics.labels import labels_of
from analytics.page import kpi_page
from analytics.report_reads import ReportRow, count_reports, report_page, reports_by_ids
from analytics.targets import read_targets, set_target
from analytics.weekly import publish_weekly

__all__ = [
    "ENOUGH",
    "EVERY",
    "KPIS",
    "AlertRow",
    "Asked",
    "Comparison",
    "Every",
    "Figure",
    "Kpi",
    "Point",
    "ReportRow",
    "Slice",
    "Step",
    "Tile",
    "acknowledge",
    "alert_page",
    "alerts_by_ids",
    "board",
    "check",
    "checked",
    "count_alerts",
    "count_reports",
    "figures",
    "follow_news",
    "funnel",
    "kpi_page",
    "labels_of",
    "learn_baselines",
    "publish_weekly",
    "read_targets",
    "reckon",
    "report_page",
    "reports_by_ids",
    "set_target",
    "tenants_to_check",
]
