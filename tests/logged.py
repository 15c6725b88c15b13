"""All that a test process logs at DEBUG, held against all that it seals (F48).

What is sealed is what is personal or secret: names, numbers, addresses, bodies, payloads. So every
test of the suite that runs the house in its process also looks whether any of it gets into a log.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import orjson

_WARNING = ("warning", "error", "critical")
_OPAQUE = re.compile(r"[0-9a-f]{32}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")
_BETWEEN = re.compile(r"[\n\r,;\t\"{}\[\]]+")
_LONG = 200
_MOST = 50_000


class Logged(StringIO):
    """The stream that the house logs to in tests; warnings are shown on standard error as well."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, str] = {}
        self._secrets: set[str] = set()

    def write(self, text: str) -> int:
        """Keep what a line says, by value: most lines say the same as others."""
        for line in text.splitlines():
            entry = orjson.loads(line)
            for value in _texts(entry):
                if not _OPAQUE.fullmatch(value):
                    self._said.setdefault(value, str(entry.get("event")))
            if entry.get("level") in _WARNING:
                sys.stderr.write(f"{line}\n")
        return len(text)

    def sealed(self, value: bytes) -> None:
        """Remember what must not be said."""
        if len(self._secrets) >= _MOST:
            return
        try:
            text = value.decode()
            pieces = list(_texts(orjson.loads(text))) if text[:1] in "{[" else [text]
        except ValueError:  # a file; half a letter of one
            return
        for piece in pieces:
            some = set(_BETWEEN.split(piece)) if len(piece) > _LONG else {piece}
            self._secrets.update(one for one in some if _tells(one))

    def leaks(self) -> list[str]:
        """The events that said something that was sealed."""
        said = "\n".join(self._said)
        leaked = [secret for secret in self._secrets if secret in said]
        return sorted(
            {
                f"{event}: {secret!r}"
                for secret in leaked
                for value, event in self._said.items()
                if secret in value
            }
        )


def overhearing(seal: Callable[..., bytes], heard: Logged) -> Callable[..., bytes]:
    """The same way to seal, overheard."""

    def seal_and_tell(sealer: Any, place: str, row_id: str, value: bytes) -> bytes:
        heard.sealed(value)
        return seal(sealer, place, row_id, value)

    return seal_and_tell


def _texts(value: Any) -> Iterator[str]:
    """All texts in a JSON value; numbers as they are written."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str | int | float):
        yield str(value)


def _tells(text: str) -> bool:
    """Whether a text is so much of its own that finding it means something."""
    text = text.strip()
    if len(text) < 6 or _OPAQUE.fullmatch(text):
        return False
    digits = sum(map(str.isdigit, text))
    return digits >= 9 or "@" in text or (" " in text and len(text) >= 8) or not text.isascii()
