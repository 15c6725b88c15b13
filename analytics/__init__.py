"""Analytics: what it all came to.

I own the definitions of the KPIs (`analytics/kpis.py`: one page), and boards of their figures.
My words: a *figure* is a KPI over a period, a *tile* a figure with its state against the target
and the period before, a *board* tiles, a *bucket* an hour, day, week, month or quarter by the
tenant's clock.
I record no events.
"""

from analytics.kpis import ENOUGH, KPIS, Kpi

__all__ = ["ENOUGH", "KPIS", "Kpi"]
