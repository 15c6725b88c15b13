"""GraphQL over HTTP: POST, and GET for queries in development (GraphQL over HTTP, 2025)."""

from __future__ import annotations

from math import ceil

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from api import auth
from api.asgi import BodyTooLarge, ClientGone, header, read_body, respond
from api.errors import status_of
from api.graphql import body as bodies
from api.graphql.admission import Admission
from api.graphql.execute import Answer, Request, refusal
from api.graphql.once import run_once
from kernel import ids
from kernel.errors import Invalid, TryLater
from kernel.settings import Settings

_JSON = b"application/json; charset=utf-8"
_RESPONSE = b"application/graphql-response+json; charset=utf-8"


class GraphQLOverHttp:
    """The endpoint; an ASGI application of its own, for nothing shall stand in its way."""

    def __init__(self, settings: Settings, admission: Admission) -> None:
        self._admission = admission
        self._allows_get = not settings.is_production

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request_id = ids.new_id()
        try:
            answer = await self._answer(scope, receive, request_id)
        except ClientGone:
            return
        except Exception as error:
            answer = refusal(error, request_id)
        is_response = _wants_response_type(header(scope, b"accept"))
        status = _status(answer, is_response)
        headers = [
            (b"content-type", _RESPONSE if is_response else _JSON),
            (b"x-request-id", request_id.encode()),
            (b"cache-control", b"no-store"),
            (b"vary", b"Accept, Authorization, Origin"),
        ]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        if isinstance(answer.refused, TryLater):
            headers.append((b"retry-after", str(ceil(answer.refused.after)).encode()))
        if status == 405:
            headers.append((b"allow", b"GET, POST" if self._allows_get else b"POST"))
        await respond(send, status, orjson.dumps(answer.body), headers)

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> Answer:
        method = scope["method"]
        if method == "POST":
            try:
                content = await read_body(scope, receive, bodies.LARGEST)
            except BodyTooLarge:
                raise Invalid(
                    f"The body is larger than {bodies.LARGEST} bytes.", code="TOO_LARGE"
                ) from None
            request = bodies.read_post(content, header(scope, b"content-type"))
        elif method == "GET" and self._allows_get:
            request = bodies.read_get(scope["query_string"])
        else:
            raise Invalid("Send the request by POST.", code="METHOD_NOT_ALLOWED")
        return await self._run(scope, request, request_id, may_change=method == "POST")

    async def _run(
        self, scope: Scope, request: Request, request_id: str, *, may_change: bool
    ) -> Answer:
        viewer = await auth.viewer_of(scope)
        prepared = await self._admission.prepare(request, viewer)
        operation = prepared.operation.operation
        if operation is OperationType.SUBSCRIPTION:
            raise Invalid("Subscriptions run over the websocket.", code="BAD_REQUEST")
        if operation is OperationType.MUTATION and not may_change:
            raise Invalid("Changes are made by POST.", code="METHOD_NOT_ALLOWED")
        name, address = header(scope, b"idempotency-key"), auth.address_of(scope)
        return await run_once(prepared, viewer, request_id, name, address)


def _wants_response_type(accept: str) -> bool:
    """Whether the client names the newer media type before, or without, application/json."""
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind == "application/graphql-response+json":
            return True
        if kind in ("application/json", "application/*", "*/*"):
            return False
    return False


def _status(answer: Answer, is_response: bool) -> int:
    """400 and so on where nothing ran; the older media type tells a refused document with 200."""
    error = answer.refused
    if error is None:
        return 200
    status = status_of(error)
    is_ill_formed = isinstance(error, Invalid) and error.code == "BAD_REQUEST"
    if status in (400, 403, 404, 500) and not is_response and not is_ill_formed:
        return 200
    return 503 if status == 500 else status
