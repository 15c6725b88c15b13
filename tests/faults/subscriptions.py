"""A client of the websocket: graphql-transport-ws as far as the tests need it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.faults.place import Place

PROTOCOL = "graphql-transport-ws"
INBOX = """
subscription Inbox($after: String) {
  inbox(after: $after) {
    cursor
    kind
    message { id ... on TextMessage { text } }
    conversation { contact { name phone } }
  }
}
"""


class Subscription:
    """The answers of one operation, as they come."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def next(self, *, within: float = 10.0) -> dict[str, Any]:
        """The next event of the inbox; fails on anything else."""
        said = await self._socket.receive(timeout=within)
        assert said.type is aiohttp.WSMsgType.TEXT, (said.type, said.data, said.extra)
        told = said.json()
        assert told["type"] == "next", told
        assert "errors" not in told["payload"], told
        event: dict[str, Any] = told["payload"]["data"]["inbox"]
        return event

    async def close_code(self, *, within: float = 10.0) -> int:
        """With what the server ends the connection, once it does."""
        while (said := await self._socket.receive(timeout=within)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert said.type is aiohttp.WSMsgType.CLOSE, said.type
        return int(said.data)


@asynccontextmanager
async def subscribed(place: Place, after: str | None = None) -> AsyncIterator[Subscription]:
    """The inbox, from this cursor on; where none is given, from now on."""
    url = f"{place.root}/graphql"
    async with place.http.ws_connect(url, protocols=[PROTOCOL], autoclose=False) as socket:
        token = f"Bearer {place.store.token}"
        await socket.send_json({"type": "connection_init", "payload": {"authorization": token}})
        assert (await socket.receive_json(timeout=5)) == {"type": "connection_ack"}
        payload = {"query": INBOX, "variables": {"after": after}}
        await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
        if after is None:
            await asyncio.sleep(0.3)  # nothing tells a client that it is being listened for
        yield Subscription(socket)
