"""Notices to systems that tenants name: one signed POST each, and whether it was taken (F46)."""

from __future__ import annotations

import base64
import hmac

import aiohttp
from yarl import URL

from channels import graph
from kernel import clock, hosts
from kernel.ids import Id

_PATIENCE = aiohttp.ClientTimeout(total=10, connect=5)


async def post_notice(url: str, notice_id: Id, body: bytes, secret: bytes) -> str | None:
    """Post a notice; None where it was taken (2xx), else a code.

    Signed as Standard Webhooks says: HMAC-SHA256 over its id, the second and the body. The same id
    is the same notice, however often it comes.
    """
    address = URL(url)
    if graph.settings().is_production:
        trouble = await hosts.trouble_with(address.scheme, address.host, address.port)
        if trouble:
            return trouble
    second = str(clock.now() // clock.SECOND)
    signed = hmac.digest(secret, f"{notice_id}.{second}.".encode() + body, "sha256")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Rapport",
        "webhook-id": notice_id,
        "webhook-timestamp": second,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
    try:
        async with (
            aiohttp.ClientSession(
                timeout=_PATIENCE, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return None if 200 <= answer.status < 300 else f"HTTP_{answer.status}"
    except (aiohttp.ClientError, TimeoutError, OSError):
        return "NOT_REACHED"
