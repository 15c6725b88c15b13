"""The data map: what tenants want their figures to be."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "kpi_target": table(
        "operation", "nobody", clear="tenant_id name millionths updated_at", key="name"
    ),
}
