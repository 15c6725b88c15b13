"""The tables of the privacy desk; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.models import IdField, InstantField, TenantModel, TextField, TokenField


class AuditEntry(TenantModel):
    """One request that read or changed personal data, with the ids it touched."""

    at = InstantField()
    actor_kind = TextField()
    actor_id = IdField()
    action = TextField()
    request_id = TextField()
    ids: Any = fields.JSONField()
    chain_seq = fields.BigIntField(null=True)
    chain_hash = TokenField(null=True)

    class Meta:
        """Its table."""

        table = "audit_entry"
