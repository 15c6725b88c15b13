"""Messages: what was said in a thread, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry

import conversations as room
from api.graphql.context import Context
from api.graphql.described import enum_type, interface_type
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.node import KINDS, Node
from api.graphql.schema.people import Person, load_people
from api.graphql.schema.scores import MessageScore, load_scores
from api.graphql.schema.sends import MessageSend, load_sends
from kernel.ids import Id
from tenants import Permission

if TYPE_CHECKING:
    from api.graphql.schema.conversations import Conversation


@enum_type
class Direction(Enum):
    """Which way a message went."""

    INBOUND = strawberry.enum_value("in", description="From the customer.")
    OUTBOUND = strawberry.enum_value("out", description="From the business.")
    NOTE = strawberry.enum_value("note", description="Among colleagues; it never leaves the house.")
    EVENT = strawberry.enum_value("event", description="Nobody said it: a call, a changed number.")


@enum_type
class MessageStatus(Enum):
    """How far a message got."""

    RECEIVED = strawberry.enum_value("received", description="It came in.")
    WRITTEN = strawberry.enum_value("written", description="A note that stands.")
    QUEUED = strawberry.enum_value("queued", description="It waits to go out; send says why.")
    UNKNOWN = strawberry.enum_value(
        "unknown", description="It may have gone out; the platform's word is awaited."
    )
    ACCEPTED = strawberry.enum_value("accepted", description="The platform took it.")
    SENT = strawberry.enum_value("sent", description="It left the platform.")
    DELIVERED = strawberry.enum_value("delivered", description="It is on the customer's phone.")
    READ = strawberry.enum_value("read", description="The customer opened it.")
    PLAYED = strawberry.enum_value("played", description="The customer heard the spoken message.")
    FAILED = strawberry.enum_value("failed", description="It did not arrive; errorCode says why.")
    OTHER = strawberry.enum_value("other", description="A status that is newer than this schema.")


@enum_type
class MessageState(Enum):
    """Whether its content is there; the reason why `text` is null or another."""

    SHOWN = strawberry.enum_value("shown", description="As it was written.")
    EDITED = strawberry.enum_value(
        "edited", description="Its writer changed it; text is the newest."
    )
    REVOKED = strawberry.enum_value("revoked", description="Its writer took it back.")
    ERASED = strawberry.enum_value("erased", description="Forgotten at the person's request.")


_STATUSES = frozenset(str(status.value) for status in MessageStatus)

Author = Annotated[
    Contact | Person, strawberry.union(name="Author", description="Who said something.")
]


@interface_type
class Message(Node):
    """Something in a thread: said by the customer or the business, noted, or happened."""

    kind = "message"
    row: strawberry.Private[room.MessageRow]

    @strawberry.field(
        description="The thread it stands in.", directives=[requires(Permission.CONVERSATIONS_READ)]
    )
    def conversation(
        self,
    ) -> Annotated[Conversation, strawberry.lazy("api.graphql.schema.conversations")]:
        from api.graphql.schema.conversations import load_conversations

        found = self.asked.loader(load_conversations).get(self.row["conversation_id"])
        return cast("Conversation", found)

    @strawberry.field(description="Which way it went.")
    def direction(self) -> Direction:
        return Direction(self.row["direction"])

    @strawberry.field(
        description="The platform's type of message: text, image and so on; new ones may appear."
    )
    def type(self) -> str:
        return self.row["kind"]

    @strawberry.field(
        description="What a person would read in it: words, caption, title of a button, note.",
        directives=[PERSONAL],
    )
    def text(self) -> str | None:
        row, unseal = self.row, self.asked.unseal
        if row["revoked_at"] is not None:
            return None
        if row["edit_id"] is not None and row["edit_sealed"] is not None:
            return unseal.text(
                "message_change.body",
                row["edit_id"],
                cast(Id, row["edit_subject_id"]),
                row["edit_sealed"],
            )
        return unseal.text("message.body", row["id"], row["subject_id"], row["body_sealed"])

    @strawberry.field(description="Whether its content is there; the reason why text is null.")
    def state(self) -> MessageState:
        row = self.row
        if self.asked.unseal.is_erased(row["subject_id"]):
            return MessageState.ERASED
        if row["revoked_at"] is not None:
            return MessageState.REVOKED
        return MessageState.SHOWN if row["edit_id"] is None else MessageState.EDITED

    @strawberry.field(
        description="How it came here: live, history, standby, phone_app, desk and so on."
    )
    def origin(self) -> str:
        return self.row["origin"]

    @strawberry.field(
        description="Who said it: the contact or a colleague; null for what no person here wrote.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    def author(self) -> Author | None:
        row = self.row
        if row["author_id"] is not None:
            return self.asked.loader(load_people).get(row["author_id"])
        if row["direction"] == "in":
            return self.asked.loader(load_contacts).get(row["contact_id"])
        return None

    @strawberry.field(description="When it was said, by the platform's time.")
    def sent_at(self) -> DateTime:
        return DateTime(self.row["provider_at"])

    @strawberry.field(description="When it came to be here.")
    def created_at(self) -> DateTime:
        return DateTime(self.row["received_at"])

    @strawberry.field(description="How far it got.")
    def status(self) -> MessageStatus:
        status = self.row["status"]
        return MessageStatus(status if status in _STATUSES else "other")

    @strawberry.field(description="When it reached the customer's phone.")
    def delivered_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["delivered_at"])

    @strawberry.field(description="When the customer opened it.")
    def read_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["read_at"])

    @strawberry.field(description="When the customer heard it.")
    def played_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["played_at"])

    @strawberry.field(description="When it failed.")
    def failed_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["failed_at"])

    @strawberry.field(description="The platform's code of the failure.")
    def error_code(self) -> int | None:
        return self.row["error_code"]

    @strawberry.field(
        description="Its way to the platform; null for what was not written here to be sent."
    )
    def send(self) -> MessageSend | None:
        if self.row["direction"] != "out":
            return None
        return self.asked.loader(load_sends).get(self.row["id"])

    @strawberry.field(
        description="What it was read as: level, intent, language, mood, topics; null until it is "
        "scored, and for all that no customer wrote."
    )
    async def score(self) -> MessageScore | None:
        if self.row["direction"] != "in":
            return None
        row = await self.asked.loader(load_scores).one(self.row["id"])
        return MessageScore(row=row, words=self.text, asked=self.asked) if row else None

    @strawberry.field(description="When its writer changed it last.")
    def edited_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["edited_at"])

    @strawberry.field(description="The message that it answers or reacts to, where we have it.")
    def in_reply_to(self) -> Message | None:
        token = self.row["reply_to_token"]
        if token is None:
            return None
        return self.asked.loader(load_by_tokens).get((self.row["number_id"], token))

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The platform's own object; empty where it may not be opened, or was taken back."""
        row = self.row
        if row["revoked_at"] is not None:
            return {}
        told = self.asked.unseal.json(
            "message.payload", row["id"], row["subject_id"], row["payload_sealed"]
        )
        return told if isinstance(told, dict) else {}

    @property
    def content(self) -> dict[str, Any]:
        """The part of the payload that is named as its type."""
        content = self.payload.get(self.row["kind"])
        return content if isinstance(content, dict) else {}


class _Types:
    by_kind: Mapping[str, type[Message]]
    event: type[Message]
    other: type[Message]


def reads(
    by_kind: Mapping[str, type[Message]], *, event: type[Message], other: type[Message]
) -> None:
    """Tell which type shows which kind of message."""
    _Types.by_kind, _Types.event, _Types.other = by_kind, event, other


def make_messages(asked: Context, rows: Sequence[room.MessageRow]) -> list[Message]:
    """Messages of rows, each of the type that shows its kind; their keys are noted as wanted."""
    asked.unseal.want(row["subject_id"] for row in rows)
    asked.unseal.want(row["edit_subject_id"] for row in rows if row["edit_subject_id"])
    return [_type_of(row)(row=row, asked=asked) for row in rows]


async def load_messages(asked: Context, ids: list[Id]) -> Mapping[Id, Message]:
    """Messages by their ids."""
    rows = list((await room.messages_by_ids(ids)).values())
    return {message.row["id"]: message for message in make_messages(asked, rows)}


async def load_by_tokens(
    asked: Context, tokens: list[tuple[Id, bytes]]
) -> Mapping[tuple[Id, bytes], Message]:
    """Messages by number and token."""
    rows = await room.messages_by_tokens(tokens)
    messages = make_messages(asked, list(rows.values()))
    return dict(zip(rows, messages, strict=True))


async def load_mentions(asked: Context, ids: list[Id]) -> Mapping[Id, list[Person]]:
    """The colleagues whom notes mention, by note."""
    mentioned = await room.mentions_of(ids)
    people = await asked.loader(load_people).many(
        person_id for found in mentioned.values() for person_id in found
    )
    return {
        note_id: [people[one] for one in mentioned.get(note_id, ()) if one in people]
        for note_id in ids
    }


def _type_of(row: room.MessageRow) -> type[Message]:
    known = _Types.by_kind.get(row["kind"])
    if known is not None:
        return known
    return _Types.event if row["direction"] == "event" else _Types.other


KINDS.add("message", Permission.CONVERSATIONS_READ, load_messages)
