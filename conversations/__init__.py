"""Conversations: what was said, by whom and when, and what became of it.

I own threads, their episodes, messages, statuses, notes, read marks and the one ledger of sends.
My words: thread (one per contact and business number), mailing (one message to many), episode,
window (the 24 hours in which the platform lets a business answer freely), holder (person, journey
or bot), step (what a person did).
My events: conversation.*, message.*, send.*, sending.*, note.written, call.received,
receipt.wanted, typing.wanted.
"""

from conversations.aging import BODIES
from conversations.asked import Asked, Occasion, PaceKind
from conversations.attempts import finish
from conversations.by_email import mail_out
from conversations.content_limits import check_file
from conversations.decisions import decided_at
from conversations.decisions import read as read_decision
from conversations.echoes import record_statuses
from conversations.ends import (
    count_episodes,
    count_messages,
    count_threads,
    end_episodes,
    end_messages,
    end_threads,
    last_messages,
)
from conversations.episodes import SILENCE
from conversations.fallback import FallbackRule, RuleKind, RuleWay, list_fallbacks, set_fallback
from conversations.filled import fill as fill_template
from conversations.fitting import templates_that_fit
from conversations.forgetting import blank_extras, said_with, uploads_for, void_sends
from conversations.gate import Decision
from conversations.habits import last_words, learn_hours
from conversations.handing_over import hand_over
from conversations.inbound import Stored, receive
from conversations.ledger import BELL as SENDS_BELL
from conversations.ledger import Outgoing, Queued
from conversations.ledger_reads import (
    SendRow,
    Waiting,
    count_waiting,
    decision_of,
    send_to,
    sends_of,
    waiting_of,
)
from conversations.mailing_counts import Progress, mailing_progress
from conversations.mailing_ends import end_mailings
from conversations.mailings import (
    Frozen,
    NewMailing,
    cancel_mailing,
    freeze,
    open_mailing,
    pause_mailing,
    resume_mailing,
)
from conversations.merges import follow_merges
from conversations.notes import write_note
from conversations.outbound import dispatch
from conversations.overdue import settle_overdue
from conversations.participants import who_has_threads
from conversations.personal import Personal, check_personal, fill_in
from conversations.personal import as_text as keep_personal
from conversations.personal import from_text as read_personal
from conversations.queries import (
    ConversationFilter,
    ConversationRow,
    EpisodeRow,
    MessageRow,
    changed_messages,
    conversation_page,
    conversations_by_ids,
    conversations_that_match,
    count_conversations,
    episode_page,
    episodes_by_ids,
    mentions_of,
    message_page,
    messages_by_ids,
    messages_by_tokens,
    unread_of,
)
from conversations.reaching import Reply, Way, open_threads, replies_to, thread_with, way_to
from conversations.reasons import Reason
from conversations.reasons import says as reason_in_words
from conversations.receipts import Receivable, receivables, wish_receipt
from conversations.received import Received, ThreadUpdate
from conversations.retries import retry
from conversations.rulings import NotSendable, rehearse, sent_lately
from conversations.searching import (
    count_found,
    found_messages,
    index_words,
    turn_words,
    word_tokens,
)
from conversations.sends import queue
from conversations.statuses import ToldStatus
from conversations.steps import assign, change_state, mark_read, wake_snoozed
from conversations.stops import resume_sending, sending_stopped_at, stop_sending
from conversations.template_preview import Preview, preview, values_of
from conversations.texts import Text, last_texts, texts_of
from conversations.threads import WINDOW

__all__ = [
    "BODIES",
    "SENDS_BELL",
    "SILENCE",
    "WINDOW",
    "Asked",
    "ConversationFilter",
    "ConversationRow",
    "Decision",
    "EpisodeRow",
    "FallbackRule",
    "Frozen",
    "MessageRow",
    "NewMailing",
    "NotSendable",
    "Occasion",
    "Outgoing",
    "PaceKind",
    "Personal",
    "Preview",
    "Progress",
    "Queued",
    "Reason",
    "Receivable",
    "Received",
    "Reply",
    "RuleKind",
    "RuleWay",
    "SendRow",
    "Stored",
    "Text",
    "ThreadUpdate",
    "ToldStatus",
    "Waiting",
    "Way",
    "assign",
    "blank_extras",
    "cancel_mailing",
    "change_state",
    "changed_messages",
    "check_file",
    "check_personal",
    "conversation_page",
    "conversations_by_ids",
    "conversations_that_match",
    "count_conversations",
    "count_episodes",
    "count_found",
    "count_messages",
    "count_threads",
    "count_waiting",
    "decided_at",
    "decision_of",
    "dispatch",
    "end_episodes",
    "end_mailings",
    "end_messages",
    "end_threads",
    "episode_page",
    "episodes_by_ids",
    "fill_in",
    "fill_template",
    "finish",
    "follow_merges",
    "found_messages",
    "freeze",
    "hand_over",
    "index_words",
    "keep_personal",
    "last_messages",
    "last_texts",
    "last_words",
    "learn_hours",
    "list_fallbacks",
    "mail_out",
    "mailing_progress",
    "mark_read",
    "mentions_of",
    "message_page",
    "messages_by_ids",
    "messages_by_tokens",
    "open_mailing",
    "open_threads",
    "pause_mailing",
    "preview",
    "queue",
    "read_decision",
    "read_personal",
    "reason_in_words",
    "receivables",
    "receive",
    "record_statuses",
    "rehearse",
    "replies_to",
    "resume_mailing",
    "resume_sending",
    "retry",
    "said_with",
    "send_to",
    "sending_stopped_at",
    "sends_of",
    "sent_lately",
    "set_fallback",
    "settle_overdue",
    "stop_sending",
    "templates_that_fit",
    "texts_of",
    "thread_with",
    "turn_words",
    "unread_of",
    "uploads_for",
    "values_of",
    "void_sends",
    "waiting_of",
    "wake_snoozed",
    "way_to",
    "who_has_threads",
    "wish_receipt",
    "word_tokens",
    "write_note",
]
