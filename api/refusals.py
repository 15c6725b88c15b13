"""How endpoints beside GraphQL say no: a code, a message, the field that it is about."""

from __future__ import annotations

import orjson
from starlette.types import Send

from api.asgi import respond
from api.errors import camel, status_of
from kernel.errors import RapportError

JSON = (b"content-type", b"application/json; charset=utf-8")


async def refuse(send: Send, error: RapportError) -> None:
    """Answer with an error; what is still to come of the request is not read."""
    told = {
        "code": error.code,
        "message": error.message,
        "field": [camel(name) for name in error.field],
    }
    headers = [JSON, (b"connection", b"close")]
    status = status_of(error)
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await respond(send, status, orjson.dumps(told), headers)
