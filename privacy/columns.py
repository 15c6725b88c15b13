"""How every column of every table is kept: in clear, as a keyed hash, or sealed (F50).

clear     states, times, numbers, codes and ids: nothing that tells who somebody is
keyed     a keyed hash for equality: phone, e-mail, user id, username, ids of messages
searched  keyed hashes of pieces: prefixes of names, endings of numbers
sealed    encrypted under the key of the row's subject, of the house, of the platform or of the day

Rules and sorting work on what is clear; what is keyed answers to equality; what is sealed only
answers with a typed error. A test holds this table against the real databases.
"""

from __future__ import annotations

from typing import Literal

Keeping = Literal["clear", "keyed", "searched", "sealed"]


def _columns(
    clear: str, keyed: str = "", searched: str = "", sealed: str = ""
) -> dict[str, Keeping]:
    kept: dict[str, Keeping] = dict.fromkeys(clear.split(), "clear")
    kept |= dict.fromkeys(keyed.split(), "keyed")
    kept |= dict.fromkeys(searched.split(), "searched")
    kept |= dict.fromkeys(sealed.split(), "sealed")
    return kept


COLUMNS: dict[str, dict[str, Keeping]] = {
    "outbox": _columns(
        clear="position tenant_id id kind at refs",
    ),
    "reader": _columns(
        clear="name position event_id lease_until fence",
    ),
    "chain_head": _columns(
        clear="tenant_id chain seq hash",
    ),
    "tenant": _columns(
        clear=(
            "id name country locale time_zone currency business_hours holidays signature "
            "voice allowed_origins state created_at updated_at"
        ),
    ),
    "account": _columns(
        clear=(
            "id password_hash failures locked_until verified_at totp_since totp_step created_at "
            "updated_at"
        ),
        keyed="email_token",
        sealed="email_sealed totp_sealed",
    ),
    "person": _columns(
        clear="tenant_id id account_id role state created_at updated_at",
        sealed="name_sealed",
    ),
    "kept_answer": _columns(
        clear="tenant_id key_id created_at expires_at",
        keyed="name_token request_token",
        sealed="answer_sealed",
    ),
    "session": _columns(
        clear=("tenant_id id person_id created_at expires_at revoked_at generation refreshed_at"),
    ),
    "recovery_code": _columns(
        clear="account_id",
        keyed="token",
    ),
    "account_proof": _columns(
        clear="id account_id kind created_at expires_at used_at",
    ),
    "invitation": _columns(
        clear="tenant_id id role state invited_by created_at expires_at",
        keyed="email_token",
        sealed="email_sealed name_sealed",
    ),
    "mail": _columns(
        clear=(
            "id kind refs locale state due_at lease_until fence attempts trouble created_at "
            "settled_at"
        ),
    ),
    "api_key": _columns(
        clear=(
            "tenant_id id name prefix sha256 scopes networks made_by replaces_id created_at "
            "expires_at revoked_at used_at"
        ),
    ),
    "contact": _columns(
        clear=(
            "tenant_id id subject_id state merged_into owner_id name_at name_tie language "
            "language_source country country_source time_zone time_zone_source source "
            "created_at updated_at"
        ),
        sealed="name_sealed",
    ),
    "subject": _columns(
        clear="tenant_id id contact_id created_at erased_at",
    ),
    "identity": _columns(
        clear=(
            "tenant_id id contact_id subject_id kind scope state source first_at last_at ended_at"
        ),
        keyed="token",
        sealed="value_sealed",
    ),
    "contact_merge": _columns(
        clear="tenant_id id survivor_id merged_id reason at undone_at",
    ),
    "contact_search": _columns(
        clear="tenant_id contact_id",
        searched="token",
    ),
    "tag": _columns(
        clear="tenant_id id name created_at",
    ),
    "contact_tag": _columns(
        clear="tenant_id contact_id tag_id source at",
    ),
    "consent_entry": _columns(
        clear=(
            "tenant_id id contact_id subject_id purpose topic kind method provider_at "
            "recorded_at chain_seq chain_hash"
        ),
        keyed="source_token",
        sealed="evidence_sealed",
    ),
    "consent_state": _columns(
        clear="tenant_id contact_id purpose topic state since entry_id",
    ),
    "activity": _columns(
        clear="tenant_id id contact_id at kind reference amount currency",
    ),
    "platform_app": _columns(
        clear="id slug created_at updated_at",
        sealed="secrets_sealed verify_token_sealed",
    ),
    "route": _columns(
        clear="kind external_id tenant_id target_id",
    ),
    "waba": _columns(
        clear=(
            "tenant_id id waba_id portfolio_id messaging_account_id state state_at "
            "restricted_until messaging_limit messaging_limit_at created_at updated_at"
        ),
    ),
    "number": _columns(
        clear=(
            "tenant_id id waba_row_id phone_number_id display_phone_number verified_name "
            "state quality throughput token_expires_at held_until held_since held_because "
            "accepted_at trouble_code trouble_at created_at updated_at"
        ),
        sealed="token_sealed",
    ),
    "delivery_key": _columns(
        clear="app delivery_id received_at",
        keyed="token",
    ),
    "delivery": _columns(
        clear="id app lane state intake_key received_at lease_until fence attempts trouble",
        keyed="token",
        sealed="body_sealed",
    ),
    "aside": _columns(
        clear="delivery_id item phone_number_id waba_id field intake_key received_at",
        sealed="body_sealed",
    ),
    "platform_update": _columns(
        clear="tenant_id id field event waba_row_id number_id subject_id at received_at",
        keyed="token",
        sealed="payload_sealed",
    ),
    "template": _columns(
        clear=(
            "tenant_id id waba_row_id template_id name language status status_reason "
            "status_at category category_coming category_at quality quality_at components "
            "components_at created_at updated_at"
        ),
    ),
    "media": _columns(
        clear=(
            "tenant_id id subject_id number_id message_id platform_media_id platform_uploaded_at "
            "mime sha256 size state trouble attempts due_at lease_until fence created_at"
        ),
    ),
    "conversation": _columns(
        clear=(
            "tenant_id id contact_id number_id state state_at snoozed_until assignee_id "
            "holder last_message_id last_message_at last_message_tie last_inbound_at "
            "moved_at window_closed_at free_entry_until merged_into created_at updated_at"
        ),
    ),
    "episode": _columns(
        clear=(
            "tenant_id id conversation_id ordinal starter mode started_at first_answer_at "
            "last_at last_direction turns messages ended_at end_reason"
        ),
    ),
    "message": _columns(
        clear=(
            "tenant_id id conversation_id contact_id subject_id number_id direction kind "
            "origin author_id media_id provider_at received_at tie status sent_at delivered_at "
            "read_at played_at failed_at error_code"
        ),
        keyed="wamid_token reply_to_token group_token",
        sealed="wamid_sealed body_sealed payload_sealed",
    ),
    "message_key": _columns(
        clear="tenant_id number_id message_id",
        keyed="token",
    ),
    "message_status": _columns(
        clear=(
            "tenant_id number_id status at received_at error_code pricing_category "
            "pricing_type pricing_model entry_until subject_id"
        ),
        keyed="wamid_token participant_token",
        sealed="extra_sealed",
    ),
    "message_change": _columns(
        clear="tenant_id id conversation_id subject_id kind at",
        keyed="target_token",
        sealed="body_sealed",
    ),
    "send": _columns(
        clear=(
            "tenant_id id origin origin_id contact_id subject_id conversation_id number_id "
            "message_id occasion occasion_id kind category template_name template_language state "
            "decision due_at expires_at "
            "lease_until fence attempts attempted_at error_code created_at settled_at"
        ),
        keyed="wamid_token",
        sealed="content_sealed",
    ),
    "send_key": _columns(
        clear="tenant_id send_id",
        keyed="token",
    ),
    "read_mark": _columns(
        clear="tenant_id conversation_id person_id upto_at upto_tie",
    ),
    "mention": _columns(
        clear="tenant_id message_id person_id at",
    ),
    "conversation_step": _columns(
        clear="tenant_id id conversation_id kind person_id assignee_id at",
    ),
    "store": _columns(
        clear=(
            "tenant_id id platform name address webhook_key currency country state state_at "
            "abandoned_after pulled_to pull_due_at pull_trouble created_at updated_at"
        ),
        sealed="secrets_sealed token_sealed",
    ),
    "store_route": _columns(
        clear="platform address store_id tenant_id",
    ),
    "store_delivery": _columns(
        clear=(
            "id store_id topic state intake_key triggered_at received_at lease_until fence "
            "attempts trouble"
        ),
        keyed="token",
        sealed="body_sealed",
    ),
    "customer": _columns(
        clear=(
            "tenant_id id store_id contact_id tags origin_id told_at told_tie created_at updated_at"
        ),
        keyed="token",
    ),
    "product": _columns(
        clear=(
            "tenant_id id store_id external_id title state currency price stock url told_at "
            "told_tie deleted_at created_at updated_at"
        ),
    ),
    "variant": _columns(
        clear="tenant_id product_id external_id sku title price stock",
    ),
    "shop_order": _columns(
        clear=(
            "tenant_id id store_id external_id contact_id contact_at number currency total "
            "subtotal discount tax shipping refunded base_total base_refunded payment fulfilment "
            "coupons is_test placed_at paid_at cancelled_at cancel_reason deleted_at origin_id "
            "told_at told_tie created_at updated_at"
        ),
    ),
    "order_line": _columns(
        clear="tenant_id order_id position product variant sku title quantity price total",
    ),
    "order_token": _columns(
        clear="tenant_id store_id order_id",
        keyed="token",
    ),
    "fulfilment": _columns(
        clear="tenant_id id order_id external_id subject_id state shipment carrier at",
        sealed="tracking_sealed",
    ),
    "refund": _columns(
        clear=(
            "tenant_id id store_id order_external_id external_id contact_id amount currency "
            "origin_id at created_at"
        ),
    ),
    "deletion": _columns(
        clear="tenant_id store_id kind gone_at back_at",
        keyed="token",
    ),
    "cart": _columns(
        clear=(
            "tenant_id id store_id contact_id subject_id contact_at currency total state left_at "
            "due_at abandoned_at recovered_at order_id told_at told_tie created_at updated_at"
        ),
        keyed="token cart_token",
        sealed="url_sealed",
    ),
    "cart_line": _columns(
        clear="tenant_id cart_id position product variant sku title quantity price total",
    ),
    "visit": _columns(
        clear=(
            "tenant_id id store_id contact_id subject_id kind product seconds step at created_at"
        ),
        keyed="token",
        sealed="query_sealed",
    ),
    "currency_rate": _columns(
        clear="tenant_id currency valid_from rate updated_at",
    ),
    "store_request": _columns(
        clear="tenant_id id store_id kind state requested_at due_at received_at",
        keyed="token",
        sealed="payload_sealed",
    ),
    "audit_entry": _columns(
        clear=(
            "tenant_id id at actor_kind actor_id action outcome request_id ids chain_seq chain_hash"
        ),
    ),
    "audit_subject": _columns(
        clear="tenant_id about_id entry_id",
    ),
    "import_file": _columns(
        clear="tenant_id id person_id size state created_at",
    ),
    "import_mapping": _columns(
        clear="tenant_id kind columns updated_at",
        keyed="headers_token",
    ),
    "import_job": _columns(
        clear=(
            "tenant_id id kind file_id person_id is_dry_run state trouble scattered round position "
            "row_number done total counts attempts lease_until fence created_at started_at "
            "finished_at updated_at"
        ),
        sealed="plan_sealed",
    ),
    "import_problem": _columns(
        clear="tenant_id job_id row_number place code",
    ),
    "import_effect": _columns(
        clear="tenant_id id job_id row_number kind contact_id object_id before",
    ),
    "person_key": _columns(
        clear="tenant_id subject_id tenant_key_version created_at",
        sealed="wrapped",
    ),
}
