"""Limits of websockets: idle ones, too many of them, too many messages, too many streams."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from api.graphql import crowd, websocket
from tests.api.door import Door, Store, open_store
from tests.api.line import Line, open_line

_INBOX = "subscription { inbox { cursor } }"
_ROLE = "{ viewer { role } }"


async def test_idle_sockets_are_closed(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "_RECHECK_EVERY", 0.05)
    monkeypatch.setattr(websocket, "_IDLE", 0.3)
    async with open_line(door) as idle, open_line(door) as busy:
        for line in (idle, busy):
            await line.begin(store.token)
        await busy.subscribe(_INBOX)
        for _ in range(8):  # a ping is no work
            await idle.socket.send_json({"type": "ping"})
            await asyncio.sleep(0.05)
        assert await _end(idle) == (1000, "IDLE")
        await busy.subscribe(_ROLE, "2")
        assert (await busy.hear())["id"] == "2"


async def test_nobody_signs_in(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "_INIT_WITHIN", 0.1)
    async with open_line(door) as line:
        assert (await line.closing())[0] == 4408


async def test_too_many_sockets(door: Door, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST_OF_VIEWER", 2)
    monkeypatch.setattr(crowd, "MOST_OF_TENANT", 3)
    monkeypatch.setattr(crowd, "MOST_IN_ALL", 5)
    other = await open_store("Dunas Altas", "999", "888")
    async with AsyncExitStack() as stack:
        agents = [await _begun(stack, door, store.token) for _ in range(2)]
        assert await _refused(door, store.token) == (1013, "TOO_MANY_SOCKETS")
        await _begun(stack, door, store.tokens["owner"])
        assert await _refused(door, store.tokens["analyst"]) == (1013, "TOO_MANY_SOCKETS")
        await _begun(stack, door, other.token)  # has nothing to do with the others' crowd
        await stack.enter_async_context(open_line(door))  # whoever that is
        with pytest.raises(aiohttp.WSServerHandshakeError) as full:
            await _begun(stack, door, other.tokens["owner"])
        assert full.value.status == 403
        await agents[0].socket.close()
        await asyncio.sleep(0.1)
        await _begun(stack, door, store.token)


async def test_too_many_messages(door: Door, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST_MESSAGES", 10)
    async with open_line(door) as line:
        await line.begin(store.token)
        for _ in range(12):
            await line.socket.send_json({"type": "ping"})
        assert await _end(line) == (1008, "TOO_MANY_MESSAGES")


async def test_too_many_streams(door: Door, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "_MOST_OPERATIONS", 2)
    async with open_line(door) as line:
        await line.begin(store.token)
        for operation_id in ("1", "2", "3"):
            await line.subscribe(_INBOX, operation_id)
        refused = await line.hear()
        assert (refused["type"], refused["id"]) == ("error", "3")
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY"
        await line.socket.send_json({"type": "complete", "id": "1"})
        await line.subscribe(_ROLE, "4")
        assert (await line.hear())["payload"]["data"] == {"viewer": {"role": "AGENT"}}


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        "\ud7ff" + "x" * 10,
        '{"type": "ping"' + " " * 1_048_576 + "}",
        "[" * 100_000,
        '{"type": "subscribe", "id": "' + "x" * 300 + '", "payload": {"query": "{ a }"}}',
        '{"type": 5}',
        '{"type": "subscribe", "id": 5, "payload": {}}',
    ],
)
async def test_messages_that_are_none(door: Door, store: Store, message: str) -> None:
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.socket.send_str(message)
        assert (await line.closing())[0] in (4400, 1009)


async def test_payloads_that_are_none(door: Door, store: Store) -> None:
    async with open_line(door) as line:
        await line.begin(store.token)
        payloads: list[Any] = [None, 5, [], {}, {"query": 5}, {"query": _ROLE, "variables": []}]
        for place, payload in enumerate(payloads):
            message = {"type": "subscribe", "id": str(place), "payload": payload}
            await line.socket.send_json(message)
            told = await line.hear()
            assert (told["type"], told["id"]) == ("error", str(place))
            assert told["payload"][0]["extensions"]["code"] == "BAD_REQUEST"


async def _begun(stack: AsyncExitStack, door: Door, token: str) -> Line:
    line = await stack.enter_async_context(open_line(door))
    await line.begin(token)
    return line


async def _refused(door: Door, token: str) -> tuple[int | None, str]:
    async with open_line(door) as line:
        init = {"authorization": f"Bearer {token}"}
        await line.socket.send_json({"type": "connection_init", "payload": init})
        return await line.closing()


async def _end(line: Line) -> tuple[int | None, str]:
    """The code and reason with which the server closes, after what it had answered before."""
    while True:
        message = await asyncio.wait_for(line.socket.receive(), 5)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return message.data, str(message.extra)
