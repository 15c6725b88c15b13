"""The data map: figures of many, what tenants want them to be, and alerts; they name nobody."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "kpi_target": table(
        "operation", "nobody", clear="tenant_id name millionths updated_at", key="name"
    ),
    "alert": table(
        "operation",
        "nobody",
        clear="tenant_id id kpi subject reason value expected border rating counted since cause "
        "cause_value cause_percent raised_at cleared_at acknowledged_at acknowledged_by",
    ),
    "alert_check": table("operation", "nobody", clear="tenant_id name due_at"),
    "kpi_baseline": table(
        "operation", "nobody", clear="tenant_id kpi slot expected spread learnt_at"
    ),
    "weekly_report": table("operation", "nobody", clear="tenant_id id week document published_at"),
}
