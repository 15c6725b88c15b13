"""The WhatsApp webhook: the bad-input table, the address check, nothing kept of what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

import channels
from tests import stored
from tests.api.door import Door, Store, delivery, text_message
from tests.flows import town
from tests.platform_json import as_platform, sign
from workers import inbound

_WORDS = "Secret words of a customer"

_WRONG_SIGNATURES = [
    ("", (401, "BAD_SIGNATURE")),
    ("sha256=", (401, "BAD_SIGNATURE")),
    ("sha256=" + "0" * 64, (401, "BAD_SIGNATURE")),
    ("sha1=" + "0" * 40, (401, "BAD_SIGNATURE")),
    (sign(b"another body", town.SECRET), (401, "BAD_SIGNATURE")),
]


async def test_wrong_or_missing_signature(door: Door, store: Store) -> None:
    for signature, expected in _WRONG_SIGNATURES:
        body = as_platform(text_message(store, _WORDS))
        with capture_logs() as logged:
            assert await door.post_webhook(body, signature) == expected
        assert _WORDS not in str(logged)
        assert await _stored() == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a":', b"[1]", b'"text"', b"\xff\xfe{}", b"[" * 5000]
)
async def test_broken_json(door: Door, store: Store, body: bytes) -> None:
    assert await door.post_webhook(body) == (400, "BROKEN_JSON")
    assert await _stored() == 0


async def test_over_3_mb(door: Door, store: Store) -> None:
    fitting = as_platform(delivery(store, filler="x" * 3_000_000))
    assert len(fitting) <= door.settings.webhook_limit
    assert await door.post_webhook(fitting) == (200, "")
    assert await door.post_webhook(b" " * (door.settings.webhook_limit + 1)) == (413, "TOO_LARGE")
    assert await _stored() == 1


async def test_over_3_mb_without_a_declared_length(door: Door, store: Store) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    url = f"{door.root}/webhooks/whatsapp"
    async with door.http.post(url, data=pieces()) as answer:
        assert (answer.status, await answer.text()) == (413, "TOO_LARGE")
    assert await _stored() == 0


async def test_unknown_number_is_kept_aside(door: Door, store: Store) -> None:
    store.phone_number_id = "999"
    assert await door.post_webhook(as_platform(text_message(store, _WORDS))) == (200, "")
    await town.drain()
    row = await stored.row("SELECT count(*) AS n FROM aside")
    assert row == {"n": 1}


async def test_unknown_app(door: Door, store: Store) -> None:
    body = as_platform(text_message(store, _WORDS))
    assert await door.post_webhook(body, app="/nobody") == (404, "UNKNOWN_APP")
    assert await door.post_webhook(body, app="/default") == (200, "")
    assert await door.post_webhook(body, app="/default/more") == (404, "UNKNOWN_APP")
    assert await door.post_webhook(body, app="/") == (404, "UNKNOWN_APP")
    assert await _stored() == 1


async def test_a_repeated_delivery_is_kept_once(door: Door, store: Store) -> None:
    body = as_platform(text_message(store, _WORDS))
    for _ in range(3):
        assert await door.post_webhook(body) == (200, "")
    assert await _stored() == 1
    await town.drain()
    for _ in range(3):
        channels.forget_deliveries()  # as processes that have never seen it
        assert await door.post_webhook(body) == (200, "")
    assert await _stored() == 3
    last = as_platform(text_message(store, "another", wamid="w2"))
    assert await door.post_webhook(last) == (200, "")
    # A batch of nothing but repetitions does not end the draining.
    assert await inbound.drain(2) == 1
    assert await _stored() == 0
    kept = await stored.row("SELECT count(*) AS n FROM delivery_key")
    assert kept == {"n": 2}


async def test_the_address_check(door: Door, store: Store) -> None:
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": "verify-me",
    }
    assert await _check(door, asked) == (200, "1158201444")
    assert await _check(door, {**asked, "hub.verify_token": "wrong"}) == (403, "BAD_VERIFY_TOKEN")
    assert await _check(door, {**asked, "hub.mode": "else"}) == (403, "BAD_VERIFY_TOKEN")
    assert await _check(door, {}) == (403, "BAD_VERIFY_TOKEN")
    assert await _check(door, asked, "/nobody") == (404, "UNKNOWN_APP")


async def test_other_methods(door: Door, store: Store) -> None:
    async with door.http.put(f"{door.root}/webhooks/whatsapp", data=b"{}") as answer:
        assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


async def test_a_database_that_is_away_is_not_acknowledged(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OSError(f"connection lost while writing {_WORDS}")

    monkeypatch.setattr("channels.accept", fails)
    with capture_logs() as logged:
        assert await door.post_webhook(b"{}") == (503, "TRY_LATER")
    assert [entry["event"] for entry in logged] == ["delivery_not_stored", "webhook_refused"]


async def test_hundreds_at_once(door: Door, store: Store) -> None:
    bodies = [as_platform(text_message(store, f"{n}", wamid=f"w{n}")) for n in range(300)]
    answers = await asyncio.gather(*(door.post_webhook(body) for body in bodies))
    assert answers == [(200, "")] * 300
    assert await _stored() == 300


async def _check(door: Door, asked: dict[str, str], app: str = "") -> tuple[int, str]:
    url = f"{door.root}/webhooks/whatsapp{app}"
    async with aiohttp.ClientSession() as http, http.get(url, params=asked) as answer:
        return answer.status, await answer.text()


async def _stored() -> int:
    row = await stored.row("SELECT count(*) AS n FROM delivery")
    return int(row["n"]) if row else 0
