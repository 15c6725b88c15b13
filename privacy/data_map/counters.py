"""The data map: what was counted, and what it came from."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "attribution": table(
        "purchases",
        "contact",
        "Which message or code your orders were put down to",
        by="order_id>shop_order",
        key="order_id",
        told="order_id evidence send_id campaign_id touchpoint_id touched_at confidence "
        "attributed_at",
        clear="tenant_id",
    ),
}
