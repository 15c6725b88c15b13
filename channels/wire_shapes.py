"""The shapes in which updates come off the wire; only `channels.wire` builds them.

All texts are free of NUL and lone surrogates (neither can be stored), all times are microseconds
since the epoch, all ids are opaque text (contract, golden rules). An id that the platform left out
is "" where the field says `str`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson

Item = dict[str, Any]
Origin = Literal["live", "history", "standby"]
TemplateChange = Literal["status", "quality", "components", "category"]

# orjson reads 1,024 levels but writes only 254.
_DEEPEST = 200


class _Shape:
    """Prints as its name alone: what shows up in a log or a traceback names nobody."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True, repr=False)
class Person(_Shape):
    """The ids under which somebody appears; any of them may be missing (contract 4.2)."""

    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    username: str | None = None

    @property
    def known(self) -> bool:
        """Whether a phone or a user id is there, so that a contact can be found or made."""
        return self.phone is not None or self.user_id is not None


@dataclass(frozen=True, slots=True, repr=False)
class ErrorInfo(_Shape):
    """One platform error; decide on `code` alone, never on a text (contract 6)."""

    code: int | None
    title: str | None
    message: str | None
    details: str | None
    raw: Any


@dataclass(frozen=True, slots=True, repr=False)
class Media(_Shape):
    """A file in a message; `id` lives 7 days, `url` minutes; `sha256` is base64 (contract 7.1)."""

    id: str
    mime_type: str | None
    sha256: str | None
    url: str | None
    filename: str | None
    voice: bool
    animated: bool


@dataclass(frozen=True, slots=True, repr=False)
class Pricing(_Shape):
    """What the platform says a message cost; `type` decides, `billable` goes away (4.5)."""

    billable: bool | None
    model: str | None
    type: str | None
    category: str | None


class _Kept(_Shape):
    """An update that keeps the platform's own object as `raw`."""

    __slots__ = ()
    raw: Any

    def payload(self) -> bytes:
        """`raw` as compact JSON; what lies more than 200 levels deep becomes null."""
        try:
            return orjson.dumps(self.raw)
        except orjson.JSONEncodeError:
            return orjson.dumps(_cut(self.raw, _DEEPEST))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Message(_Kept):
    """What inbound messages and echoes share. `text` is what a person would read or search for."""

    phone_number_id: str
    waba_id: str
    wamid: str
    at: int | None
    kind: str
    sender: Person
    profile_name: str | None = None
    text: str | None = None
    # What was tapped: the button's payload or the id of the reply.
    choice: str | None = None
    reply_to: str | None = None
    reply_to_from: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    media: Media | None = None
    # The message reacted to and the emoji; None takes the reaction back.
    reaction: tuple[str, str | None] | None = None
    # The message that an `edit` or `revoke` is about.
    original_wamid: str | None = None
    group_id: str | None = None
    referral: Item | None = None
    product: Item | None = None
    errors: tuple[ErrorInfo, ...] = ()
    origin: Origin = "live"
    history_status: str | None = None
    raw: Item


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InboundMessage(Message):
    """A message by a person; `shared_phone` is their own number, given on request (4.3)."""

    shared_phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Echo(Message):
    """A message by the business, written elsewhere; it opens no service window (contract 5.1).

    `sender` is the business number, `profile_name` the recipient's name.
    """

    recipient: Person


@dataclass(frozen=True, slots=True, repr=False)
class NumberChange(_Kept):
    """A person moved to another number or user id (contract 4.4); both sides are known."""

    phone_number_id: str
    waba_id: str
    wamid: str
    at: int | None
    previous: Person
    current: Person
    kind: str
    raw: Item


@dataclass(frozen=True, slots=True, repr=False)
class Status(_Shape):
    """One step of an outgoing message (contract 4.5).

    In a group `recipient` is None, `group_id` names the group and `participant` the person.
    `extra` holds the keys that are not modelled, and those whose value could not be read in full.
    """

    phone_number_id: str
    waba_id: str
    wamid: str
    status: str
    at: int | None
    recipient: Person | None
    participant: Person | None
    group_id: str | None
    callback_data: str | None
    pricing: Pricing | None
    conversation_id: str | None
    conversation_origin: str | None
    expires_at: int | None
    errors: tuple[ErrorInfo, ...]
    extra: Item


@dataclass(frozen=True, slots=True, repr=False)
class Call(_Kept):
    """A call event (connect, terminate) or call status (RINGING, ACCEPTED, REJECTED)."""

    phone_number_id: str
    waba_id: str
    call_id: str
    event: str
    at: int | None
    direction: str | None
    person: Person
    raw: Item


@dataclass(frozen=True, slots=True, repr=False)
class Preference(_Kept):
    """A person's own choice about marketing: `value` is stop, resume, signup or newer (5.3)."""

    phone_number_id: str
    waba_id: str
    person: Person
    value: str
    category: str | None
    at: int | None
    signup_id: str | None
    detail: str | None
    profile: str | None
    raw: Item


@dataclass(frozen=True, slots=True, repr=False)
class AddressBook(_Kept):
    """A contact added to or removed from the phone's own address book (contract 4b)."""

    phone_number_id: str
    waba_id: str
    action: str
    person: Person
    full_name: str | None
    first_name: str | None
    at: int | None
    raw: Item


@dataclass(frozen=True, slots=True, repr=False)
class TemplateUpdate(_Kept):
    """A template changed; `kind` says in what, judged by keys and not by field name (4b).

    `category` is the one in force now; `correct_category` comes into force at `effective_at`.
    `pause` is the platform's title of a pause (FIRST_PAUSE, SECOND_PAUSE, UNPAUSE and others).
    """

    waba_id: str
    at: int | None
    kind: TemplateChange
    template_id: str
    name: str | None
    language: str | None
    event: str | None
    reason: str | None
    category: str | None
    previous_category: str | None
    correct_category: str | None
    effective_at: int | None
    quality: str | None
    previous_quality: str | None
    pause: str | None
    explanation: str | None
    raw: Item


@dataclass(frozen=True, slots=True, repr=False)
class AccountUpdate(_Kept):
    """News about an account or one of its numbers; `phone_number` is the displayed one, digits."""

    waba_id: str
    phone_number_id: str
    at: int | None
    field: str
    phone_number: str | None
    event: str | None
    reason: str | None
    tier: str | None
    restrictions: tuple[tuple[str, int | None], ...]
    ban_state: str | None
    raw: Item


@dataclass(frozen=True, slots=True, repr=False)
class HistoryNotice(_Shape):
    """How far a history sync is, or why there is none (contract 4b)."""

    phone_number_id: str
    waba_id: str
    phase: int | None
    chunk_order: int | None
    progress: int | None
    errors: tuple[ErrorInfo, ...]


@dataclass(frozen=True, slots=True, repr=False)
class NumberTrouble(_Shape):
    """Trouble of the number or app that belongs to no single message (contract 4.5)."""

    phone_number_id: str
    waba_id: str
    errors: tuple[ErrorInfo, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Other(_Kept):
    """What has no shape here: an unknown field, or an item that cannot be read. Kept as it came."""

    waba_id: str
    phone_number_id: str | None
    field: str
    at: int | None
    raw: Any


Update = (
    InboundMessage
    | Echo
    | NumberChange
    | Status
    | Call
    | Preference
    | AddressBook
    | TemplateUpdate
    | AccountUpdate
    | HistoryNotice
    | NumberTrouble
    | Other
)


def _cut(value: Any, levels: int) -> Any:
    """A copy that is no deeper than so many levels."""
    if isinstance(value, dict):
        return {k: _cut(v, levels - 1) for k, v in value.items()} if levels else None
    if isinstance(value, list):
        return [_cut(v, levels - 1) for v in value] if levels else None
    return value
