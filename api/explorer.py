"""`/explorer`, in development alone: a page to write queries, see answers, read the schema."""

from __future__ import annotations

import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_PAGE = (Path(__file__).parent / "explorer.html").read_text()


async def explorer(_request: Request) -> Response:
    """The page: one file, nothing from elsewhere, so that it works without a network."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Response(_PAGE.replace("{nonce}", nonce), media_type="text/html", headers=headers)
