"""Deliveries: read from files, and posted to the webhook as the platform posts them."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import aiohttp

from scripts.demo.houses import HOUSES

Json = dict[str, Any]

_AT_ONCE = 8


async def deliver(url: str, deliveries: Iterable[Json], secret: str) -> None:
    """Post each with its signature; aiohttp.ClientError when one is not answered with 200."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    wait = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=connector, timeout=wait) as client:

        async def post(body: Json) -> None:
            raw = _as_the_platform_writes(body)
            signature = hmac.digest(secret.encode(), raw, "sha256").hex()
            headers = {
                "content-type": "application/json",
                "x-hub-signature-256": f"sha256={signature}",
            }
            async with client.post(url, data=raw, headers=headers) as answer:
                answer.raise_for_status()

        await asyncio.gather(*map(post, deliveries))


def bodies_in(folder: Path) -> list[Json]:
    """The deliveries in the files of a folder; other files, such as signature vectors, are none."""
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return [body for body in found if isinstance(body, dict) and "entry" in body]


def addresses(body: Json) -> Iterator[tuple[str, str | None, str]]:
    """Account, number and number as shown, of each change."""
    for entry in body["entry"]:
        for change in entry["changes"]:
            metadata = change["value"].get("metadata") or {}
            shown = metadata.get("display_phone_number", "")
            yield entry["id"], metadata.get("phone_number_id"), shown


def reconnected(deliveries: Iterable[Json], at: int) -> Json:
    """The platform's word that the houses' accounts are connected, later than all these deliveries
    and than `at` (seconds since the epoch): some of them tell of an account's end."""
    last = max([at, *(entry.get("time") or 0 for body in deliveries for entry in body["entry"])])
    change = {"field": "account_update", "value": {"event": "ACCOUNT_RECONNECTED"}}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": house.waba_id, "time": last + 1, "changes": [change]} for house in HOUSES],
    }


def _as_the_platform_writes(body: Json) -> bytes:
    """Compact, non-ASCII as escapes, slashes escaped (contract 3.1)."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
