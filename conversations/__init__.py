"""Conversations: what was said, by whom and when, and what became of it.

I own threads, their episodes, messages, statuses, notes, read marks and the one ledger of sends.
My words: thread (one per contact and business number), episode, window (the 24 hours in which the
platform lets a business answer freely), holder (person, journey or bot), step (what a person did).
My events: conversation.*, message.*, note.written, call.received.
"""

from conversations.episodes import SILENCE
from conversations.inbound import Stored, receive
from conversations.merges import follow_merges
from conversations.notes import write_note
from conversations.received import Received, ThreadUpdate
from conversations.statuses import ToldStatus, record_statuses
from conversations.steps import assign, change_state, mark_read, wake_snoozed
from conversations.threads import WINDOW

__all__ = [
    "SILENCE",
    "WINDOW",
    "Received",
    "Stored",
    "ThreadUpdate",
    "ToldStatus",
    "assign",
    "change_state",
    "follow_merges",
    "mark_read",
    "receive",
    "record_statuses",
    "wake_snoozed",
    "write_note",
]
