"""The public keys of access tokens, and those of attestations, for whoever checks these (RFC 7517).

Short to live in caches, so that a new key is seen soon.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response

import tenants
from kernel import signing


async def jwks(_request: Request) -> Response:
    """The keys that verify access tokens."""
    return _key_set(tenants.jwks())


async def attestation_keys(_request: Request) -> Response:
    """The keys that verify proofs of consent, receipts of erasures, manifests of exports."""
    return _key_set(signing.public_keys())


def _key_set(found: Mapping[str, object]) -> Response:
    return Response(
        orjson.dumps(found),
        media_type="application/jwk-set+json",
        headers={"cache-control": "public, max-age=60"},
    )
