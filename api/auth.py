"""Who asks: the access token of a request."""

from __future__ import annotations

from starlette.types import Scope

from api.asgi import header
from kernel.errors import NotAllowed
from tenants import Viewer, read_token


async def viewer_of(scope: Scope) -> Viewer | None:
    """The viewer of a request, None where it names nobody; NotAllowed for a token that fails."""
    given = header(scope, b"authorization")
    return await read_token(token_of(given)) if given else None


def token_of(given: str) -> str:
    """The token of an Authorization value; NotAllowed where it is none."""
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAllowed("Send the token as `Authorization: Bearer …`.", code="TOKEN_INVALID")
    return token.strip()
