"""Clients that break off: a connection that is cut in the middle, by a reset, with no good-bye."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import suppress
from typing import Any

from tests.faults.load import Letter
from tests.faults.place import Place
from tests.faults.subscriptions import INBOX, PROTOCOL

_AT_ONCE = 40
_HOLDS = 0.004  # seconds: about what an answer takes


class Impatient:
    """Opens connections to a place, and cuts them off at different moments of a request."""

    def __init__(self, place: Place) -> None:
        self._port = place.house.settings.port
        self._token = place.store.token
        self._seats = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, query: str, nth: int) -> None:
        """A GraphQL request: cut off in its body, at its end, or while the answer is made."""
        body = json.dumps({"query": query}).encode()
        authorization = f"Authorization: Bearer {self._token}"
        await self._send(_post("/graphql", body, authorization), len(body), nth)

    async def deliver(self, letter: Letter, nth: int) -> None:
        """A delivery, cut off likewise."""
        signature = f"X-Hub-Signature-256: {letter.signature}"
        sent = _post("/webhooks/whatsapp", letter.body, signature)
        await self._send(sent, len(letter.body), nth)

    async def listen(self, query: str, note: str, nth: int) -> None:
        """A websocket with a subscription, a query and a change, dropped sooner or later."""
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}
        frames = [_frame(init)]
        for name, document in enumerate((INBOX, query, note)):
            started = {"id": str(name), "type": "subscribe", "payload": {"query": document}}
            frames.append(_frame(started))
        async with self._seats:
            with suppress(ConnectionError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(_UPGRADE)
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"".join(frames))
                if nth % 8:
                    await reader.read(1)  # the beginning of the connection_ack
                    await asyncio.sleep((nth % 8 - 1) * _HOLDS / 2)
                writer.transport.abort()

    async def _send(self, request: bytes, body: int, nth: int) -> None:
        async with self._seats:
            with suppress(ConnectionError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(request if nth % 3 else request[: -body // 2])
                await writer.drain()
                if nth % 3 == 2:
                    await asyncio.sleep(_HOLDS)
                writer.transport.abort()


def _post(path: str, body: bytes, header: str) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: rapport",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        header,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _frame(message: dict[str, Any]) -> bytes:
    """A text frame of a client (RFC 6455, 5.2), under a mask of zeros."""
    text = json.dumps(message).encode()
    if len(text) < 126:
        length = struct.pack(">BB", 0x81, 0x80 | len(text))
    else:
        length = struct.pack(">BBH", 0x81, 0x80 | 126, len(text))
    return length + bytes(4) + text


_UPGRADE = "\r\n".join(
    (
        "GET /graphql HTTP/1.1",
        "Host: rapport",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
        "",
        "",
    )
).encode()
