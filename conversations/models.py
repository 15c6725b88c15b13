"""The tables of what was said; only this folder writes them."""

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


class Conversation(TenantModel):
    """One thread of a contact and a business number."""

    contact_id = IdField()
    number_id = IdField()
    state = TextField()
    state_at = InstantField()
    snoozed_until = InstantField(null=True)
    assignee_id = IdField(null=True)
    holder = TextField()
    last_message_id = IdField(null=True)
    last_message_at = InstantField()
    last_message_tie = fields.BigIntField()
    last_inbound_at = InstantField()
    moved_at = InstantField()
    window_closed_at = InstantField()
    free_entry_until = InstantField()
    unreachable_because = fields.IntField(null=True)
    enough_until = InstantField()
    merged_into = IdField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "conversation"


class BarredCountry(TenantTable):
    """A country that the platform bars an account from writing to."""

    waba_row_id = IdField(primary_key=True)
    country = TextField()
    at = InstantField()

    class Meta:
        """Its table."""

        table = "barred_country"


class Episode(TenantModel):
    """A stretch of a thread from its start to its resolution."""

    conversation_id = IdField()
    ordinal = fields.IntField()
    starter = TextField()
    mode = TextField()
    started_at = InstantField()
    first_answer_at = InstantField(null=True)
    last_at = InstantField()
    last_direction = TextField()
    turns = fields.IntField()
    messages = fields.IntField()
    ended_at = InstantField(null=True)
    end_reason = TextField(null=True)

    class Meta:
        """Its table."""

        table = "episode"


class Message(TenantModel):
    """One message, note or event of a thread."""

    conversation_id = IdField()
    contact_id = IdField()
    subject_id = IdField()
    number_id = IdField()
    direction = TextField()
    kind = TextField()
    origin = TextField()
    author_id = IdField(null=True)
    media_id = IdField(null=True)
    provider_at = InstantField()
    received_at = InstantField()
    tie = fields.BigIntField()
    wamid_token = TokenField(null=True)
    wamid_sealed = SealedField(null=True)
    reply_to_token = TokenField(null=True)
    group_token = TokenField(null=True)
    body_sealed = SealedField(null=True)
    payload_sealed = SealedField(null=True)
    status = TextField()
    sent_at = InstantField(null=True)
    delivered_at = InstantField(null=True)
    read_at = InstantField(null=True)
    played_at = InstantField(null=True)
    failed_at = InstantField(null=True)
    error_code = fields.IntField(null=True)

    class Meta:
        """Its table."""

        table = "message"


class MessageKey(TenantTable):
    """The deduplication of messages."""

    number_id = IdField()
    token = TokenField()
    message_id = IdField(primary_key=True)

    class Meta:
        """Its table."""

        table = "message_key"


class MessageWord(TenantTable):
    """By which words a message is found."""

    token = TokenField()
    message_id = IdField(primary_key=True)
    subject_id = IdField()

    class Meta:
        """Its table."""

        table = "message_word"


class MessageStatus(TenantTable):
    """One status of an outgoing message, with the first time it was told."""

    number_id = IdField()
    wamid_token = TokenField()
    status = fields.TextField(primary_key=True)
    participant_token = TokenField()
    at = InstantField()
    received_at = InstantField()
    error_code = fields.IntField(null=True)
    pricing_category = TextField(null=True)
    pricing_type = TextField(null=True)
    pricing_model = TextField(null=True)
    entry_until = InstantField(null=True)
    subject_id = IdField()
    extra_sealed = SealedField(null=True)

    class Meta:
        """Its table."""

        table = "message_status"


class MessageChange(TenantModel):
    """An edit or a withdrawal of a message by its writer."""

    conversation_id = IdField()
    subject_id = IdField()
    target_token = TokenField()
    kind = TextField()
    body_sealed = SealedField(null=True)
    at = InstantField()

    class Meta:
        """Its table."""

        table = "message_change"


class Send(TenantModel):
    """The ledger of sends: one row for each recipient."""

    origin = TextField()
    origin_id = IdField(null=True)
    contact_id = IdField()
    subject_id = IdField()
    conversation_id = IdField(null=True)
    number_id = IdField()
    message_id = IdField(null=True)
    mailing_id = IdField(null=True)
    topic = TextField()
    words_token = TokenField(null=True)
    occasion = TextField(null=True)
    occasion_id = IdField(null=True)
    kind = TextField()
    category = TextField()
    pace_kind = TextField()
    way = TextField(null=True)
    template_name = TextField(null=True)
    template_language = TextField(null=True)
    content_sealed = SealedField()
    state = TextField()
    decision: Any = fields.JSONField()
    due_at = InstantField()
    expires_at = InstantField(null=True)
    lease_until = InstantField()
    fence = fields.BigIntField()
    attempts = fields.SmallIntField()
    attempted_at = InstantField(null=True)
    wamid_token = TokenField(null=True)
    error_code = fields.IntField(null=True)
    created_at = InstantField()
    settled_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "send"


class FallbackRule(TenantTable):
    """What waits and what goes by e-mail while a number is down."""

    kind = TextField()
    name = TextField(primary_key=True)
    way = TextField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "fallback_rule"


class SendKey(TenantTable):
    """One send for each key that a caller gave."""

    token = TokenField()
    send_id = IdField(primary_key=True)

    class Meta:
        """Its table."""

        table = "send_key"


class Mailing(TenantModel):
    """One message to everybody of a frozen audience."""

    origin = TextField()
    origin_id = IdField()
    number_id = IdField()
    template_name = TextField()
    template_language = TextField()
    category = TextField()
    content_sealed = SealedField()
    topic = TextField()
    pace_kind = TextField()
    per_second = fields.IntField(null=True)
    expires_at = InstantField(null=True)
    state = TextField()
    frozen_upto = IdField(null=True)
    frozen_at = InstantField(null=True)
    total = fields.BigIntField()
    settled_at = InstantField(null=True)
    created_at = InstantField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "mailing"


class MailingCount(TenantTable):
    """How many of a mailing came to an end, and why."""

    mailing_id = IdField(primary_key=True)
    state = TextField()
    reason = TextField()
    n = fields.BigIntField()

    class Meta:
        """Its table."""

        table = "mailing_count"


class SendingHalt(TenantModel):
    """That nothing of the tenant may leave, until it is released."""

    person_id = IdField()
    at = InstantField()
    released_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "sending_halt"


class ReadMark(TenantTable):
    """How far a person has read a thread."""

    conversation_id = IdField(primary_key=True)
    person_id = IdField()
    upto_at = InstantField()
    upto_tie = fields.BigIntField()

    class Meta:
        """Its table."""

        table = "read_mark"


class Mention(TenantTable):
    """A person named in a note."""

    message_id = IdField(primary_key=True)
    person_id = IdField()
    at = InstantField()

    class Meta:
        """Its table."""

        table = "mention"


class ConversationStep(TenantModel):
    """A step that a person took with a thread."""

    conversation_id = IdField()
    kind = TextField()
    person_id = IdField(null=True)
    assignee_id = IdField(null=True)
    at = InstantField()

    class Meta:
        """Its table."""

        table = "conversation_step"
