"""Bytes at the door: signatures, lanes, what is no JSON, texts that cannot be stored."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from channels import wire
from channels.wire import InboundMessage, Person
from kernel.errors import Invalid
from tests.platform_json import as_platform, sign

PAYLOADS = Path(__file__).parent.parent / "payloads"
VECTORS = json.loads((PAYLOADS / "signature-vectors.json").read_bytes())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["case"])
def test_signature_vectors(vector: dict[str, Any]) -> None:
    judge(vector)


@pytest.mark.real_data
def test_real_signature_vectors(samples: Path) -> None:
    vectors = json.loads((samples / "samples" / "whatsapp" / "_signature-vectors.json").read_text())
    assert {v["valid"] for v in vectors} == {True, False}
    for vector in vectors:
        judge(vector)
        if vector["valid"]:
            body = base64.b64decode(vector["body_base64"])
            assert as_platform(orjson.loads(body)) == body


def judge(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["body_base64"])
    secrets = vector.get("live_secrets", [vector["app_secret"]])
    digest = wire.verify(body, vector["header"], secrets)
    assert (digest is not None) == vector["valid"]
    if digest is not None:
        assert digest == bytes.fromhex(vector["header"].removeprefix("sha256="))
        assert digest == wire.verify(body, vector["header"], [s.encode() for s in secrets])


def test_without_a_secret_nothing_is_right() -> None:
    assert wire.verify(b"{}", sign(b"{}", ""), []) is None


@pytest.mark.parametrize(
    ("body", "lane"),
    [
        (b'{"value":{"messages":[{}]},"field":"messages"}', 0),
        (b'{"value":{"messages" :\n [{}]}}', 0),
        (b'{"value":{"statuses":[{}]},"field":"messages"}', 1),
        (b'{"field":"messages","value":{"statuses":[{}]}}', 1),
        (b'{"field" : "messages" , "value":{"message_echoes":[{}]}}', 1),
        (b'{"value":{"user_preferences":[{}]}}', 0),
        (rb'{"statuses":[{"biz_opaque_callback_data":"{\"messages\":1}"}]}', 1),
        (b"", 1),
    ],
)
def test_lane(body: bytes, lane: int) -> None:
    assert wire.lane(body) == lane


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b'{"entry":',
        b'{"entry":[]',
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":"\xff"}',
        b'{"a":"\x00"}',
        rb'{"a":"\u00"}',
        rb'{"a":"\ud800","b":}',
        b'{"447700900122":' + b"[" * 2000,
    ],
)
def test_broken_json(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        wire.parse(body)
    assert caught.value.code == "BROKEN_JSON"
    assert "447700900122" not in str(caught.value)
    # An error in its context would hold the body.
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"a\u0000b", "ab"),
        (rb"a\ud83db", "ab"),
        (rb"a\uDE00b", "ab"),
        (rb"\ud83d\ud83d\ude00", "\U0001f600"),
        (rb"\ud83d\ude00\ude00\u0000", "\U0001f600"),
        (rb"\\u0000\u0000", r"\u0000"),
        (rb"\\\u0000\\ud800", r"\\ud800"),
        (rb"\\ud800\ud800", r"\ud800"),
        (rb"\"\/\n\u00e9\ud800", '"/\né'),
    ],
)
def test_what_cannot_be_stored_is_left_out(written: bytes, read: str) -> None:
    body = as_platform(only({"body": "TEXT"})).replace(b"TEXT", written)
    (message,) = wire.parse(body).updates
    assert isinstance(message, InboundMessage)
    assert message.text == read
    assert message.raw["text"] == {"body": read}


def test_what_is_too_deep_to_write_is_cut() -> None:
    deep: Any = "floor"
    for _ in range(900):
        deep = [deep]
    (message,) = wire.parse(as_platform(only(deep))).updates
    assert isinstance(message, InboundMessage)
    assert message.raw["text"] == deep
    assert orjson.loads(message.payload())["id"] == "w"


def test_prints_name_nobody() -> None:
    for path in PAYLOADS.glob("msg-*.json"):
        for update in wire.parse(path.read_bytes()).updates:
            assert repr(update) == f"<{type(update).__name__}>"
    assert repr(Person("447700900122")) == "<Person>"


def only(content: Any) -> dict[str, Any]:
    """A delivery of one message with this content."""
    value = {"messages": [{"id": "w", "type": "text", "text": content}]}
    return {"entry": [{"id": "100", "changes": [{"field": "messages", "value": value}]}]}
