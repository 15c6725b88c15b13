"""One open websocket that speaks graphql-transport-ws, as a client holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.api.door import Door


class Line:
    """A line."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def begin(self, token: str) -> None:
        """Sign in."""
        await self.socket.send_json(
            {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        )
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, query: str, operation_id: str = "1", **variables: Any) -> None:
        """Send an operation."""
        payload = {"query": query, "variables": variables}
        await self.socket.send_json({"type": "subscribe", "id": operation_id, "payload": payload})

    async def hear(self, within: float = 10.0) -> Any:
        """The next message."""
        return await asyncio.wait_for(self.socket.receive_json(), within)

    async def hear_events(self, *kinds: str) -> list[Any]:
        """The events up to one of each of these kinds."""
        heard: list[Any] = []
        while not set(kinds) <= {event["kind"] for event in heard}:
            message = await self.hear()
            assert message["type"] == "next", message
            [event] = message["payload"]["data"].values()
            heard.append(event)
        return heard

    async def closing(self, within: float = 8.0) -> tuple[int | None, str]:
        """The code and reason with which the server closes."""
        message = await asyncio.wait_for(self.socket.receive(), within)
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return message.data, str(message.extra)


@asynccontextmanager
async def open_line(
    door: Door, protocol: str = "graphql-transport-ws", origin: str | None = None
) -> AsyncIterator[Line]:
    """A websocket that has only just been opened, perhaps by a page of an origin."""
    async with door.http.ws_connect(
        f"{door.root}/graphql", protocols=[protocol], origin=origin
    ) as socket:
        yield Line(socket)
