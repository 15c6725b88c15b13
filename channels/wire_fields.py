"""How single fields of platform objects are read: a value or None, whatever stands there.

Nothing here raises on any JSON value (contract, golden rules 1 to 3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from channels.wire_shapes import ErrorInfo, Item, Origin, Other, Person

# WhatsApp began in 2009; a time before that, or after this century, is a mistake and not a time.
_FIRST_SECOND, _LAST_SECOND = 1_230_768_000, 4_102_444_800
_LARGEST = 2**31 - 1
_ORIGINS: dict[str, Origin] = {"history": "history", "standby": "standby"}
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_HAS_LETTER = re.compile(r"[^\W\d_]")


class Place:
    """Where in a delivery an item stood: account, number, field, the people named beside it."""

    __slots__ = ("at", "display", "field", "origin", "people", "phone_number_id", "waba_id")

    def __init__(self, waba_id: str, field: str, at: int | None, value: Item) -> None:
        metadata = mapping(value.get("metadata"))
        self.waba_id = waba_id
        self.field = field
        self.at = at
        self.phone_number_id = text(metadata.get("phone_number_id")) or ""
        self.display = ids(metadata.get("display_phone_number"))[0]
        self.people = People(value.get("contacts"))
        self.origin: Origin = _ORIGINS.get(field, "live")

    def other(self, raw: Any) -> Other:
        """What cannot be read at this place, kept as it came."""
        at = self.at
        if at is None and isinstance(raw, dict):
            at = micros(raw.get("timestamp"))
        return Other(self.waba_id, self.phone_number_id or None, self.field, at, raw)


class People:
    """Who `contacts[]` names, found by id and never by place (contract 4.1)."""

    __slots__ = ("_by_id", "_only")

    def __init__(self, contacts: Any) -> None:
        self._by_id: dict[str, tuple[Person, str | None]] = {}
        self._only: tuple[Person, str | None] | None = None
        cards = items(contacts)
        for card in cards:
            if not isinstance(card, dict):
                continue
            profile = mapping(card.get("profile"))
            phone, user_id = ids(card.get("wa_id"), card.get("user_id"))
            parent = text(card.get("parent_user_id"))
            person = Person(phone, user_id, parent, text(profile.get("username")))
            found = (person, text(profile.get("name")))
            # A user id holds a full stop and a phone does not, so one index serves both.
            for key in (phone, user_id):
                if key is not None:
                    self._by_id.setdefault(key, found)
            if len(cards) == 1:
                self._only = found

    def complete(
        self, phone: str | None, user_id: str | None, parent: str | None
    ) -> tuple[Person, str | None]:
        """The person with the ids of an item, filled up from the matching card, and their name.

        Where card and item contradict each other the item is right and the card says nothing.
        """
        found = self._by_id.get(user_id) if user_id is not None else None
        if found is None and phone is not None:
            found = self._by_id.get(phone)
            if found is not None and user_id is not None and found[0].user_id is not None:
                found = None
        elif found is None and user_id is None:
            found = self._only
        if found is None:
            return Person(phone, user_id, parent, None), None
        card, name = found
        if (
            (phone is None or phone == card.phone)
            and (user_id is None or user_id == card.user_id)
            and (parent is None or parent == card.parent_user_id)
        ):
            return found
        person = Person(
            phone or card.phone,
            user_id or card.user_id,
            parent or card.parent_user_id,
            card.username,
        )
        return person, name


def text(value: Any) -> str | None:
    """A text, or a whole number as text (ids come as both); None for the empty and all else."""
    if type(value) is str:
        return value or None
    if type(value) is int:
        return str(value)
    return None


def micros(value: Any) -> int | None:
    """Seconds, as text or number, to microseconds; None when missing or absurd."""
    if type(value) is str:
        if len(value) > 12 or not (value.isascii() and value.isdecimal()):
            return None
        value = int(value)
    elif type(value) is not int and type(value) is not float:
        return None
    if not _FIRST_SECOND <= value <= _LAST_SECOND:
        return None
    return int(value) * 1_000_000


def number(value: Any) -> int | None:
    """A whole number from a number or its digits; None when it is none or too large to store."""
    if type(value) is str and len(value) < 12 and value.isascii() and value.isdecimal():
        value = int(value)
    if type(value) is int and -_LARGEST <= value <= _LARGEST:
        return value
    return None


def flag(value: Any) -> bool:
    """True for true, however it is written; False for all else."""
    return value is True or value == "true"


def mapping(value: Any) -> Item:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    """The list, or the one thing that stands where a list should; null and nothing are empty."""
    if isinstance(value, list):
        return value
    return () if value is None else (value,)


def ids(phone: Any, user_id: Any = None) -> tuple[str | None, str | None]:
    """Phone in digits and user id, from the two fields that carry them.

    A user id that stands in the phone field counts as user id (contract 4.2).
    """
    user = text(user_id)
    written = text(phone)
    if written is None:
        return None, user
    if written.isascii() and written.isdecimal():
        return written, user
    if _HAS_LETTER.search(written):
        return None, user or (written if "." in written else None)
    return _NOT_A_DIGIT.sub("", written) or None, user


def errors(value: Any) -> tuple[ErrorInfo, ...]:
    """Every error in the list; one that is no object keeps its raw value alone."""
    if not value:
        return ()
    return tuple(_error(one) for one in items(value))


def _error(raw: Any) -> ErrorInfo:
    error = mapping(raw)
    details = mapping(error.get("error_data")).get("details")
    return ErrorInfo(
        number(error.get("code")),
        text(error.get("title")),
        text(error.get("message")),
        text(details),
        raw,
    )
