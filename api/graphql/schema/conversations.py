"""Conversations: one thread per contact and business number."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import cast

import strawberry

import conversations as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.nested import Nested
from api.graphql.pages import After, Before, Connection, Direction, First, Last
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.channels import Channel, load_numbers
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.messages import Message, load_messages, make_messages
from api.graphql.schema.node import KINDS, Node, created_at, updated_at
from api.graphql.schema.people import Person, load_people
from api.graphql.schema.scores import ConversationMood, load_moods
from api.graphql.schema.silences import ConversationSilence, load_silences
from kernel import clock
from kernel.ids import Id
from tenants import Permission


@enum_type
class ConversationState(Enum):
    """Where the work on a thread stands."""

    OPEN = strawberry.enum_value("open", description="To be answered.")
    PENDING = strawberry.enum_value("pending", description="Waits for somebody else.")
    SNOOZED = strawberry.enum_value("snoozed", description="Sleeps until a time or a new message.")
    RESOLVED = strawberry.enum_value("resolved", description="Done, until the next message.")
    MERGED = strawberry.enum_value("merged", description="Became part of another thread.")


@enum_type
class Holder(Enum):
    """Who holds a thread: one at a time."""

    PERSON = strawberry.enum_value("person", description="A colleague.")
    JOURNEY = strawberry.enum_value("journey", description="A journey that waits for an answer.")
    BOT = strawberry.enum_value("bot", description="The bot.")


@enum_type
class EpisodeStarter(Enum):
    """Who began an episode."""

    CUSTOMER = strawberry.enum_value("customer", description="The customer.")
    BUSINESS = strawberry.enum_value("business", description="The business.")


@enum_type
class ServiceMode(Enum):
    """Who answered in an episode."""

    NONE = strawberry.enum_value("none", description="Nobody.")
    PERSON = strawberry.enum_value("person", description="Colleagues.")
    BOT = strawberry.enum_value("bot", description="The bot.")
    BOTH = strawberry.enum_value("both", description="Colleagues and the bot.")


@enum_type
class EpisodeEnd(Enum):
    """What ended an episode."""

    RESOLVED = strawberry.enum_value("resolved", description="Somebody resolved the thread.")
    SILENCE = strawberry.enum_value("silence", description="Nobody said anything for long.")


@object_type
class ServiceWindow:
    """The 24 hours after a customer's message in which a business may answer freely."""

    row: strawberry.Private[room.ConversationRow]

    @strawberry.field(description="Whether anything but a template may be sent now.")
    def open(self) -> bool:
        return clock.now() < self.row["window_closed_at"]

    @strawberry.field(description="When it closes or closed; null where it was never open.")
    def closes_at(self) -> DateTime | None:
        closed_at = self.row["window_closed_at"]
        return DateTime(closed_at) if closed_at else None

    @strawberry.field(
        description="Until when messages are free of charge after an advertisement; null for never."
    )
    def free_entry_until(self) -> DateTime | None:
        until = self.row["free_entry_until"]
        return DateTime(until) if until else None


@object_type
class Episode(Node):
    """A part of a thread: from a first message to resolution, or to long silence."""

    kind = "episode"
    row: strawberry.Private[room.EpisodeRow]

    @strawberry.field(description="Its number in the thread, from 1.")
    def ordinal(self) -> int:
        return self.row["ordinal"]

    @strawberry.field(description="Who began it.")
    def starter(self) -> EpisodeStarter:
        return EpisodeStarter(self.row["starter"])

    @strawberry.field(description="Who answered.")
    def mode(self) -> ServiceMode:
        return ServiceMode(self.row["mode"])

    @strawberry.field(description="When its first message was said.")
    def started_at(self) -> DateTime:
        return DateTime(self.row["started_at"])

    @strawberry.field(description="When the business answered first.")
    def first_answer_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["first_answer_at"])

    @strawberry.field(description="When its last message was said.")
    def last_at(self) -> DateTime:
        return DateTime(self.row["last_at"])

    @strawberry.field(description="How often the speaker changed.")
    def turns(self) -> int:
        return self.row["turns"]

    @strawberry.field(description="How many messages it has.")
    def message_count(self) -> int:
        return self.row["messages"]

    @strawberry.field(description="When it ended; null while it goes on.")
    def ended_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["ended_at"])

    @strawberry.field(description="What ended it.")
    def end_reason(self) -> EpisodeEnd | None:
        reason = self.row["end_reason"]
        return EpisodeEnd(reason) if reason else None


@object_type
class Conversation(Node):
    """All that a contact and a business number said to each other."""

    kind = "conversation"
    row: strawberry.Private[room.ConversationRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="With whom.", directives=[requires(Permission.CONTACTS_READ)])
    def contact(self) -> Contact:
        return cast(Contact, self.asked.loader(load_contacts).get(self.row["contact_id"]))

    @strawberry.field(
        description="Through which number.", directives=[requires(Permission.CHANNELS_READ)]
    )
    def channel(self) -> Channel:
        return cast(Channel, self.asked.loader(load_numbers).get(self.row["number_id"]))

    @strawberry.field(description="Where the work on it stands.")
    def state(self) -> ConversationState:
        return ConversationState(self.row["state"])

    @strawberry.field(description="Since when; null where nobody changed it yet.")
    def state_since(self) -> DateTime | None:
        since = self.row["state_at"]
        return DateTime(since) if since else None

    @strawberry.field(description="Until when it sleeps.")
    def snoozed_until(self) -> DateTime | None:
        return cast("DateTime | None", self.row["snoozed_until"])

    @strawberry.field(description="Whether it may be answered freely now.")
    def window(self) -> ServiceWindow:
        return ServiceWindow(row=self.row)

    @strawberry.field(description="The colleague who has it.")
    def assignee(self) -> Person | None:
        assignee_id = self.row["assignee_id"]
        return self.asked.loader(load_people).get(assignee_id) if assignee_id else None

    @strawberry.field(description="Who holds it: person, journey or bot.")
    def holder(self) -> Holder:
        return Holder(self.row["holder"])

    @strawberry.field(description="How many of the customer's messages the viewer has not read.")
    def unread(self) -> int:
        return cast(int, self.asked.loader(load_unread).get(self.row["id"]))

    @strawberry.field(description="The last message by either side; notes do not count.")
    def last_message(self) -> Message | None:
        message_id = self.row["last_message_id"]
        return self.asked.loader(load_messages).get(message_id) if message_id else None

    @strawberry.field(description="When that was said.")
    def last_message_at(self) -> DateTime | None:
        at = self.row["last_message_at"]
        return DateTime(at) if at else None

    @strawberry.field(description="When the customer said something last.")
    def last_inbound_at(self) -> DateTime | None:
        at = self.row["last_inbound_at"]
        return DateTime(at) if at else None

    @strawberry.field(
        description="Messages, notes and events, oldest first; ask for `last` to see the newest."
    )
    def messages(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Message]:
        return MESSAGES.page(self.asked, self.row["id"], first, after, last, before)

    @strawberry.field(description="Its episodes, oldest first.")
    def episodes(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Episode]:
        return _EPISODES.page(self.asked, self.row["id"], first, after, last, before)

    @strawberry.field(
        description="How the customer feels by their last messages, where that goes, and what they "
        "are about; null until one is scored."
    )
    def mood(self) -> ConversationMood | None:
        return self.asked.loader(load_moods).get(self.row["id"])

    @strawberry.field(
        description="Why nobody answers our last words, and what to do next; null where they are "
        "not the last, or were said less than an hour ago."
    )
    def silence(self) -> ConversationSilence | None:
        return self.asked.loader(load_silences).get(self.row["id"])

    @strawberry.field(description="The thread that it became part of.")
    def merged_into(self) -> Conversation | None:
        merged_into = self.row["merged_into"]
        return self.asked.loader(load_conversations).get(merged_into) if merged_into else None


async def load_conversations(asked: Context, ids: list[Id]) -> Mapping[Id, Conversation]:
    """Threads by their ids."""
    rows = await room.conversations_by_ids(ids)
    return {row_id: Conversation(row=row, asked=asked) for row_id, row in rows.items()}


async def load_unread(asked: Context, ids: list[Id]) -> Mapping[Id, int]:
    """How many messages the viewer has not read, by thread."""
    unread = await room.unread_of(ids, asked.me.own_id)
    return {conversation_id: unread.get(conversation_id, 0) for conversation_id in ids}


async def load_episodes(asked: Context, ids: list[Id]) -> Mapping[Id, Episode]:
    """Episodes by their ids."""
    rows = await room.episodes_by_ids(ids)
    return {row_id: Episode(row=row, asked=asked) for row_id, row in rows.items()}


async def _episodes_beyond(
    conversation_id: Id, direction: Direction, place: tuple[int], limit: int
) -> list[room.EpisodeRow]:
    return await room.episode_page(conversation_id, direction, place[0], limit)


MESSAGES: Nested[room.MessageRow, Message] = Nested(
    "messages",
    "ASC",
    room.end_messages,
    room.message_page,
    room.count_messages,
    lambda row: (row["provider_at"], row["tie"], row["id"]),
    make_messages,
)
_EPISODES: Nested[room.EpisodeRow, Episode] = Nested(
    "episodes",
    "ASC",
    room.end_episodes,
    _episodes_beyond,
    room.count_episodes,
    lambda row: (row["ordinal"],),
    lambda asked, rows: [Episode(row=row, asked=asked) for row in rows],
)

KINDS.add("conversation", Permission.CONVERSATIONS_READ, load_conversations)
KINDS.add("episode", Permission.CONVERSATIONS_READ, load_episodes)
