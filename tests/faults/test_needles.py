"""The scanner knows a text in all its disguises, and takes nothing else for it."""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.needles import Needles, files_below

PHONE, WORDS = "34600111222", "مرحبا 你好 👋"

DISGUISES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "plain text": (WORDS, str.encode),
    "JSON escapes": (WORDS, lambda text: json.dumps(text).encode()),
    "Python escapes": (WORDS, lambda text: ascii(text).encode()),
    "bytes of Python or Redis": (WORDS, lambda text: repr(text.encode()).encode()),
    "UTF-16, little end first": (WORDS, lambda text: text.encode("utf-16")),
    "UTF-16, big end first": (PHONE, lambda text: text.encode("utf-16-be")),
    "hex": (PHONE, lambda text: text.encode().hex().encode()),
    "HEX": (PHONE, lambda text: text.encode().hex().upper().encode()),
    "integer, little end first": (PHONE, lambda text: int(text).to_bytes(8, "little")),
    "integer, big end first": (PHONE, lambda text: int(text).to_bytes(8, "big")),
    "packed digits": (PHONE, lambda text: bytes.fromhex("0" + text)),
    "base64, 0 bytes in": (PHONE, lambda text: base64.b64encode(text.encode())),
    "base64, 1 bytes in": (PHONE, lambda text: base64.b64encode(f"+{text}".encode())),
    "base64, 2 bytes in": (PHONE, lambda text: base64.b64encode(f"\x1c\x18{text}\0".encode())),
    "plain text, reversed": (PHONE, lambda text: text[::-1].encode()),
    "plain text, compressed": (WORDS, lambda text: gzip.compress(text.encode())),
    "hex, compressed": (PHONE, lambda text: zlib.compress(text.encode().hex().encode())),
    "base64 for URLs, 0 bytes in": (WORDS, lambda text: base64.urlsafe_b64encode(text.encode())),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_text_is_known_in_disguise(disguise: str, tmp_path: Path) -> None:
    text, put_on = DISGUISES[disguise]
    needles = Needles({"text": text})
    noise = secrets.token_bytes(50_000)
    place = tmp_path / "below" / "file"
    place.parent.mkdir()
    place.write_bytes(noise)
    (tmp_path / "empty").touch()
    assert needles.in_files(files_below(tmp_path)) == []
    place.write_bytes(noise + put_on(text) + noise)
    assert f"file: text as {disguise}" in needles.in_files(files_below(tmp_path))
    assert needles.in_files(files_below(tmp_path, since=place.stat().st_mtime + 1)) == []
