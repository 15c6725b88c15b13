"""The data map: what is said to many."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "campaign": table(
        "campaigns",
        "colleague",
        clear="tenant_id id name state state_reason state_at person_id template_name "
        "template_language template_category everybody topic pace_kind per_second starts_at "
        "local_hour expires_at max_failed_percent settled_before failed_before launched_at "
        "frozen_at finished_at lease_until fence created_at updated_at",
        sealed="content_sealed",
        house="content_sealed",
    ),
    "campaign_number": table(
        "campaigns", "nobody", clear="tenant_id campaign_id number_id mailing_id"
    ),
    "campaign_tag": table("campaigns", "nobody", clear="tenant_id campaign_id tag_id part"),
    "campaign_segment": table("campaigns", "nobody", clear="tenant_id campaign_id segment_id part"),
    "campaign_contact": table(
        "campaigns",
        "contact",
        "Campaigns that you were listed for, or excluded from",
        by="contact_id>contact",
        key="campaign_id part contact_id",
        told="campaign_id contact_id part",
        clear="tenant_id",
    ),
    "campaign_failure": table(
        "campaigns",
        "contact",
        by="message_id>message",
        key="campaign_id message_id",
        clear="tenant_id campaign_id message_id does_harm",
        withheld="That a message to you failed, which its file tells as well.",
    ),
}
