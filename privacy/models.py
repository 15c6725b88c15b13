"""The tables of the privacy desk; only this folder writes them."""

from __future__ import annotations

from tortoise import fields

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    TenantModel,
    TextField,
)


class PrivacyRequest(TenantModel):
    """What a person, or a platform for them, asks for by law."""

    kind = TextField()
    origin = TextField()
    origin_id = IdField(null=True)
    contact_id = IdField(null=True)
    subject_id = IdField(null=True)
    state = TextField()
    proof = TextField(null=True)
    outcome = TextField(null=True)
    details_sealed = SealedField(null=True)
    received_at = InstantField()
    months = fields.SmallIntField()
    stands_since = InstantField(null=True)
    stood = fields.SmallIntField()
    due_at = InstantField()
    warned = fields.SmallIntField()
    work_id = IdField(null=True)
    closed_at = InstantField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "privacy_request"


class PrivacyStep(TenantModel):
    """What was done about a request, and by whom."""

    request_id = IdField()
    subject_id = IdField(null=True)
    kind = TextField()
    actor_kind = TextField()
    actor_id = IdField(null=True)
    note_sealed = SealedField(null=True)
    at = InstantField()

    class Meta:
        """Its table."""

        table = "privacy_step"
