"""Which files a business may send: types and sizes, each at its edge."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import content
from conversations.content import MediaKind
from kernel.errors import Invalid

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "mime", "most"),
    [
        ("image", "image/jpeg", 5 * MB),
        ("image", "IMAGE/PNG", 5 * MB),
        ("video", "video/mp4", 16 * MB),
        ("video", "video/3gpp", 16 * MB),
        ("audio", "audio/aac", 16 * MB),
        ("audio", "audio/amr", 16 * MB),
        ("audio", "audio/mpeg", 16 * MB),
        ("audio", "audio/mp4", 16 * MB),
        ("audio", "audio/ogg", 16 * MB),
        ("audio", 'audio/ogg; codecs="opus"', 16 * MB),
        ("sticker", "image/webp", 500 * 1024),
        ("document", "application/pdf", 100 * MB),
        ("document", "text/plain; charset=utf-8", 100 * MB),
    ],
)
def test_a_file_up_to_its_size(kind: MediaKind, mime: str, most: int) -> None:
    content.check_file(kind, mime, most)
    assert _refusal(kind, mime, most + 1) == ("FILE_TOO_LARGE", ("upload",))
    assert _refusal(kind, mime, 0) == ("EMPTY", ("upload",))


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("image", "image/gif"),
        ("image", "image/webp"),
        ("video", "video/webm"),
        ("audio", "audio/wav"),
        ("audio", "audio/ogg; codecs=vorbis"),
        ("sticker", "image/png"),
        ("document", "pdf"),
        ("document", ""),
    ],
)
def test_a_file_of_another_type(kind: MediaKind, mime: str) -> None:
    assert _refusal(kind, mime, 1) == ("WRONG_MEDIA_TYPE", ("upload",))


def test_a_still_sticker_and_a_voice_message() -> None:
    content.check_file("sticker", "image/webp", 100 * 1024, animated=False)
    still = _refusal("sticker", "image/webp", 100 * 1024 + 1, animated=False)
    assert still == ("FILE_TOO_LARGE", ("upload",))
    content.check_file("audio", "audio/ogg; codecs=opus", 1, voice=True)
    mp3 = _refusal("audio", "audio/mpeg", 1, voice=True, field=("content", "upload"))
    assert mp3 == ("WRONG_MEDIA_TYPE", ("content", "upload"))


def _refusal(kind: MediaKind, mime: str, size: int, **other: Any) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Invalid) as refusal:
        content.check_file(kind, mime, size, **other)
    return refusal.value.code, refusal.value.field
