"""What the bytes of a file are, held against what they were said to be (F13)."""

from __future__ import annotations

import base64
import binascii
import hashlib

import puremagic

WRONG_KIND = "WRONG_KIND"
EXECUTABLE = "EXECUTABLE"

# Programs, by how their files begin: Linux, macOS, Java, Android, WebAssembly, scripts, shortcuts.
_PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"dex\n",
    b"\0asm",
    b"#!/",
    b"#! /",
    bytes.fromhex("4c0000000114020000000000c000000000000046"),
)
_WINDOWS = b"MZ"
_ZIP = b"PK\x03\x04"
_PACKED_PROGRAMS = (b"AndroidManifest.xml", b"META-INF/MANIFEST.MF")
_SOUND_AND_FILM = ("audio/", "video/", "application/ogg")
_SOUND_NAMES = frozenset({".amr", ".m4a", ".oga", ".ogg", ".opus", ".aac", ".mp3", ".mp4"})
# Two bytes that fit may be chance; three or more are a statement.
_STATEMENT = 0.3


def objection(data: bytes, mime: str) -> str | None:
    """Why a file must not be kept as what it was said to be: EXECUTABLE, WRONG_KIND; or None.

    Pictures must be pictures and PDFs PDFs. Sound and film share their containers and may begin
    with bare frames that nothing recognises, so there only a clear contradiction counts. Any other
    document may be anything that no machine runs.
    """
    if _is_program(data):
        return EXECUTABLE
    kind = mime.partition(";")[0].strip().lower()
    found = _recognised(data)
    clear = [one for one in found if one.confidence >= _STATEMENT]
    if kind.startswith("image/"):
        fits = any(_is_picture(one.mime_type, kind) for one in clear)
    elif kind == "application/pdf":
        fits = any(one.mime_type == kind for one in found)
    elif kind.startswith(_SOUND_AND_FILM):
        fits = not clear or any(
            one.mime_type.startswith(_SOUND_AND_FILM) or one.extension in _SOUND_NAMES
            for one in found
        )
    else:
        fits = True
    return None if fits else WRONG_KIND


def is_intact(data: bytes, *told: str) -> bool:
    """Whether the SHA-256 is the first of these that can be read; True where none can.

    Webhooks write it in base64, the API in hex (contract 7.1).
    """
    for text in told:
        digest = _digest(text)
        if digest is not None:
            return hashlib.sha256(data).digest() == digest
    return True


def _is_program(data: bytes) -> bool:
    if data.startswith(_ZIP):
        return any(name in data for name in _PACKED_PROGRAMS)
    # A text may begin with MZ too, but has no NUL where the header of a program is full of them.
    return data.startswith(_PROGRAMS) or (data.startswith(_WINDOWS) and b"\0" in data[:64])


def _is_picture(found: str, told: str) -> bool:
    # A drawing in XML can hold scripts, so it never passes for a photo.
    return found.startswith("image/") and (found == told or "xml" not in found)


def _recognised(data: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(data)
    except (puremagic.PureError, ValueError):
        return []


def _digest(text: str) -> bytes | None:
    text = text.strip()
    try:
        if len(text) == 64:
            return bytes.fromhex(text)
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        found = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == 32 else None
