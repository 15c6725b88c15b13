"""The data map: what persons ask for by law, and what was done about it."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "privacy_request": table(
        "rights",
        "contact",
        "What you asked of us by law",
        by="contact_id>contact",
        told="id kind origin contact_id state proof outcome received_at due_at closed_at "
        "created_at updated_at",
        opened="details_sealed",
        masked="origin_id",
        clear="tenant_id subject_id months stands_since stood warned work_id",
    ),
    "privacy_step": table(
        "rights",
        "contact",
        "What was done about it",
        by="request_id>privacy_request",
        told="id request_id kind actor_kind at",
        opened="note_sealed",
        masked="actor_id",
        clear="tenant_id subject_id",
    ),
}
