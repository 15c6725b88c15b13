"""Sealing of values: AES-256-GCM under a key, bound to the column and row where the value stands.

A sealed value moved to another row or column does not open. The first byte tells the format.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.errors import RapportError

_FORMAT = b"\x01"


class Unopenable(RapportError):
    """A sealed value that its key does not open: altered, moved, or its key was destroyed."""

    default_code = "UNOPENABLE"


class Sealer:
    """One key, ready to seal and open; what older ones sealed is opened as well."""

    __slots__ = ("_cipher", "_older")

    def __init__(self, key: bytes, *older: bytes) -> None:
        self._cipher = AESGCM(key)
        self._older = tuple(Sealer(one) for one in older)

    def seal(self, place: str, row_id: str, value: bytes) -> bytes:
        """The value encrypted for this column (`table.column`) and row."""
        nonce = os.urandom(12)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, value, f"{place}:{row_id}".encode())

    def open(self, place: str, row_id: str, sealed: bytes) -> bytes:
        """The value again; Unopenable when it was altered, moved or is under another key."""
        try:
            if sealed[:1] != _FORMAT:
                raise InvalidTag
            return self._cipher.decrypt(sealed[1:13], sealed[13:], f"{place}:{row_id}".encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            for one in self._older:
                with suppress(Unopenable):
                    return one.open(place, row_id, sealed)
            raise Unopenable("a sealed value did not open") from None

    def seal_anew(self, place: str, row_id: str, sealed: bytes) -> bytes | None:
        """Under the newest key what an older one had sealed; None for anything else."""
        for one in self._older:
            with suppress(Unopenable):
                return self.seal(place, row_id, one.open(place, row_id, sealed))
        return None

    def seal_text(self, place: str, row_id: str, text: str) -> bytes:
        """As `seal`, of a text."""
        return self.seal(place, row_id, text.encode())

    def open_text(self, place: str, row_id: str, sealed: bytes) -> str:
        """As `open`, of a text."""
        return self.open(place, row_id, sealed).decode()


@dataclass(frozen=True, slots=True)
class Indexer:
    """Makes keyed tokens: equal for equal values of one kind, meaningless without the key."""

    version: int
    key: bytes

    def token(self, kind: str, value: str) -> bytes:
        """17 bytes: the key's version, then 128 bits of HMAC-SHA256 over the kind and the value."""
        digest = hmac.digest(self.key, f"{kind}\0{value}".encode(), "sha256")
        return bytes((self.version,)) + digest[:16]

    def tie(self, kind: str, value: str) -> int:
        """A 63-bit number that is the same whenever the same value comes: breaks ties of times."""
        digest = hmac.digest(self.key, f"{kind}\0{value}".encode(), "sha256")
        return int.from_bytes(digest[16:24]) >> 1
