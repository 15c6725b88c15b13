"""The data map: tables of the kernel."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "outbox": table("operation", "nobody", clear="position tenant_id id kind at refs"),
    "reader": table("operation", "nobody", clear="name position event_id lease_until fence"),
    "destroyed_mark": table("security", "nobody", clear="name position"),
    "chain_head": table("operation", "nobody", clear="tenant_id chain seq hash cut_seq cut_hash"),
    "audit_entry": table(
        "security",
        "colleague",
        clear="tenant_id id at actor_kind actor_id action outcome request_id ids chain_seq "
        "chain_hash",
        withheld="Who of the house did what, by ids alone: other people's data.",
    ),
    "audit_subject": table(
        "security",
        "colleague",
        clear="tenant_id about_id entry_id",
        withheld="By which id an entry of the log is found.",
    ),
    "tenant_key": table("security", "nobody", clear="tenant_id kind version made_at dropped_at"),
    "person_key": table(
        "security",
        "contact",
        by="subject_id>subject",
        key="subject_id",
        clear="tenant_id subject_id tenant_key_version created_at",
        sealed="wrapped",
        withheld="A key, which tells nothing of the person.",
    ),
}
