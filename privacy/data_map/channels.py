"""The data map: what platforms tell and carry."""

from __future__ import annotations

from privacy.data_map.table import Table, table

_SORTED = "Raw deliveries mix people; sorted, each part is told in the other files."

TABLES: dict[str, Table] = {
    "platform_app": table(
        "operation",
        "nobody",
        clear="id slug created_at updated_at",
        sealed="secrets_sealed verify_token_sealed",
    ),
    "route": table("operation", "nobody", clear="kind external_id tenant_id target_id"),
    "waba": table(
        "operation",
        "nobody",
        clear="tenant_id id waba_id portfolio_id messaging_account_id state state_at "
        "restricted_until messaging_limit messaging_limit_at templates_due_at "
        "templates_synced_at templates_trouble created_at updated_at",
    ),
    "number": table(
        "operation",
        "nobody",
        clear="tenant_id id waba_row_id phone_number_id display_phone_number verified_name "
        "state quality throughput token_expires_at held_until held_since held_because "
        "accepted_at failures failing_since failed_at trouble_code trouble_at rate_cut_to "
        "rate_cut_at rate_cut_because promotions_held_until promotions_held_because quality_at "
        "platform_status account_mode asked_at ask_due_at created_at updated_at",
        sealed="token_sealed",
        house="token_sealed",
    ),
    "outage": table("operation", "nobody", clear="tenant_id id number_id reason began_at ended_at"),
    "reservation": table(
        "conversations",
        "contact",
        "When we last wrote to you first, within a day",
        by="contact_id>contact",
        key="portfolio contact_id",
        told="contact_id send_id at",
        clear="tenant_id portfolio at_before",
    ),
    "delivery_key": table(
        "intake", "nobody", clear="app delivery_id received_at", keyed="token", withheld=_SORTED
    ),
    "delivery": table(
        "intake",
        "mixed",
        clear="id app lane state intake_key received_at lease_until fence attempts trouble",
        keyed="token",
        sealed="body_sealed",
        withheld=_SORTED,
    ),
    "aside": table(
        "intake",
        "mixed",
        clear="delivery_id item phone_number_id waba_id field intake_key received_at",
        sealed="body_sealed",
        withheld="Updates for numbers that nobody connected: whose they are is not known.",
    ),
    "platform_update": table(
        "conversations",
        "contact",
        "What the platform told us about you",
        by="subject_id>subject",
        told="id field event waba_row_id number_id at received_at",
        opened="payload_sealed:json",
        house="payload_sealed",
        clear="tenant_id subject_id",
        keyed="token",
    ),
    "template": table(
        "operation",
        "nobody",
        clear="tenant_id id waba_row_id template_id name language status status_reason "
        "status_at category category_coming category_at quality quality_at components "
        "components_at created_at updated_at",
    ),
    "template_version": table(
        "operation",
        "nobody",
        clear="tenant_id id template_row_id number state draft left_from lease_until submitted_at "
        "verdict verdict_reason trouble trouble_text created_at updated_at",
    ),
    "media": table(
        "conversations",
        "contact",
        "Files that you sent or were sent",
        by="message_id>message id>message.media_id",
        told="id message_id mime sha256 size state created_at",
        clear="tenant_id subject_id number_id platform_media_id platform_uploaded_at trouble "
        "attempts due_at lease_until fence",
    ),
}
