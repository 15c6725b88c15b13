"""Counters: what happened, counted once, and what it came from.

I own attribution: to which touch an order belongs (F34).
My words: touch (a promotion as it reached somebody, or a code that they used), evidence (what shows
it: a coupon, a reading, a delivery), counted order (one that stands: no test, not called off).
My events: order.attributed.
"""

from counters.attribution import (
    AttributionRow,
    Evidence,
    attribute_orders,
    attributions_of,
    follow_attribution,
)
from counters.revenue import Revenue, revenue_of

__all__ = [
    "AttributionRow",
    "Evidence",
    "Revenue",
    "attribute_orders",
    "attributions_of",
    "follow_attribution",
    "revenue_of",
]
