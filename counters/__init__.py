"""Counters: what happened, counted once, and what it came from.

I own attribution: to which touch an order belongs (F34); the counters of every tenant by hour
(`kpi_hour`), what each thing has given to them (`kpi_source`), and how counting stands.
My words: a *metric* is what is counted, an *entry* what one thing gives to the metrics of one hour,
a *dimension* what metrics are broken down by, a *bin* a span of durations 1 % around its value;
touch (a promotion as it reached somebody, or a code that they used), evidence (what shows
it: a coupon, a reading, a delivery), counted order (one that stands: no test, not called off).
My events: order.attributed.
"""

from counters.anew import Anew, begin, count_anew, how_far, pause
from counters.attribution import (
    AttributionRow,
    Evidence,
    attribute_orders,
    attributions_of,
    follow_attribution,
)
from counters.count import count, count_events
from counters.metrics import DIMENSIONS, METRICS, SEVERAL, VERSION, WITHOUT_SOURCE, Metric
from counters.revenue import Brought, Revenue, brought, revenue_of
from counters.said import seconds_of

__all__ = [
    "DIMENSIONS",
    "METRICS",
    "SEVERAL",
    "VERSION",
    "WITHOUT_SOURCE",
    "Anew",
    "AttributionRow",
    "Brought",
    "Evidence",
    "Metric",
    "Revenue",
    "attribute_orders",
    "attributions_of",
    "begin",
    "brought",
    "count",
    "count_anew",
    "count_events",
    "follow_attribution",
    "how_far",
    "pause",
    "revenue_of",
    "seconds_of",
]
