"""The tables of the privacy desk; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    TenantModel,
    TenantTable,
    TextField,
    TokenField,
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


class Erasure(TenantModel):
    """The forgetting of one person; `ids_sealed` stands only until their keys are gone."""

    contact_id = IdField()
    reason = TextField()
    request_id = IdField(null=True)
    state = TextField()
    trouble = TextField(null=True)
    ids_sealed = SealedField(null=True)
    receipt = TextField(null=True)
    receipt_signature = TextField(null=True)
    attempts = fields.SmallIntField()
    lease_until = InstantField()
    fence = fields.BigIntField()
    created_at = InstantField()
    finished_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "erasure"


class LegalHold(TenantModel):
    """What of a person the law keeps, and until when; `kept_sealed` once they are erased."""

    subject_id = IdField()
    contact_id = IdField()
    listed = TextField()
    reason_sealed = SealedField()
    until_at = InstantField()
    kept_sealed = SealedField(null=True)
    created_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "legal_hold"


class ErasureStep(TenantTable):
    """One step of an erasure that is done, with how many things went."""

    erasure_id = IdField(primary_key=True)
    step = TextField()
    count = fields.BigIntField()
    done_at = InstantField()

    class Meta:
        """Its table."""

        table = "erasure_step"


class Processor(TenantModel):
    """A system of others that is told of erasures."""

    name = TextField()
    url = TextField()
    secret_sealed = SealedField()
    created_at = InstantField()
    removed_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "processor"


class ProcessorNotice(TenantTable):
    """The notice of an erasure to a processor."""

    erasure_id = IdField(primary_key=True)
    processor_id = IdField()
    told_at = InstantField(null=True)
    trouble = TextField(null=True)

    class Meta:
        """Its table."""

        table = "processor_notice"


class Breach(TenantModel):
    """Personal data that was lost, altered or seen by whom it should not have been."""

    state = TextField()
    categories: Any = fields.JSONField()
    words_sealed = SealedField()
    known_at = InstantField()
    due_at = InstantField()
    warned = fields.SmallIntField()
    reported_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "breach"


class BreachPerson(TenantTable):
    """That a breach affects a contact."""

    breach_id = IdField(primary_key=True)
    contact_id = IdField()
    added_at = InstantField()

    class Meta:
        """Its table."""

        table = "breach_person"


class PersonalExport(TenantModel):
    """All that is held on a person, gathered into an archive that they may fetch."""

    contact_id = IdField()
    request_id = IdField(null=True)
    person_id = IdField(null=True)
    state = TextField()
    trouble = TextField(null=True)
    place = TextField()
    reached = TextField(null=True)
    pages = fields.IntField()
    staged = fields.BigIntField()
    done = fields.BigIntField()
    total = fields.BigIntField(null=True)
    size = fields.BigIntField(null=True)
    downloads = fields.IntField()
    downloads_left = fields.IntField()
    attempts = fields.SmallIntField()
    lease_until = InstantField()
    fence = fields.BigIntField()
    created_at = InstantField()
    started_at = InstantField(null=True)
    finished_at = InstantField(null=True)
    expires_at = InstantField(null=True)
    downloaded_at = InstantField(null=True)
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "personal_export"


class RetentionRule(TenantModel):
    """For how many days a tenant keeps a kind of data, where it says so itself."""

    kind = TextField()
    days = fields.BigIntField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "retention_rule"


class PrivacyLetter(TenantModel):
    """What a person is to be told about a request of theirs."""

    kind = TextField()
    request_id = IdField(null=True)
    subject_id = IdField(null=True)
    asked_token = TokenField(null=True)
    locale = TextField()
    state = TextField()
    way = TextField(null=True)
    code_token = TokenField(null=True)
    code_until = InstantField(null=True)
    tries = fields.SmallIntField()
    due_at = InstantField()
    lease_until = InstantField()
    fence = fields.BigIntField()
    attempts = fields.SmallIntField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "privacy_letter"


class TenantClosing(TenantModel):
    """A tenant that leaves: exported, waiting for the time of grace to end, or being destroyed."""

    state = TextField()
    due_at = InstantField(null=True)
    size = fields.BigIntField(null=True)
    lease_until = InstantField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "tenant_closing"
