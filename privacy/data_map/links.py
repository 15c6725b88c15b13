"""The data map: touchpoints, and who came through which."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "touchpoint": table(
        "operation",
        "nobody",
        clear="tenant_id id kind name number_id code sign keyword ad_id greeting label wording "
        "incentive state created_at updated_at",
    ),
    "touchpoint_use": table(
        "contacts",
        "contact",
        "Where you met us",
        by="contact_id>contact",
        told="id touchpoint_id contact_id way message_id at",
        clear="tenant_id",
    ),
}
