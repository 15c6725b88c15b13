"""The data map: tables of tenants, of those who work there, and of their way in."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "tenant": table(
        "operation",
        "nobody",
        clear="id name country locale time_zone currency business_hours holidays signature "
        "voice allowed_origins consent_hours consent_purge_days export_days export_downloads "
        "attribution_days rfm_rule index_version state created_at updated_at",
    ),
    "night": table("operation", "nobody", clear="tenant_id task day"),
    "account": table(
        "colleagues",
        "colleague",
        clear="id password_hash failures locked_until verified_at totp_since totp_step created_at "
        "updated_at",
        keyed="email_token",
        sealed="email_sealed totp_sealed",
    ),
    "person": table(
        "colleagues",
        "colleague",
        clear="tenant_id id account_id role state created_at updated_at",
        sealed="name_sealed",
        house="name_sealed",
    ),
    "kept_answer": table(
        "operation",
        "mixed",
        clear="tenant_id key_id created_at expires_at",
        bound="{key_id}",
        keyed="name_token request_token",
        sealed="answer_sealed",
        house="answer_sealed",
        withheld="Answers to the store's own systems, for a day: copies of what is told elsewhere.",
    ),
    "session": table(
        "colleagues",
        "colleague",
        clear="tenant_id id person_id created_at expires_at revoked_at generation refreshed_at",
    ),
    "recovery_code": table("colleagues", "colleague", clear="account_id", keyed="token"),
    "account_proof": table(
        "colleagues", "colleague", clear="id account_id kind created_at expires_at used_at"
    ),
    "invitation": table(
        "colleagues",
        "colleague",
        clear="tenant_id id role state invited_by created_at expires_at",
        keyed="email_token",
        sealed="email_sealed name_sealed",
        house="email_sealed name_sealed",
    ),
    "mail": table(
        "colleagues",
        "colleague",
        clear="id kind refs locale state due_at lease_until fence attempts trouble created_at "
        "settled_at",
    ),
    "api_key": table(
        "operation",
        "nobody",
        clear="tenant_id id name prefix sha256 scopes networks made_by replaces_id created_at "
        "expires_at revoked_at used_at",
    ),
}
