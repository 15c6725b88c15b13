"""The public keys of access tokens, for services that check tokens themselves (RFC 7517)."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

import tenants


async def jwks(_request: Request) -> Response:
    """The key set; short to live, so that a new key is seen soon."""
    return Response(
        orjson.dumps(tenants.jwks()),
        media_type="application/jwk-set+json",
        headers={"cache-control": "public, max-age=60"},
    )
