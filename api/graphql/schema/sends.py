"""The way out of a message: whether it waits, why, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import strawberry

import conversations as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.scalars import DateTime, when
from kernel.ids import Id


@enum_type
class SendState(Enum):
    """How far a message is on its way to the platform."""

    QUEUED = strawberry.enum_value("queued", description="It waits; dueAt says until when.")
    GOING = strawberry.enum_value("claimed", description="It is just being handed over.")
    UNKNOWN = strawberry.enum_value(
        "unknown",
        description="It may have gone out: no answer came. The platform's own word settles it, or "
        "it fails after an hour; it is never sent twice by itself.",
    )
    SENT = strawberry.enum_value("sent", description="The platform took it.")
    FAILED = strawberry.enum_value("failed", description="It was given up; reason says why.")
    REFUSED = strawberry.enum_value(
        "refused", description="When its turn came it was not allowed any more; reason says why."
    )
    VOID = strawberry.enum_value("void", description="Its occasion was gone before it left.")


@enum_type
class SendWay(Enum):
    """By which way a message goes, or went."""

    WHATSAPP = strawberry.enum_value("whatsapp", description="From its number, on WhatsApp.")
    EMAIL = strawberry.enum_value(
        "email", description="By e-mail, for its number was down; never by WhatsApp any more."
    )


@object_type
class SendReason:
    """Why a message does not leave, or has not left."""

    code: str = strawberry.field(description="Stable, to decide on: WINDOW_CLOSED.")
    message: str = strawberry.field(description="The reason in words.")
    until: DateTime | None = strawberry.field(
        description="It stands in the way until then; null where time alone changes nothing."
    )


@object_type
class MessageSend:
    """The way of a message to the platform."""

    row: strawberry.Private[room.SendRow]

    @strawberry.field(description="How far it is.")
    def state(self) -> SendState:
        return SendState(self.row["state"])

    @strawberry.field(
        description="Why it waits, failed or is not known, as a code: PLATFORM_130429 (the "
        "platform's own code), UNREACHABLE, TIMEOUT, WAITS, SENDING_STOPPED, WINDOW_CLOSED, "
        "OUTCOME_UNKNOWN and so on; null while nothing stands in its way."
    )
    def reason(self) -> str | None:
        return self._why[0].code if self._why else None

    @strawberry.field(
        description="Everything that stands in its way, or did: all that was found at once."
    )
    def reasons(self) -> list[SendReason]:
        return show_reasons(self._why)

    @property
    def _why(self) -> Sequence[room.Reason]:
        return room.decision_of(self.row).reasons

    @strawberry.field(description="By which way it goes, or went.")
    def way(self) -> SendWay:
        return SendWay(self.row["way"] or "whatsapp")

    @strawberry.field(description="How often it was handed to the platform.")
    def attempts(self) -> int:
        return self.row["attempts"]

    @strawberry.field(description="When it is tried next; null once it does not wait any more.")
    def due_at(self) -> DateTime | None:
        return DateTime(self.row["due_at"]) if self.row["state"] == "queued" else None


def show_reasons(reasons: Sequence[room.Reason]) -> list[SendReason]:
    """Reasons of the gate, as they are shown."""
    return [
        SendReason(
            code=one.code,
            message=one.message,
            until=when(one.until),
        )
        for one in reasons
    ]


async def load_sends(_asked: Context, message_ids: list[Id]) -> Mapping[Id, MessageSend]:
    """The ways of messages, by message."""
    rows = await room.sends_of(message_ids)
    return {message_id: MessageSend(row=row) for message_id, row in rows.items()}
