"""The simulator as an ASGI application: the platform's API, the control API, the page."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import parse_qsl

import structlog
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from channels.simulator import bare, routes
from channels.simulator.call import Answer, Call
from channels.simulator.control_routes import control_routes
from channels.simulator.errors import GraphError
from channels.simulator.faults import Fault, spoilt
from channels.simulator.server import Connections
from channels.simulator.world import World

_LARGEST = 105_000_000


class App:
    """One simulated platform on the wire."""

    def __init__(self, world: World, connections: Connections) -> None:
        self._world = world
        self._connections = connections
        self._control = Starlette(routes=control_routes(world))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends in bare mode pass everything by."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path == "/" or path.startswith("/control"):
            await self._control(scope, receive, send)
        elif self._world.settings.bare and scope["method"] == "POST" and path.endswith("/messages"):
            await bare.accept(self._world, receive, send)
        else:
            await self._platform(scope, receive, send)

    async def _platform(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await _call(scope, receive)
        if call is None:
            return
        fault = self._world.faults.next_for(call)
        answer = None
        if fault is None or fault.takes_effect:
            answer = await self._answer(call)
        if fault is not None:
            answer = await self._spoil(fault, answer, scope, receive)
            if answer is None:
                return
        if self._world.settings.latency:
            await self._wait(self._world.settings.latency)
        if answer is not None:
            await _send(send, answer)

    async def _answer(self, call: Call) -> Answer:
        try:
            return await routes.answer(self._world, call)
        except GraphError as error:
            self._world.counts[f"error {error.code}"] += 1
            return Answer(error.body(), error.status)
        except Exception:
            structlog.get_logger("simulator").exception("request_failed")
            return Answer(GraphError(131000).body(), 500)

    async def _spoil(
        self, fault: Fault, answer: Answer | None, scope: Scope, receive: Receive
    ) -> Answer | None:
        """The answer as the fault leaves it; None when the connection is gone."""
        self._world.counts[f"fault {fault.kind}"] += 1
        if fault.kind in ("hang", "slow"):
            await self._wait(fault.seconds)
        if fault.kind not in ("drop", "hang"):
            return spoilt(fault, answer)
        self._connections.abort(scope)
        while (await receive())["type"] != "http.disconnect":
            pass
        return None

    async def _wait(self, seconds: float) -> None:
        """Real seconds, cut short when the simulator ends."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._world.ending.wait(), seconds)


async def _call(scope: Scope, receive: Receive) -> Call | None:
    """The whole request; None when its sender went away."""
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            return None
        piece = part.get("body", b"")
        size += len(piece)
        # A body that is too large is read to its end, so that the answer can be seen.
        if size <= _LARGEST:
            pieces.append(piece)
        more = part.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    node, edge, rest = routes.split(scope["path"])
    return Call(
        method=scope["method"],
        node=node,
        edge=edge,
        rest=rest,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers=headers,
        body=b"".join(pieces),
        base_url=f"{scope['scheme']}://{headers.get('host', '127.0.0.1')}",
    )


async def _send(send: Send, answer: Answer) -> None:
    data = answer.data()
    headers = {
        "content-type": answer.content_type,
        "content-length": str(len(data)),
        **answer.headers,
    }
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": data})
