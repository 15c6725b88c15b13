"""What `scripts/run` says when all is up: the URLs, and a first query that is ready to paste."""

from __future__ import annotations

import asyncio
import http.client
import json
import shlex
from typing import Any
from urllib.parse import urlsplit

from kernel.settings import Settings
from scripts.children import CannotStart

FIRST_QUERY = """
{ conversations(first: 3) { nodes { unread contact { name phone }
  lastMessage { __typename sentAt ... on TextMessage { text } } } } }
"""

_WORDS = """\
  GraphQL    {root}/graphql       (websocket: {websocket}/graphql)
  Explorer   {root}/explorer      (queries and the schema, on a page)
  Webhooks   {root}/webhooks/whatsapp
  Health     {root}/healthz  {root}/readyz  {root}/metrics
{simulator}  Demo       {data}/demo.json   (people, passwords, tokens, API keys)
  Logs       {data}/logs

The first look into the inbox of {tenant}, as its owner (scripts/token {email} prints a
fresh token when this one has run out):

{curl}

Ctrl-C ends everything and keeps the data."""

_SIMULATOR = "  WhatsApp   {simulator}   (simulated: write to the shops there as a customer)\n"


async def wait_until_ready(settings: Settings, simulator: str | None, *, within: float) -> None:
    """Come back when /readyz says 200, and the simulator, where there is one, that it is well;
    CannotStart after so many seconds."""
    asked = [f"{_root(settings)}/readyz"]
    if simulator:
        asked.append(f"{simulator}/control/health")
    try:
        async with asyncio.timeout(within):
            for url in asked:
                while not await asyncio.to_thread(_is_ready, url):  # noqa: ASYNC110 (asking is the only way)
                    await asyncio.sleep(0.1)
    except TimeoutError:
        line = f"not ready after {within:.0f} s; see the logs in {settings.data}/logs"
        raise CannotStart(line, 1) from None


def words(settings: Settings) -> str:
    """The text for the terminal. In production, where nothing is seeded, only the URLs."""
    root = _root(settings)
    demo = settings.data / "demo.json"
    if not demo.exists():
        return f"  GraphQL    {root}/graphql\n  Logs       {settings.data}/logs"
    described = json.loads(demo.read_text())
    tenant, simulator = described["tenants"][0], described["simulator"]
    owner = next(one for one in tenant["people"] if one["role"].lower() == "owner")
    return _WORDS.format(
        root=root,
        simulator=_SIMULATOR.format(simulator=simulator) if simulator else "",
        websocket=root.replace("http", "ws"),
        data=settings.data,
        tenant=tenant["name"],
        email=owner["email"],
        curl=_curl(f"{root}/graphql", owner),
    )


def _root(settings: Settings) -> str:
    return f"http://{_reachable(settings)}:{settings.port}"


def _curl(url: str, owner: dict[str, Any]) -> str:
    body = json.dumps({"query": " ".join(FIRST_QUERY.split())})
    return (
        f"curl -s {url} -H 'content-type: application/json' \\\n"
        f"  -H {shlex.quote('authorization: Bearer ' + owner['token'])} \\\n"
        f"  -d {shlex.quote(body)}"
    )


def _is_ready(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(settings: Settings) -> str:
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104 (not bound here, only understood)
        return "127.0.0.1"
    return f"[{settings.host}]" if ":" in settings.host else settings.host
