"""What comes into a thread, in the room's own shape: from the wire's updates to rows to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from channels import wire
from contacts import Known
from kernel.ids import Id

Direction = Literal["in", "out", "event"]
ThreadUpdate = wire.InboundMessage | wire.Echo | wire.NumberChange | wire.Call


@dataclass(frozen=True, slots=True)
class Received:
    """An update that belongs into a thread, whose it is and how it came.

    `subject_id` is the owner of the key: the person as they were known when it came.
    """

    update: ThreadUpdate
    known: Known
    number_id: Id
    received_at: int

    @property
    def at(self) -> int:
        """The platform's time, or the time of arrival where it told none."""
        return self.received_at if self.update.at is None else self.update.at

    @property
    def key(self) -> str:
        """What makes it one, however often it is told."""
        update = self.update
        if isinstance(update, wire.Call):
            return f"{update.call_id}|{update.event}"
        return update.wamid

    @property
    def direction(self) -> Direction:
        """in: by the person; out: by the business; event: nobody said it."""
        update = self.update
        if isinstance(update, wire.Echo):
            return "out"
        if isinstance(update, wire.InboundMessage) and update.kind != "system":
            return "in"
        return "event"

    @property
    def kind(self) -> str:
        """The platform's type of message; `call` and the kinds of number change for events."""
        return "call" if isinstance(self.update, wire.Call) else self.update.kind

    @property
    def origin(self) -> str:
        """live, history, standby; phone_app for what the business wrote elsewhere."""
        update = self.update
        if isinstance(update, wire.Echo):
            return "phone_app" if update.origin == "live" else update.origin
        return update.origin if isinstance(update, wire.InboundMessage) else "live"

    @property
    def text(self) -> str | None:
        """What a person would read."""
        return self.update.text if isinstance(self.update, wire.Message) else None

    @property
    def reply_to(self) -> str | None:
        """The message it answers or reacts to."""
        update = self.update
        if not isinstance(update, wire.Message):
            return None
        return update.reaction[0] if update.reaction else update.reply_to

    @property
    def group_id(self) -> str | None:
        """The group it was said in; such a message is none of the two-person thread's."""
        return self.update.group_id if isinstance(self.update, wire.Message) else None

    @property
    def changes(self) -> str | None:
        """The message that it edits or revokes, if it does (contract 4.3)."""
        update = self.update
        if isinstance(update, wire.Message) and update.kind in ("edit", "revoke"):
            return update.original_wamid
        return None

    @property
    def opens_window(self) -> bool:
        """Whether it starts the 24 hours anew: messages, reactions, calls of the person (5.1)."""
        update = self.update
        if isinstance(update, wire.Call):
            return update.direction == "USER_INITIATED" and update.event == "connect"
        return self.direction == "in" and self.group_id is None

    @property
    def is_live(self) -> bool:
        """Whether it was said just now, and so wakes a thread; history does not (4b)."""
        return self.opens_window and self.origin in ("live", "standby")
