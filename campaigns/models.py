"""The tables of campaigns; only this folder writes them."""

from __future__ import annotations

from tortoise.fields import BigIntField, IntField, SmallIntField

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    TenantModel,
    TenantTable,
    TextField,
)


class Campaign(TenantModel):
    """One thing that is said to many."""

    name = TextField()
    state = TextField()
    state_reason = TextField(null=True)
    state_at = InstantField()
    person_id = IdField(null=True)
    template_name = TextField(null=True)
    template_language = TextField(null=True)
    template_category = TextField(null=True)
    content_sealed = SealedField(null=True)
    everybody = SmallIntField()
    topic = TextField()
    pace_kind = TextField(null=True)
    per_second = IntField(null=True)
    starts_at = InstantField(null=True)
    local_hour = SmallIntField(null=True)
    expires_at = InstantField(null=True)
    max_failed_percent = SmallIntField()
    settled_before = BigIntField()
    failed_before = BigIntField()
    launched_at = InstantField(null=True)
    frozen_at = InstantField(null=True)
    finished_at = InstantField(null=True)
    lease_until = InstantField()
    fence = BigIntField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "campaign"


class CampaignNumber(TenantTable):
    """A number that a campaign goes out from."""

    campaign_id = IdField(primary_key=True)
    number_id = IdField()
    mailing_id = IdField(null=True)

    class Meta:
        """Its table."""

        table = "campaign_number"


class CampaignTag(TenantTable):
    """A tag by which a campaign chooses people, or leaves them out."""

    campaign_id = IdField(primary_key=True)
    tag_id = IdField()
    part = TextField()

    class Meta:
        """Its table."""

        table = "campaign_tag"


class CampaignSegment(TenantTable):
    """A segment by which a campaign chooses people, or leaves them out."""

    campaign_id = IdField(primary_key=True)
    segment_id = IdField()
    part = TextField()

    class Meta:
        """Its table."""

        table = "campaign_segment"


class CampaignContact(TenantTable):
    """A contact who was listed for a campaign, or excluded from it."""

    campaign_id = IdField(primary_key=True)
    contact_id = IdField()
    part = TextField()

    class Meta:
        """Its table."""

        table = "campaign_contact"


class CampaignFailure(TenantTable):
    """A message of a campaign that was accepted and failed later on."""

    campaign_id = IdField()
    message_id = IdField(primary_key=True)
    does_harm = SmallIntField()

    class Meta:
        """Its table."""

        table = "campaign_failure"
