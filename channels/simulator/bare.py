"""Bare mode: sends are accepted and counted, nothing else. It is there to measure senders with."""

from __future__ import annotations

import asyncio

import orjson
from starlette.types import Receive, Send

from channels.simulator.world import World

_HEADERS = [(b"content-type", b"application/json; charset=UTF-8")]


async def accept(world: World, receive: Receive, send: Send) -> None:
    """Answer as to an accepted message; 400 for a body that is no JSON object."""
    part = await receive()
    body: bytes = part.get("body", b"")
    while part.get("more_body"):
        part = await receive()
        body += part.get("body", b"")
    try:
        sent = orjson.loads(body)
        to, key = str(sent.get("to", "")), sent.get("biz_opaque_callback_data")
    except (orjson.JSONDecodeError, AttributeError):
        await _answer(send, 400, b'{"error":{"message":"(#100) Invalid parameter","code":100}}')
        return
    world.counts["requests"] += 1
    world.counts["accepted"] += 1
    if isinstance(key, str):
        world.bare_keys[key] += 1
    if world.settings.latency:
        await asyncio.sleep(world.settings.latency)
    number = world.counts["accepted"]
    recipient = orjson.dumps(to)
    await _answer(
        send,
        200,
        b'{"messaging_product":"whatsapp","contacts":[{"input":%b,"wa_id":%b}],'
        b'"messages":[{"id":"wamid.bare%d"}]}' % (recipient, recipient, number),
    )


async def _answer(send: Send, status: int, data: bytes) -> None:
    headers = [*_HEADERS, (b"content-length", b"%d" % len(data))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
