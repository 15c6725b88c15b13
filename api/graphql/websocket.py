"""GraphQL over a websocket: the graphql-transport-ws protocol, tokens checked while it is open."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api import auth
from api.browsers import Origins
from api.graphql import body as bodies
from api.graphql.admission import Admission
from api.graphql.crowd import Crowd, Pace
from api.graphql.execute import Answer, Prepared, events, refusal, run
from kernel import clock, ids, metrics, tenancy
from kernel.errors import Invalid, NotAllowed
from tenants import Viewer, recognise

PROTOCOL = "graphql-transport-ws"
_INIT_WITHIN = 10.0
_RECHECK_EVERY = 2.5
_MOST_OPERATIONS = 50
_LONGEST_ID = 200
# Seconds that a socket may stay open on which nothing is.
_IDLE = 300.0
_log = structlog.get_logger("websocket")

_BAD_MESSAGE, _UNAUTHORIZED, _FORBIDDEN = 4400, 4401, 4403
_DONE, _POLICY, _BROKEN, _FULL = 1000, 1008, 1011, 1013
_NO_PROTOCOL, _INIT_TIMEOUT, _TAKEN, _TOO_MANY_INITS = 4406, 4408, 4409, 4429


class _Closing(Exception):
    """The protocol says to close with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLOverWebsocket:
    """The endpoint."""

    def __init__(self, admission: Admission, origins: Origins) -> None:
        self._admission = admission
        self._origins = origins
        self._crowd = Crowd()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end."""
        socket = WebSocket(scope, receive, send)
        if PROTOCOL not in socket.scope.get("subprotocols", []):
            await socket.accept()
            await socket.close(_NO_PROTOCOL, "The subprotocol must be graphql-transport-ws.")
            return
        if self._crowd.is_full:
            await socket.close(_FULL, "FULL")  # before it is accepted: a 403
            return
        await socket.accept(PROTOCOL)
        await _Connection(socket, self._admission, self._origins, self._crowd).serve()


class _Connection:
    """One client: who it is, and the operations that it has open."""

    def __init__(
        self, socket: WebSocket, admission: Admission, origins: Origins, crowd: Crowd
    ) -> None:
        self._socket = socket
        self._admission = admission
        self._origins = origins
        self._crowd = crowd
        self._pace = Pace()
        self._busy_at = time.monotonic()
        self._viewer: Viewer | None = None
        self._token = ""
        self._address = auth.address_of(socket.scope)
        self._ready = asyncio.Event()
        self._open: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Until the client goes, the token ends, or the protocol is broken."""
        self._crowd.come()
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except _Closing as closing:
            await self._close(closing)
        except WebSocketDisconnect:
            pass
        except Exception as error:
            _log.error("websocket_broken", exc_info=error)
            await self._close(_Closing(_BROKEN, "INTERNAL"))
        finally:
            self._crowd.go(self._viewer)
            await _end([*tasks, *self._open.values()])

    async def _listen(self) -> None:
        while True:
            message = self._read(await self._receive())
            if not self._pace.allows_one():
                raise _Closing(_POLICY, "TOO_MANY_MESSAGES")
            match message.get("type"):
                case "connection_init":
                    await self._init(message.get("payload"))
                case "ping":
                    await self._say({"type": "pong"})
                case "pong":
                    pass
                case "subscribe":
                    await self._subscribe(message)
                case "complete":
                    task = self._open.pop(str(message.get("id")), None)
                    if task:
                        task.cancel()
                case _:
                    raise _Closing(_BAD_MESSAGE, "That type of message is not known.")

    async def _watch(self) -> None:
        """Close when nobody signs in, and as soon as the token or session has ended (5 s).

        That is told as forbidden: clients then come back with a new token by themselves; the
        protocol's "unauthorized" is for who never signed in, and ends them for good.
        """
        try:
            await asyncio.wait_for(self._ready.wait(), _INIT_WITHIN)
        except TimeoutError:
            raise _Closing(_INIT_TIMEOUT, "connection_init did not come in time.") from None
        while True:
            await asyncio.sleep(self._until_next_check())
            if not self._open and time.monotonic() - self._busy_at > _IDLE:
                raise _Closing(_DONE, "IDLE")
            try:
                viewer = await recognise(self._token, self._address)
            except NotAllowed as error:
                raise _Closing(_FORBIDDEN, error.code) from None
            if self._viewer and viewer.permissions != self._viewer.permissions:
                # What is open was allowed under other permissions: let it be asked for again.
                raise _Closing(_FORBIDDEN, "PERMISSIONS_CHANGED")

    def _until_next_check(self) -> float:
        ends_at = self._viewer.expires_at if self._viewer else None
        if ends_at is None:  # as a key may be
            return _RECHECK_EVERY
        return min(_RECHECK_EVERY, max(0.05, (ends_at - clock.now()) / clock.SECOND))

    async def _init(self, payload: Any) -> None:
        if self._ready.is_set():
            raise _Closing(_TOO_MANY_INITS, "connection_init came twice.")
        given: object = self._socket.headers.get("authorization", "")
        if isinstance(payload, dict):
            named = {str(name).lower(): value for name, value in payload.items()}
            given = named.get("authorization", given)
        try:
            self._token = auth.token_of(given if isinstance(given, str) else "")
            viewer = await auth.recognise(self._token, self._address)
            await self._origins.check(self._socket.scope, viewer.tenant_id)
        except NotAllowed as error:
            raise _Closing(_FORBIDDEN, error.code) from None
        if not self._crowd.sit_down(viewer):
            raise _Closing(_FULL, "TOO_MANY_SOCKETS")
        self._viewer = viewer
        self._ready.set()
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, message: dict[str, Any]) -> None:
        operation_id = message.get("id")
        if self._viewer is None:
            raise _Closing(_UNAUTHORIZED, "Send connection_init first.")
        if not isinstance(operation_id, str) or not 0 < len(operation_id) <= _LONGEST_ID:
            raise _Closing(_BAD_MESSAGE, f"subscribe needs an id of 1 to {_LONGEST_ID} characters.")
        if operation_id in self._open:
            raise _Closing(_TAKEN, "An operation with this id is open.")
        if len(self._open) >= _MOST_OPERATIONS:
            await self._refuse(
                operation_id, Invalid("Too many operations are open.", code="TOO_MANY"), ""
            )
            return
        task = asyncio.create_task(
            self._operate(operation_id, message.get("payload"), self._viewer)
        )
        self._open[operation_id] = task

    async def _operate(self, operation_id: str, payload: Any, viewer: Viewer) -> None:
        request_id = ids.new_id()
        try:
            prepared = await self._admission.prepare(bodies.read_message(payload), viewer)
            if prepared.operation.operation is OperationType.SUBSCRIPTION:
                await self._stream(operation_id, prepared, viewer, request_id)
            else:
                await self._next(
                    operation_id, await run(prepared, viewer, request_id, self._address)
                )
            await self._say({"type": "complete", "id": operation_id})
        except _Refused:
            pass
        except Exception as error:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._refuse(operation_id, error, request_id)
        finally:
            self._busy_at = time.monotonic()
            if self._open.get(operation_id) is asyncio.current_task():
                del self._open[operation_id]

    async def _stream(
        self, operation_id: str, prepared: Prepared, viewer: Viewer, request_id: str
    ) -> None:
        metrics.SUBSCRIPTIONS.inc()
        try:
            with tenancy.acting_for(viewer.tenant_id):
                async for answer in events(prepared, viewer, request_id):
                    await self._next(operation_id, answer)
        finally:
            metrics.SUBSCRIPTIONS.dec()

    async def _next(self, operation_id: str, answer: Answer) -> None:
        if answer.refused is not None:
            await self._say({"type": "error", "id": operation_id, "payload": answer.body["errors"]})
            raise _Refused
        await self._say({"type": "next", "id": operation_id, "payload": answer.body})

    async def _refuse(self, operation_id: str, error: Exception, request_id: str) -> None:
        errors = refusal(error, request_id).body["errors"]
        await self._say({"type": "error", "id": operation_id, "payload": errors})

    def _read(self, text: str | bytes) -> dict[str, Any]:
        if len(text) > bodies.LARGEST:
            raise _Closing(_BAD_MESSAGE, "The message is too large.")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            raise _Closing(_BAD_MESSAGE, "A message is a JSON object.")
        return message

    async def _receive(self) -> str | bytes:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        content: str | bytes = received.get("text") or received.get("bytes") or ""
        return content

    async def _say(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(orjson.dumps(message).decode())

    async def _close(self, closing: _Closing) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.close(closing.code, closing.reason)


class _Refused(Exception):
    """An operation ended with an error message; nothing more may be said about it."""


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
