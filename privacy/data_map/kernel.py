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
        "contact",
        "When something of yours was looked at or changed, and what for",
        by="id>audit_subject.entry_id",
        told="id at actor_kind action outcome request_id",
        masked="actor_id",
        # The ids are also those of other people whom the same request touched.
        clear="tenant_id ids chain_seq chain_hash",
    ),
    "audit_subject": table(
        "security",
        "contact",
        by="about_id>contact about_id>subject",
        key="about_id entry_id",
        clear="tenant_id about_id entry_id",
        withheld="By which id an entry of the log is found; the entries are told.",
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
