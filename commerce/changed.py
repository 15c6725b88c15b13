"""That an order counts for something else: its sum, its time, its buyer, or whether it counts."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.events import Event
from kernel.ids import Id


def changes(order_id: Id, buyers: Iterable[Id | None]) -> list[Event]:
    """Tells it to each whose the order was or is; without anybody, once."""
    known = sorted({one for one in buyers if one})
    told = [Event("order.changed", {"order": order_id, "contact": one}) for one in known]
    return told or [Event("order.changed", {"order": order_id})]


def returns_change(buyers: Iterable[Id | None]) -> list[Event]:
    """Tells it to each to whom money went back that belongs to no order."""
    known = sorted({one for one in buyers if one})
    return [Event("order.changed", {"contact": one}) for one in known]
