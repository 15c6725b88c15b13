"""The data map: whom we know, and what they allowed."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "contact": table(
        "contacts",
        "contact",
        "Who you are to us",
        by="id>contact",
        told="id state merged_into name_at language language_source country country_source "
        "time_zone time_zone_source marketing_gap_days source created_at updated_at",
        opened="name_sealed",
        masked="owner_id",
        clear="tenant_id subject_id name_tie suppressed_by",
    ),
    "subject": table(
        "contacts",
        "contact",
        by="contact_id>contact",
        clear="tenant_id id contact_id created_at erased_at",
        withheld="Names of keys, which tell nothing of the person.",
    ),
    "identity": table(
        "contacts",
        "contact",
        "Numbers, addresses and names by which we know you",
        by="contact_id>contact",
        told="id contact_id kind scope state source first_at last_at ended_at",
        opened="value_sealed",
        clear="tenant_id subject_id",
        keyed="token",
    ),
    "contact_merge": table(
        "contacts",
        "contact",
        "When we found that two entries were you",
        by="survivor_id>contact",
        told="id survivor_id merged_id reason at undone_at",
        clear="tenant_id",
    ),
    # A mark tells of nobody: only who shows the id again can be recognised by it.
    "suppression": table("rights", "nobody", clear="tenant_id origin_id at state", keyed="token"),
    "contact_search": table(
        "contacts",
        "contact",
        by="contact_id>contact",
        key="token contact_id",
        clear="tenant_id contact_id",
        searched="token",
        withheld="Keyed hashes of pieces of the name, which is told whole.",
    ),
    "tag": table(
        "contacts",
        "contact",
        "What our labels are called",
        by="id>contact_tag.tag_id",
        told="id name",
        clear="tenant_id created_at",
    ),
    "contact_tag": table(
        "contacts",
        "contact",
        "Labels that we gave you",
        by="contact_id>contact",
        key="contact_id tag_id",
        told="contact_id tag_id source at",
        clear="tenant_id",
    ),
    "contact_pace": table(
        "contacts",
        "contact",
        "How often and when we write to you",
        by="contact_id>contact",
        key="contact_id",
        told="contact_id stage tier first_purchase_at best_hour learned_at",
        clear="tenant_id",
    ),
    "pace_rule": table("operation", "nobody", clear="tenant_id name value updated_at"),
    "topic": table(
        "operation",
        "nobody",
        clear="tenant_id id code name names state created_at updated_at",
    ),
    "consent_entry": table(
        "consent",
        "contact",
        "What you allowed and withdrew, step by step",
        by="contact_id>contact",
        told="id contact_id purpose topic kind method provider_at recorded_at request_id "
        "touchpoint_id wording_id text_hash notice actor_kind prompt_id answer_id",
        opened="evidence_sealed:json",
        masked="actor_id",
        clear="tenant_id subject_id chain_seq chain_hash",
        keyed="source_token",
    ),
    "consent_wording": table(
        "consent",
        "contact",
        "What you were asked to agree to",
        by="id>consent_entry.wording_id",
        told="id name locale version purpose topic statement prompt notice text_hash created_at",
        clear="tenant_id template_name answered_by",
    ),
    "consent_request": table(
        "consent",
        "contact",
        "What you asked for, and whether you confirmed it",
        by="contact_id>contact",
        told="id contact_id purpose topic wording_id touchpoint_id number_id state asked_at "
        "decided_at prompt_id prompted_at prompt_hash released_at link_used_at expires_at "
        "created_at",
        opened="incentive_sealed",
        clear="tenant_id subject_id trouble due_at",
    ),
    "consent_state": table(
        "consent",
        "contact",
        "What you allow now",
        by="contact_id>contact",
        key="contact_id purpose topic",
        told="contact_id purpose topic state since entry_id",
        clear="tenant_id",
    ),
    "activity": table(
        "contacts",
        "contact",
        "What touched you, and when",
        by="contact_id>contact",
        told="id contact_id at kind reference amount:money currency",
        clear="tenant_id",
    ),
}
