"""Who asks: the access token or key of a request."""

from __future__ import annotations

from starlette.types import Scope

from api.asgi import header
from kernel.audit import Actor
from kernel.errors import NotAllowed
from tenants import Viewer, recognise

_LONGEST = 4_096


async def viewer_of(scope: Scope) -> Viewer | None:
    """The viewer of a request, None where it names nobody; NotAllowed for what does not let in."""
    given = header(scope, b"authorization")
    return await recognise(token_of(given), address_of(scope)) if given else None


def actor_of(viewer: Viewer) -> Actor:
    """Who acts, as the audit log names them."""
    return Actor("key" if viewer.key_id else "person", viewer.own_id)


def token_of(given: str) -> str:
    """The token or key of an Authorization value; NotAllowed where it is none."""
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAllowed("Send the token as `Authorization: Bearer …`.", code="TOKEN_INVALID")
    # What is cut off was never signed by anybody here, so it is refused as any other forgery.
    return token.strip()[:_LONGEST]


def address_of(scope: Scope) -> str:
    """Where a request comes from; empty where nobody can tell."""
    client = scope.get("client")
    return str(client[0]) if client else ""
