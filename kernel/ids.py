"""Ids of rows (uuid7, as 32 hex digits) and the form in which clients see them.

A uuid7 grows with time, so big tables can be partitioned by it and new rows land side by side.
Outside, an id carries its kind and reads `contact_2nJb…`: opaque, but a support mail tells a
contact from a message.
"""

from __future__ import annotations

import os
import re

from kernel import clock
from kernel.errors import Invalid

Id = str

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Halves that fit a machine word: dividing the whole number 22 times is four times as slow.
_HALF = 62**11
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
# When the last id was made, and its tail.
_last = (0, 0)
_SHOWN = re.compile(r"([a-z]{1,24})_([0-9A-Za-z]{22})")


def new_id() -> Id:
    """A fresh uuid7 (RFC 9562) of the house's clock, 32 lowercase hex digits.

    The 12 bits after the milliseconds hold the fraction of the millisecond (RFC 9562, 6.2, method
    3), and within a microsecond the tail grows by chance (method 2): ids that a process makes one
    after the other sort in that order.
    """
    global _last
    now = clock.now()
    tail = int.from_bytes(os.urandom(8)) >> 3
    if now == _last[0]:
        tail = _last[1] + (tail >> 29) + 1
    _last = now, tail
    millis, rest = divmod(now, 1000)
    fraction = rest * 4096 // 1000
    return f"{millis << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail:032x}"


def first_at(at: int) -> Id:
    """The smallest id that a row made at this time (microseconds) could have."""
    return f"{at // 1000 << 80:032x}"


def show(kind: str, row_id: Id) -> str:
    """The id as clients see it: the kind, an underscore, 22 base-62 digits."""
    high, low = divmod(int(row_id, 16), _HALF)
    return f"{kind}_{_eleven_digits(high)}{_eleven_digits(low)}"


def read_any(text: str) -> tuple[str, Id]:
    """The kind and the row id of a client's id; Invalid when it has not that form."""
    match = _SHOWN.fullmatch(text)
    number = 0
    for letter in match[2] if match else "":
        number = number * 62 + _VALUES[letter]
    if not match or number >= 1 << 128:
        raise Invalid("That is not an id of ours.", code="BAD_ID")
    return match[1], f"{number:032x}"


def read(kind: str, text: str) -> Id:
    """The row id of a client's id of this kind; Invalid when it is none, or of another kind."""
    found, row_id = read_any(text)
    if found != kind:
        raise Invalid(f"That is the id of a {found}; a {kind} is wanted.", code="BAD_ID")
    return row_id


def _eleven_digits(number: int) -> str:
    digits = []
    for _ in range(11):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
