"""Conversations: what was said, by whom and when, and what became of it.

I own threads, their episodes, messages, statuses, notes, read marks and the one ledger of sends.
My words: thread (one per contact and business number), episode, window (the 24 hours in which the
platform lets a business answer freely), holder (person, journey or bot), step (what a person did).
My events: conversation.*, message.*, note.written, call.received, send.*.
"""

from conversations.echoes import record_statuses
from conversations.episodes import SILENCE
from conversations.inbound import Stored, receive
from conversations.merges import follow_merges
from conversations.notes import write_note
from conversations.outbound import dispatch
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
    count_episodes,
    count_messages,
    episode_page,
    episodes_by_ids,
    last_messages,
    mentions_of,
    message_page,
    messages_by_ids,
    messages_by_tokens,
    unread_of,
)
from conversations.received import Received, ThreadUpdate
from conversations.results import settle_overdue
from conversations.sends import BELL as SENDS_BELL
from conversations.sends import NotSendable, Outgoing, Queued, queue
from conversations.statuses import ToldStatus
from conversations.steps import assign, change_state, mark_read, wake_snoozed
from conversations.threads import WINDOW

__all__ = [
    "SENDS_BELL",
    "SILENCE",
    "WINDOW",
    "ConversationFilter",
    "ConversationRow",
    "EpisodeRow",
    "MessageRow",
    "NotSendable",
    "Outgoing",
    "Queued",
    "Received",
    "Stored",
    "ThreadUpdate",
    "ToldStatus",
    "assign",
    "change_state",
    "changed_messages",
    "conversation_page",
    "conversations_by_ids",
    "conversations_that_match",
    "count_conversations",
    "count_episodes",
    "count_messages",
    "dispatch",
    "episode_page",
    "episodes_by_ids",
    "follow_merges",
    "last_messages",
    "mark_read",
    "mentions_of",
    "message_page",
    "messages_by_ids",
    "messages_by_tokens",
    "queue",
    "receive",
    "record_statuses",
    "settle_overdue",
    "unread_of",
    "wake_snoozed",
    "write_note",
]
