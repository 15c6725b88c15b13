"""Small files of each kind, for people who send something without bringing it."""

from __future__ import annotations

import struct
import zlib
from functools import cache

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 120]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
# One silent page of Ogg with an Opus head.
_OGG = (
    b"OggS\x00\x02" + bytes(8) + b"\x01\x00\x00\x00" + bytes(4) + b"\x9a\x1b\x0c\x4e\x01\x13"
    b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
)
_MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08free\x00\x00\x00\x08mdat"
_WEBP = (
    b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe"
    b"\x07\x00"
)


@cache
def sample_file(kind: str) -> tuple[bytes, str]:
    """The bytes and mime type of a small image, video, audio, document or sticker."""
    if kind == "image":
        return _gradient(160, 100), "image/png"
    return {
        "video": (_MP4, "video/mp4"),
        "audio": (_OGG, "audio/ogg; codecs=opus"),
        "sticker": (_WEBP, "image/webp"),
    }.get(kind, (_PDF, "application/pdf"))


def _gradient(width: int, height: int) -> bytes:
    """A PNG that is nice enough to look at."""
    rows = b"".join(
        b"\x00"
        + b"".join(
            bytes((60 + 150 * x // width, 150 + 60 * y // height, 170 - 60 * x // width))
            for x in range(width)
        )
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
