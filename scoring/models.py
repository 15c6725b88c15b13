"""The tables of what messages were read as and how contacts stand; only this folder writes them."""

from __future__ import annotations

from tortoise import fields

from kernel.models import IdField, InstantField, TenantTable, TextField


class MessageScore(TenantTable):
    """What a customer's message was read as: codes and numbers, none of its words."""

    message_id = IdField(primary_key=True)
    subject_id = IdField()
    change_id = IdField(null=True)
    model = fields.IntField()
    level = fields.IntField(null=True)
    level_percent = fields.IntField()
    intent = TextField(null=True)
    language = TextField(null=True)
    language_percent = fields.IntField()
    mood = fields.IntField(null=True)
    mood_percent = fields.IntField()
    topics = TextField()
    unknown = TextField(null=True)
    learnt = fields.SmallIntField()
    scored_at = InstantField()

    class Meta:
        """Its table."""

        table = "message_score"


class ScoreCorrection(TenantTable):
    """What a colleague says that a message is: to show, and for the tenant's own learning."""

    message_id = IdField(primary_key=True)
    subject_id = IdField()
    person_id = IdField(null=True)
    intent = TextField(null=True)
    language = TextField(null=True)
    mood = fields.IntField(null=True)
    topics = TextField(null=True)
    corrected_at = InstantField()

    class Meta:
        """Its table."""

        table = "score_correction"


class ContactScore(TenantTable):
    """How a contact stands to the house, and what is best done next; no row: nothing is known.

    `due_at`: when the passing of time changes it next; null where it never does.
    """

    contact_id = IdField(primary_key=True)
    engagement = fields.SmallIntField()
    engagement_class = TextField()
    churn_risk = fields.SmallIntField(null=True)
    churn_class = TextField(null=True)
    reasons = TextField()
    action = TextField()
    action_reason = TextField()
    computed_at = InstantField()
    due_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "contact_score"


class ThreadSilence(TenantTable):
    """A thread in which the last words are ours; no state: not silent for long enough yet."""

    conversation_id = IdField(primary_key=True)
    contact_id = IdField()
    state = TextField(null=True)
    since = InstantField(null=True)
    causes = TextField()
    step = TextField(null=True)
    step_at = InstantField(null=True)
    judged_at = InstantField(null=True)
    due_at = InstantField(null=True)

    class Meta:
        """Its table."""

        table = "thread_silence"
