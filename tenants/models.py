"""The tables of houses and of who may enter them; only this folder writes them."""

from __future__ import annotations

from typing import Any

from tortoise.fields import BigIntField, IntField, JSONField, SmallIntField

from kernel import ids
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


class Tenant(Table):
    """A store: its name, its place in the world, its hours. Global: it is what others belong to."""

    id = IdField(primary_key=True, default=ids.new_id)
    name = TextField()
    country = TextField()
    locale = TextField()
    time_zone = TextField()
    currency = TextField()
    business_hours: Any = JSONField()
    holidays = TextField()
    signature = TextField()
    voice = TextField()
    allowed_origins: Any = JSONField()
    consent_hours = IntField(default=48)
    consent_purge_days = IntField(default=30)
    export_days = IntField()
    export_downloads = IntField()
    attribution_days = IntField()
    rfm_rule = TextField()
    index_version = IntField(default=1)
    state = TextField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "tenant"


class Account(Table):
    """Who can sign in. Global: one account may be a person of several tenants."""

    id = IdField(primary_key=True, default=ids.new_id)
    email_token = TokenField()
    email_sealed = SealedField()
    password_hash = TextField()
    failures = SmallIntField()
    locked_until = InstantField()
    verified_at = InstantField(null=True)
    totp_sealed = SealedField(null=True)
    totp_since = InstantField(null=True)
    totp_step = BigIntField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "account"


class Person(TenantModel):
    """A colleague: an account's place in one tenant, with its role and the name shown there."""

    account_id = IdField()
    role = TextField()
    name_sealed = SealedField()
    state = TextField()
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "person"


class ApiKey(TenantModel):
    """A key of one of the store's own systems; its text stands nowhere."""

    name = TextField()
    prefix = TextField()
    sha256 = TextField()
    scopes: Any = JSONField()
    networks: Any = JSONField()
    made_by = IdField()
    replaces_id = IdField(null=True)
    created_at = InstantField()
    expires_at = InstantField(null=True)
    revoked_at = InstantField(null=True)
    used_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "api_key"


class KeptAnswer(TenantTable):
    """The answer to a change that was asked for under a name; none while it runs."""

    key_id = IdField(primary_key=True)
    name_token = TokenField()
    request_token = TokenField()
    answer_sealed = SealedField(null=True)
    created_at = InstantField()
    expires_at = InstantField()

    class Meta:
        """Its table."""

        table = "kept_answer"


class Session(TenantModel):
    """One sign-in; its tokens are good until it expires or is revoked.

    `generation` counts its refresh tokens; 0 where it has none.
    """

    person_id = IdField()
    created_at = InstantField()
    expires_at = InstantField()
    revoked_at = InstantField(null=True)
    generation = IntField()
    refreshed_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "session"


class RecoveryCode(Table):
    """A code that stands in once for a lost second factor. Global: it is an account's."""

    account_id = IdField(primary_key=True)
    token = TokenField()

    class Meta:
        """Its table."""

        table = "recovery_code"


class AccountProof(Table):
    """What the holder of an account's mailbox may do once. Global: it is an account's."""

    id = IdField(primary_key=True, default=ids.new_id)
    account_id = IdField()
    kind = TextField()
    created_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "account_proof"


class Invitation(TenantModel):
    """Somebody who was asked to join a tenant."""

    email_token = TokenField()
    email_sealed = SealedField()
    name_sealed = SealedField()
    role = TextField()
    state = TextField()
    invited_by = IdField()
    created_at = InstantField()
    expires_at = InstantField()

    class Meta:
        """Its table."""

        table = "invitation"


class Mail(Table):
    """A mail on its way: what it is about, never what it says. Global: accounts have no tenant."""

    id = IdField(primary_key=True, default=ids.new_id)
    kind = TextField()
    refs: Any = JSONField()
    locale = TextField()
    state = TextField()
    due_at = InstantField()
    lease_until = InstantField()
    fence = BigIntField()
    attempts = SmallIntField()
    trouble = TextField(null=True)
    created_at = InstantField()
    settled_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "mail"


class Night(TenantTable):
    """The last day whose nightly task is done."""

    task = TextField(primary_key=True)
    day = TextField()

    class Meta:
        """Its table."""

        table = "night"
