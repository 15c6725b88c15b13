"""The tables of the wire; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    Table,
    TenantModel,
    TenantTable,
    TextField,
    TokenField,
)


class PlatformApp(Table):
    """An app of the platform, with its secrets. Global: one app serves many tenants."""

    id = IdField(primary_key=True)
    slug = TextField()
    secrets_sealed = SealedField()
    verify_token_sealed = SealedField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "platform_app"


class Route(Table):
    """Which tenant a number or account of the platform belongs to. Global: it finds the tenant."""

    kind = fields.TextField(primary_key=True)
    external_id = TextField()
    tenant_id = IdField()
    target_id = IdField()

    class Meta:
        """Its table."""

        table = "route"


class Waba(TenantModel):
    """A WhatsApp Business Account."""

    waba_id = TextField()
    portfolio_id = TextField(null=True)
    messaging_account_id = TextField(null=True)
    state = TextField()
    state_at = InstantField()
    restricted_until = InstantField(null=True)
    messaging_limit = TextField(null=True)
    messaging_limit_at = InstantField()
    templates_due_at = InstantField()
    templates_synced_at = InstantField(null=True)
    templates_trouble = TextField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "waba"


class Number(TenantModel):
    """A business phone number."""

    waba_row_id = IdField()
    phone_number_id = TextField()
    display_phone_number = TextField()
    verified_name = TextField()
    state = TextField()
    quality = TextField(null=True)
    throughput = TextField(null=True)
    token_sealed = SealedField(null=True)
    token_expires_at = InstantField(null=True)
    held_until = InstantField()
    held_since = InstantField(null=True)
    held_because = TextField(null=True)
    accepted_at = InstantField(null=True)
    failures = fields.IntField()
    failing_since = InstantField(null=True)
    failed_at = InstantField(null=True)
    trouble_code = fields.IntField(null=True)
    trouble_at = InstantField(null=True)
    rate_cut_to = fields.IntField(null=True)
    rate_cut_at = InstantField()
    rate_cut_because = TextField(null=True)
    promotions_held_until = InstantField()
    promotions_held_because = TextField(null=True)
    quality_at = InstantField()
    platform_status = TextField(null=True)
    account_mode = TextField(null=True)
    asked_at = InstantField(null=True)
    ask_due_at = InstantField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "number"


class Outage(TenantModel):
    """A time in which a number's messages did not get out."""

    number_id = IdField()
    reason = TextField()
    began_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "outage"


class Reservation(TenantTable):
    """Somebody to whom a portfolio wrote first within a day, or is about to."""

    portfolio = fields.TextField(primary_key=True)
    contact_id = IdField()
    send_id = IdField()
    at = InstantField()
    at_before = InstantField()

    class Meta:
        """Its table."""

        table = "reservation"


class DeliveryKey(Table):
    """The deduplication of raw deliveries. Global: a delivery mixes tenants."""

    app = fields.TextField(primary_key=True)
    token = TokenField()
    delivery_id = IdField()
    received_at = InstantField()

    class Meta:
        """Its table."""

        table = "delivery_key"


class RawDelivery(Table):
    """One POST of the platform as it came. Global: a delivery mixes tenants."""

    id = IdField(primary_key=True)
    app = TextField()
    token = TokenField(null=True)
    lane = fields.SmallIntField()
    state = TextField()
    intake_key = TextField()
    body_sealed = SealedField()
    received_at = InstantField()
    lease_until = InstantField()
    fence = fields.BigIntField()
    attempts = fields.SmallIntField()
    trouble = TextField(null=True)

    class Meta:
        """Its table."""

        table = "delivery"


class Aside(Table):
    """An update for a number that nobody has connected. Global: it has no tenant yet."""

    delivery_id = IdField(primary_key=True)
    item = fields.IntField()
    phone_number_id = TextField()
    waba_id = TextField()
    field = TextField()
    intake_key = TextField()
    body_sealed = SealedField()
    received_at = InstantField()

    class Meta:
        """Its table."""

        table = "aside"


class PlatformUpdate(TenantModel):
    """Something that the platform told, kept as it came."""

    token = TokenField()
    field = TextField()
    event = TextField()
    waba_row_id = IdField(null=True)
    number_id = IdField(null=True)
    subject_id = IdField()
    payload_sealed = SealedField()
    at = InstantField()
    received_at = InstantField()

    class Meta:
        """Its table."""

        table = "platform_update"


class Template(TenantModel):
    """A message template, as far as the platform has told of it."""

    waba_row_id = IdField()
    template_id = TextField()
    name = TextField()
    language = TextField()
    status = TextField(null=True)
    status_reason = TextField(null=True)
    status_at = InstantField()
    category = TextField(null=True)
    category_coming = TextField(null=True)
    category_at = InstantField()
    quality = TextField(null=True)
    quality_at = InstantField()
    components: Any = fields.JSONField(null=True)
    components_at = InstantField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "template"


class TemplateVersion(TenantModel):
    """What a template holds, as its author wrote it."""

    template_row_id = IdField()
    number = fields.IntField()
    state = TextField()
    draft: Any = fields.JSONField()
    left_from = TextField(null=True)
    lease_until = InstantField()
    submitted_at = InstantField(null=True)
    verdict = TextField(null=True)
    verdict_reason = TextField(null=True)
    trouble = TextField(null=True)
    trouble_text = TextField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "template_version"


class Media(TenantModel):
    """A file of a message, or one that was uploaded to be sent; that is its own subject."""

    subject_id = IdField()
    number_id = IdField(null=True)
    message_id = IdField(null=True)
    platform_media_id = TextField()
    platform_uploaded_at = InstantField(null=True)
    mime = TextField()
    sha256 = TextField()
    size = fields.BigIntField(null=True)
    state = TextField()
    trouble = TextField(null=True)
    attempts = fields.SmallIntField()
    due_at = InstantField()
    lease_until = InstantField()
    fence = fields.BigIntField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "media"
