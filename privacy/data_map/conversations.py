"""The data map: what was said, and what is to be said."""

from __future__ import annotations

from privacy.data_map.table import Table, table

_HASHES = "Keyed hashes, by which nothing is taken in twice."

TABLES: dict[str, Table] = {
    "conversation": table(
        "conversations",
        "contact",
        "Threads with you",
        by="contact_id>contact",
        told="id contact_id number_id state state_at snoozed_until holder last_message_at "
        "last_inbound_at window_closed_at free_entry_until unreachable_because enough_until "
        "merged_into created_at updated_at",
        masked="assignee_id",
        clear="tenant_id last_message_id last_message_tie moved_at",
    ),
    "barred_country": table(
        "operation", "nobody", clear="tenant_id waba_row_id country at", key="country"
    ),
    "episode": table(
        "conversations",
        "contact",
        "Stretches of your threads, counted",
        by="conversation_id>conversation",
        told="id conversation_id ordinal starter mode started_at first_answer_at last_at "
        "last_direction turns messages ended_at end_reason",
        clear="tenant_id",
    ),
    "message": table(
        "conversations",
        "contact",
        "Messages in both directions, and notes about you",
        by="contact_id>contact",
        told="id conversation_id contact_id number_id direction kind origin media_id provider_at "
        "received_at status sent_at delivered_at read_at played_at failed_at error_code",
        opened="wamid_sealed body_sealed payload_sealed:json",
        masked="author_id",
        clear="tenant_id subject_id tie",
        keyed="wamid_token reply_to_token group_token",
    ),
    "message_key": table(
        "conversations",
        "contact",
        by="message_id>message",
        key="number_id token",
        clear="tenant_id number_id message_id",
        keyed="token",
        withheld=_HASHES,
    ),
    "message_word": table(
        "conversations",
        "contact",
        by="message_id>message",
        key="token message_id",
        clear="tenant_id message_id subject_id",
        searched="token",
        withheld="Keyed hashes, by which words are found.",
    ),
    "message_status": table(
        "conversations",
        "contact",
        "What became of messages to you",
        by="number_id,wamid_token>message.number_id,wamid_token",
        key="number_id wamid_token status participant_token",
        bound="{wamid_token}:{status}",
        told="number_id status at received_at error_code pricing_category pricing_type "
        "pricing_model entry_until",
        opened="extra_sealed:json",
        house="extra_sealed",
        clear="tenant_id subject_id",
        keyed="wamid_token participant_token",
    ),
    "message_change": table(
        "conversations",
        "contact",
        "Messages that were edited or taken back",
        by="conversation_id>conversation",
        told="id conversation_id kind at",
        opened="body_sealed",
        clear="tenant_id subject_id",
        keyed="target_token",
    ),
    "send": table(
        "conversations",
        "contact",
        "What we sent or meant to send you, and why not",
        by="contact_id>contact",
        told="id origin contact_id conversation_id number_id message_id mailing_id topic occasion "
        "occasion_id kind category pace_kind way template_name template_language state decision "
        "due_at expires_at attempts attempted_at error_code created_at settled_at",
        opened="content_sealed:json",
        # The colleague who wrote it, where it was one.
        masked="origin_id",
        clear="tenant_id subject_id lease_until fence",
        keyed="wamid_token words_token",
    ),
    "fallback_rule": table("operation", "nobody", clear="tenant_id kind name way updated_at"),
    "mailing": table(
        "conversations",
        "nobody",
        clear="tenant_id id origin origin_id number_id template_name template_language category "
        "topic pace_kind per_second expires_at state frozen_upto frozen_at total settled_at "
        "created_at updated_at",
        sealed="content_sealed",
        house="content_sealed",
    ),
    "mailing_count": table(
        "conversations",
        "nobody",
        clear="tenant_id mailing_id state reason n",
    ),
    "sending_halt": table(
        "conversations",
        "colleague",
        clear="tenant_id id person_id at released_at",
    ),
    "send_key": table(
        "conversations",
        "contact",
        by="send_id>send",
        key="token",
        clear="tenant_id send_id",
        keyed="token",
        withheld=_HASHES,
    ),
    "read_mark": table(
        "conversations",
        "colleague",
        clear="tenant_id conversation_id person_id upto_at upto_tie",
    ),
    "mention": table(
        "conversations",
        "contact",
        "Colleagues who were called into your thread",
        by="message_id>message",
        key="message_id person_id",
        told="message_id at",
        masked="person_id",
        clear="tenant_id",
    ),
    "conversation_step": table(
        "conversations",
        "contact",
        "How your threads were handed on",
        by="conversation_id>conversation",
        told="id conversation_id kind at",
        masked="person_id assignee_id",
        clear="tenant_id",
    ),
}
