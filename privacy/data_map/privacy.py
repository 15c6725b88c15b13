"""The data map: what persons ask for by law, what was done about it, and how they are forgotten."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "tenant_closing": table(
        "operation",
        "nobody",
        clear="tenant_id id state due_at size lease_until created_at updated_at",
    ),
    "retention_rule": table(
        "operation", "nobody", clear="tenant_id id kind days created_at updated_at"
    ),
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
    "erasure": table(
        "rights",
        "contact",
        by="contact_id>contact",
        clear="tenant_id id contact_id reason request_id state trouble receipt receipt_signature "
        "attempts lease_until fence created_at finished_at",
        sealed="ids_sealed",
        withheld="How far a person is forgotten: who asks for an archive is not.",
    ),
    "legal_hold": table(
        "rights",
        "contact",
        by="contact_id>contact",
        clear="tenant_id id subject_id contact_id listed until_at created_at ended_at",
        sealed="reason_sealed kept_sealed",
        house="reason_sealed",
        withheld="What the law makes us keep; it holds a copy of what is exported elsewhere.",
    ),
    "erasure_step": table(
        "rights",
        "nobody",
        clear="tenant_id erasure_id step count done_at",
    ),
    "processor": table(
        "rights",
        "nobody",
        clear="tenant_id id name url created_at removed_at",
        sealed="secret_sealed",
        house="secret_sealed",
    ),
    "processor_notice": table(
        "rights",
        "nobody",
        clear="tenant_id erasure_id processor_id told_at trouble",
    ),
    "breach": table(
        "rights",
        "nobody",
        clear="tenant_id id state categories known_at due_at warned reported_at closed_at "
        "created_at updated_at",
        sealed="words_sealed",
        house="words_sealed",
    ),
    "breach_person": table(
        "rights",
        "contact",
        "Breaches that concerned you",
        by="contact_id>contact",
        key="breach_id contact_id",
        told="breach_id contact_id added_at",
        clear="tenant_id",
    ),
    "personal_export": table(
        "rights",
        "contact",
        "Exports of your data",
        by="contact_id>contact",
        told="id contact_id request_id state done total size downloads created_at started_at "
        "finished_at expires_at downloaded_at",
        masked="person_id",
        clear="tenant_id trouble place reached pages staged downloads_left attempts lease_until "
        "fence updated_at",
    ),
    "privacy_letter": table(
        "rights",
        "contact",
        "What you were told about it",
        by="request_id>privacy_request",
        told="id kind request_id state way created_at",
        clear="tenant_id subject_id locale code_until tries due_at lease_until fence attempts",
        keyed="asked_token code_token",
    ),
}
