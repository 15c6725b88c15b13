"""Texts that lead back to a row and that nobody else can make: refresh tokens, links to pages.

Such a text is its kind, the row's ids, a number and a MAC under a key of the keyring. It is made
whenever it is wanted and kept nowhere; whether it still counts, the row says.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Literal

from kernel import keys
from kernel.ids import Id
from kernel.keyring import PLATFORM

Kind = Literal[
    "refresh",
    "verification",
    "reset",
    "invitation",
    "preferences",
    "withdraw",
    "confirmation",
    "answer",
    "export",
    "code",
    "request",
    "report",
]
_LONGEST = 200
_MAC = 32
_ID = 16


def write(kind: Kind, *row_ids: Id, number: int = 0) -> str:
    """The text that leads to these ids."""
    body = b"".join(map(bytes.fromhex, row_ids)) + number.to_bytes(4)
    return f"{kind}_{_base64(body + _mac(kind, body))}"


def read(kind: Kind, text: str, ids: int) -> tuple[list[Id], int] | None:
    """The ids and the number that a text leads to; None for any text that this house never made."""
    found = claim(kind, text, ids)
    return found[:2] if found and found[2] else None


def claim(kind: Kind, text: str, ids: int) -> tuple[list[Id], int, bool] | None:
    """The ids and the number that a text names, and whether this house made it."""
    given, _, encoded = text.partition("_")
    if given != kind or len(text) > _LONGEST or not encoded.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(body) != ids * _ID + 4 or _base64(raw) != encoded:
        return None
    row_ids = [body[place : place + _ID].hex() for place in range(0, ids * _ID, _ID)]
    is_ours = hmac.compare_digest(mac, _mac(kind, body))
    return row_ids, int.from_bytes(body[-4:]), is_ours


def _mac(kind: Kind, body: bytes) -> bytes:
    key = keys.keyring().get_or_make(PLATFORM, "letters", keys.FIRST)
    return hmac.digest(key, f"{kind}\0".encode() + body, "sha256")


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
