"""The data map: what contacts come to."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "contact_facts": table(
        "purchases",
        "contact",
        "What your orders and messages come to, and the classes that follow",
        by="contact_id>contact",
        key="contact_id",
        told="contact_id first_order_at last_order_at orders spent:money spent_net:money "
        "first_order:money largest_order:money orders_30d orders_90d orders_180d orders_365d "
        "spent_365d:money last_inbound_at last_outbound_at last_read_at inbound_30d clicks_7d "
        "r f m rn fn mn rfm_segment recency_class frequency_class tier value_class stage "
        "computed_at",
        clear="tenant_id due_at",
    ),
    "facts_state": table(
        "operation",
        "nobody",
        clear="tenant_id buyers cuts cuts_at cuts_due_at walk_after walk_done walk_total "
        "walk_started_at walk_finished_at",
    ),
    "segment_member": table(
        "contacts",
        "contact",
        "To which groups of contacts you belonged, and when",
        by="contact_id>contact",
        key="segment_id contact_id entered_at",
        told="segment_id contact_id entered_at left_at",
        clear="tenant_id",
    ),
    # Rules hold ids of contacts at most.
    "segment": table(
        "contacts",
        "contact",
        "What these groups are called",
        by="id>segment_member.segment_id",
        told="id name",
        clear="tenant_id code rule version filled_version filled_at seen_to tag_id person_id "
        "created_at updated_at deleted_at",
    ),
}
