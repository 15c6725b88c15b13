"""Clear text in any of its disguises, and who keeps it."""

from __future__ import annotations

import base64
import json
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

_STREAMS = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_MOST_READ = 1_000_000


class Needles:
    """Texts that must be nowhere, each in every form in which it could be written down."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._forms = [
            (f"{name} as {form}", needle)
            for name, text in texts.items()
            for form, needle in _forms(text)
        ]

    def in_bytes(self, content: bytes | mmap.mmap) -> list[str]:
        """Which of them are in it, and in which form; also in what is compressed in it."""
        found = [name for name, needle in self._forms if content.find(needle) >= 0]
        for stream in _streams(content):
            found += [f"{name}, compressed" for name, needle in self._forms if needle in stream]
        return found

    def in_files(self, paths: Iterable[Path]) -> list[str]:
        """Which of them are in which file; a file that goes away meanwhile holds nothing."""
        found = []
        for path in paths:
            try:
                with path.open("rb") as file:
                    found += [f"{path.name}: {name}" for name in self._in_file(file.fileno())]
            except FileNotFoundError:
                continue
        return found

    def _in_file(self, number: int) -> list[str]:
        try:
            with mmap.mmap(number, 0, prot=mmap.PROT_READ) as content:
                return self.in_bytes(content)
        except ValueError:  # an empty file cannot be mapped
            return []


def files_below(folder: Path, *, since: float = 0.0) -> Iterator[Path]:
    """The plain files in a folder and all below it that were written since then.

    Folders that go away meanwhile (databases of tests beside this one) hold nothing.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                if path.is_file() and path.stat().st_mtime >= since:
                    yield path
            except FileNotFoundError:
                continue


def _streams(content: bytes | mmap.mmap) -> Iterator[bytes]:
    """What gzip and zlib streams hold, as far as they can be read, a megabyte of each at most."""
    for begins in _STREAMS:
        at = content.find(begins)
        while at >= 0:
            reader = zlib.decompressobj(wbits=47)  # either kind, by its head
            with suppress(zlib.error):
                if plain := reader.decompress(content[at : at + _MOST_READ], _MOST_READ):
                    yield plain
            at = content.find(begins, at + 1)


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    plain = text.encode()
    yield "plain text", plain
    yield "plain text, reversed", text[::-1].encode()
    yield "UTF-16, little end first", text.encode("utf-16-le")
    yield "UTF-16, big end first", text.encode("utf-16-be")
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    for place in range(3):
        yield f"base64, {place} bytes in", _in_base64(plain, place)
        yield f"base64 for URLs, {place} bytes in", _in_base64(plain, place, b"-_")
    # Few bytes, or many zeros, would be met by chance.
    if text.isdigit() and 10 < len(text) < 19 and "0000" not in text:
        number = int(text)
        yield "integer, little end first", number.to_bytes(8, "little")
        yield "integer, big end first", number.to_bytes(8, "big")
        yield "packed digits", bytes.fromhex(text if len(text) % 2 == 0 else text[1:])
    if not text.isascii():
        yield "Python escapes", text.encode("ascii", "backslashreplace")
        yield "JSON escapes", _escaped(text)
        yield "bytes of Python or Redis", repr(plain)[2:-1].encode()
        yield "URL escapes", quote(text).encode()


def _in_base64(plain: bytes, place: int, altchars: bytes = b"+/") -> bytes:
    """What of the base64 of a longer text does not depend on what stands before and behind."""
    encoded = base64.b64encode(bytes(place) + plain, altchars)
    whole = (place + len(plain)) * 8 // 6  # characters that hold nothing of what follows
    return encoded[-(-place * 8 // 6) : whole]


def _escaped(text: str) -> bytes:
    """As the platform writes it: ASCII stays, all else is escaped with small letters."""
    return json.dumps(text)[1:-1].encode()
