"""The data map: what messages were read as, and how contacts stand."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "message_score": table(
        "conversations",
        "contact",
        "What your messages were read as by a machine, in codes",
        by="message_id>message",
        key="message_id",
        told="message_id level level_percent intent language language_percent mood mood_percent "
        "topics unknown learnt scored_at",
        clear="tenant_id subject_id change_id model",
    ),
    "score_correction": table(
        "conversations",
        "contact",
        "What colleagues put right in that",
        by="message_id>message",
        key="message_id",
        told="message_id intent language mood topics corrected_at",
        masked="person_id",
        clear="tenant_id subject_id",
    ),
    "contact_score": table(
        "conversations",
        "contact",
        "How close we think that we are to you, by what you did, and what we would do next",
        by="contact_id>contact",
        key="contact_id",
        told="contact_id engagement engagement_class churn_risk churn_class reasons action "
        "action_reason computed_at",
        clear="tenant_id due_at",
    ),
    "thread_silence": table(
        "conversations",
        "contact",
        "Why you may not have answered us, as we guess",
        by="contact_id>contact",
        key="conversation_id",
        told="conversation_id contact_id state since causes:json step step_at judged_at",
        clear="tenant_id due_at",
    ),
}
