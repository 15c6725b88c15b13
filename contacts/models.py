"""The tables of whom we know and what they allowed; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise.fields import BigIntField, IntField, JSONField, SmallIntField

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    TenantModel,
    TenantTable,
    TextField,
    TokenField,
)


class Contact(TenantModel):
    """A person as the tenant knows them."""

    subject_id = IdField()
    state = TextField()
    merged_into = IdField(null=True)
    owner_id = IdField(null=True)
    name_sealed = SealedField(null=True)
    name_at = InstantField()
    name_tie = BigIntField()
    language = TextField(null=True)
    language_source = TextField(null=True)
    country = TextField(null=True)
    country_source = TextField(null=True)
    time_zone = TextField(null=True)
    time_zone_source = TextField(null=True)
    marketing_gap_days = SmallIntField()
    source = TextField()
    suppressed_by = IdField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "contact"


class Subject(TenantModel):
    """An owner of a key; a contact has one, or several after a merge."""

    contact_id = IdField()
    created_at = InstantField()
    erased_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "subject"


class Identity(TenantModel):
    """One id of a person: phone, user id, username, e-mail, shop id."""

    contact_id = IdField()
    subject_id = IdField()
    kind = TextField()
    scope = TextField()
    token = TokenField()
    value_sealed = SealedField()
    state = TextField()
    source = TextField()
    first_at = InstantField()
    last_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "identity"


class ContactMerge(TenantModel):
    """Which contact was joined into which, and why."""

    survivor_id = IdField()
    merged_id = IdField()
    reason = TextField()
    at = InstantField()
    undone_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "contact_merge"


class Suppression(TenantTable):
    """That somebody who bears an id was erased."""

    token = TokenField(primary_key=True)
    origin_id = IdField()
    at = InstantField()
    state = TextField()

    class Meta:
        """Its table."""

        table = "suppression"


class ContactSearch(TenantTable):
    """A keyed piece of a name or number."""

    token = TokenField()
    contact_id = IdField(primary_key=True)

    class Meta:
        """Its table."""

        table = "contact_search"


class Tag(TenantModel):
    """A label that a tenant gives to contacts."""

    name = TextField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "tag"


class ContactTag(TenantTable):
    """A label on a contact."""

    contact_id = IdField(primary_key=True)
    tag_id = IdField()
    source = TextField()
    at = InstantField()

    class Meta:
        """Its table."""

        table = "contact_tag"


class Topic(TenantModel):
    """Something that a tenant's marketing is about."""

    code = TextField()
    name = TextField()
    names = TextField()
    state = TextField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "topic"


class ConsentEntry(TenantModel):
    """One line of the consent ledger."""

    contact_id = IdField()
    subject_id = IdField()
    purpose = TextField()
    topic = TextField()
    kind = TextField()
    method = TextField()
    source_token = TokenField()
    evidence_sealed = SealedField()
    provider_at = InstantField()
    recorded_at = InstantField()
    chain_seq = BigIntField(null=True)
    chain_hash = TokenField(null=True)
    request_id = IdField(null=True)
    touchpoint_id = IdField(null=True)
    wording_id = IdField(null=True)
    text_hash = TextField(null=True)
    notice = TextField(null=True)
    actor_kind = TextField(null=True)
    actor_id = IdField(null=True)
    prompt_id = IdField(null=True)
    answer_id = IdField(null=True)

    class Meta:
        """Its table."""

        table = "consent_entry"


class ConsentWording(TenantModel):
    """A version of what people are asked to agree to, in one language."""

    name = TextField()
    locale = TextField()
    version = IntField()
    purpose = TextField()
    topic = TextField()
    statement = TextField()
    prompt = TextField()
    notice = TextField()
    template_name = TextField(null=True)
    answered_by = TextField()
    text_hash = TextField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "consent_wording"


class ConsentRequest(TenantModel):
    """A first yes, and what became of asking for the second."""

    contact_id = IdField()
    subject_id = IdField()
    purpose = TextField()
    topic = TextField()
    wording_id = IdField()
    touchpoint_id = IdField(null=True)
    number_id = IdField(null=True)
    state = TextField()
    asked_at = InstantField()
    decided_at = InstantField()
    prompt_id = IdField(null=True)
    prompted_at = InstantField(null=True)
    prompt_hash = TextField(null=True)
    trouble = TextField(null=True)
    incentive_sealed = SealedField(null=True)
    released_at = InstantField(null=True)
    link_used_at = InstantField(null=True)
    expires_at = InstantField()
    due_at = InstantField(null=True)
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "consent_request"


class ConsentState(TenantTable):
    """What the ledger comes to, per purpose and topic."""

    contact_id = IdField(primary_key=True)
    purpose = TextField()
    topic = TextField()
    state = TextField()
    since = InstantField()
    entry_id = IdField()

    class Meta:
        """Its table."""

        table = "consent_state"


class Activity(TenantModel):
    """One thing that touched a person: at, kind, reference, numbers."""

    contact_id = IdField()
    at = InstantField()
    kind = TextField()
    reference = IdField()
    amount = BigIntField(null=True)
    currency = TextField(null=True)

    class Meta:
        """Its table."""

        table = "activity"


class ContactPace(TenantTable):
    """What decides how often and when a contact is written to."""

    contact_id = IdField(primary_key=True)
    stage = TextField(null=True)
    tier = TextField(null=True)
    first_purchase_at = InstantField(null=True)
    best_hour = SmallIntField(null=True)
    learned_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "contact_pace"


class PaceRule(TenantTable):
    """A rule of pace that a tenant changed."""

    name = TextField(primary_key=True)
    value: Any = JSONField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "pace_rule"
