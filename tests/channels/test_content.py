"""What the bytes of a file are taken for."""

from __future__ import annotations

import pytest

from channels import content

_NOTHING = b"\0" * 60
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + _NOTHING + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xdb\0\x43" + _NOTHING
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + _NOTHING
OPUS = b"OggS\0\2" + b"\0" * 22 + b"\1\x13OpusHead" + _NOTHING
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + _NOTHING
THREE_GP = b"\0\0\0\x18ftyp3gp5\0\0\1\x003gp5isom" + _NOTHING
M4A = b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + _NOTHING
UNNAMED_MP4 = b"\0\0\0\x18ftypavc1\0\0\0\0avc1" + _NOTHING
AMR = b"#!AMR\n" + b"\x3c" * 60
AAC = b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\x21" * 60
MP3 = b"ID3\3\0\0\0\0\0\x21" + _NOTHING
BARE_MP3 = b"\xff\xf3\x90\x44" + _NOTHING
PDF = b"%PDF-1.7\nendobj"
ZIP = b"PK\3\4\x14\0\6\0\x08\0" + _NOTHING
DOC = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'></svg>"


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
        (PNG, "image/jpeg"),
        (OPUS, "audio/ogg; codecs=opus"),
        (MP4, "video/mp4"),
        (THREE_GP, "video/3gpp"),
        (M4A, "audio/mp4"),
        (UNNAMED_MP4, "video/mp4"),
        (AMR, "audio/amr"),
        (AAC, "audio/aac"),
        (MP3, "audio/mpeg"),
        (BARE_MP3, "audio/mpeg"),
        (PDF, "application/pdf"),
        (ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (DOC, "application/msword"),
        (b"a;b\n1;2\n", "text/csv"),
        (b"MZ is how some lists of names begin", "text/plain"),
        (b"#!really", "text/plain"),
        (SVG, "image/svg+xml"),
        (b"", "text/plain"),
    ],
)
def test_what_it_says_it_is(data: bytes, mime: str) -> None:
    assert content.objection(data, mime) is None


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (HTML, "image/jpeg"),
        (SVG, "image/png"),
        (PDF, "image/png"),
        (ZIP, "image/webp"),
        (MP4, "image/jpeg"),
        (b"", "image/jpeg"),
        (b"nothing that anybody knows", "image/jpeg"),
        (HTML, "audio/ogg"),
        (PNG, "video/mp4"),
        (PDF, "audio/mpeg"),
        (ZIP, "video/mp4"),
        (HTML, "application/pdf"),
        (b"", "application/pdf"),
    ],
)
def test_something_else(data: bytes, mime: str) -> None:
    assert content.objection(data, mime) == content.WRONG_KIND


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\0\3\0\0\0" + _NOTHING,
        b"\x7fELF\2\1\1\0" + _NOTHING,
        b"\xcf\xfa\xed\xfe\7\0\0\1" + _NOTHING,
        b"\xca\xfe\xba\xbe\0\0\0\x34" + _NOTHING,
        b"#!/bin/sh\nrm -rf /\n",
        b"#! /usr/bin/env python3\n",
        b"dex\n035\0" + _NOTHING,
        b"\0asm\1\0\0\0",
        bytes.fromhex("4c0000000114020000000000c000000000000046") + _NOTHING,
        ZIP + b"AndroidManifest.xml" + _NOTHING,
        ZIP + b"META-INF/MANIFEST.MF" + _NOTHING,
    ],
)
@pytest.mark.parametrize("mime", ["image/jpeg", "application/octet-stream", "text/plain", ""])
def test_programs(data: bytes, mime: str) -> None:
    assert content.objection(data, mime) == content.EXECUTABLE
