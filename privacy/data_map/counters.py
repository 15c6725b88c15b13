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
    "kpi_hour": table(
        "operation", "nobody", clear="tenant_id dimension metric hour value bin n", key="metric"
    ),
    "kpi_source": table(
        "operation",
        "nobody",
        clear="tenant_id kind thing_id part generation gave",
        key="kind thing_id part",
    ),
    "kpi_count": table(
        "operation",
        "nobody",
        clear="tenant_id name generation basis stage after_id done total is_paused started_at "
        "finished_at",
        key="name",
    ),
}
