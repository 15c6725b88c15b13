"""Listening: uvicorn's protocol on a socket of ours, with a way to cut a connection off.

No signals, no start-up hooks: a test starts and ends it a hundred times in a few seconds.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

_GRACE = 1.0  # seconds that answers have when the server ends


class Connections:
    """The open connections by their peer's address."""

    def __init__(self) -> None:
        self._open: dict[Any, asyncio.Transport] = {}

    def add(self, peer: Any, transport: asyncio.Transport) -> None:
        """A connection was made."""
        self._open[peer] = transport

    def remove(self, peer: Any) -> None:
        """A connection is gone."""
        self._open.pop(peer, None)

    def abort(self, scope: Scope) -> None:
        """Cut the connection of this request off, without another byte."""
        transport = self._open.get(scope["client"])
        if transport is not None:
            transport.abort()


class Server:
    """An ASGI application on a host and port; port 0 takes a free one."""

    def __init__(self, app: ASGIApp, connections: Connections) -> None:
        class Connection(HttpToolsProtocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections.add(self.client, transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.remove(self.client)
                super().connection_lost(exc)

        self._config = uvicorn.Config(
            app,
            http=Connection,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen, over TLS where its context is given; OSError when the port is taken."""

        def connection() -> asyncio.Protocol:
            made: Any = self._config.http_protocol_class
            protocol: asyncio.Protocol = made(
                config=self._config, server_state=self._state, app_state={}
            )
            return protocol

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(connection, host, port, backlog=2048, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no longer; open requests have a second to end."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            _done, late = await asyncio.wait(self._state.tasks, timeout=_GRACE)
            for task in late:
                task.cancel()
        await self._server.wait_closed()
