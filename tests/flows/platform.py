"""A platform of a few lines that takes messages and files, and can be told to misbehave.

What it is told to do, it does for one request each, in order; else it accepts.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

import channels
from kernel import clock
from kernel.settings import Settings

TOKEN = "a-token-that-no-stranger-may-see"
Json = dict[str, Any]
Script = Callable[[web.Request, Json], Awaitable[web.StreamResponse]]


@dataclass
class Platform:
    """What reached it: messages, read marks, files; and what it will do with the next ones."""

    url: str = ""
    messages: list[Json] = field(default_factory=list)
    receipts: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    scripts: deque[Script] = field(default_factory=deque)
    # Whenever there is no script.
    usual: Script | None = None
    token: str = TOKEN
    most_at_once: int = 0
    _at_once: int = 0

    def does(self, *scripts: Script) -> None:
        """Do this with the next requests."""
        self.scripts.extend(scripts)

    def wamid_of(self, body: Json) -> str:
        """The id that it gives, or would have given, to a message."""
        return f"wamid.{body['biz_opaque_callback_data']}"

    def accept(self, body: Json) -> web.Response:
        """The answer to a message that it takes."""
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": body.get("to") or body.get("recipient")}],
                "messages": [{"id": self.wamid_of(body)}],
            }
        )

    async def serve_messages(self, request: web.Request) -> web.StreamResponse:
        """`POST /<version>/<number>/messages`."""
        body = await request.json()
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(401, 190)
        is_receipt = body.get("status") == "read"
        (self.receipts if is_receipt else self.messages).append(body)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            script = self.scripts.popleft() if self.scripts else self.usual
            if script is not None:
                return await script(request, body)
            return web.json_response({"success": True}) if is_receipt else self.accept(body)
        finally:
            self._at_once -= 1

    async def serve_media(self, request: web.Request) -> web.StreamResponse:
        """`POST /<version>/<number>/media`."""
        form = await request.post()
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(401, 190)
        sent = form["file"]
        assert isinstance(sent, web.FileField)
        file = {
            "number": request.match_info["number"],
            "type": form["type"],
            "messaging_product": form["messaging_product"],
            "content_type": sent.content_type,
            "name": sent.filename,
            "data": sent.file.read(),
        }
        self.files.append(file)
        if self.scripts:
            return await self.scripts.popleft()(request, file)
        return web.json_response({"id": f"media-{len(self.files)}"})


@asynccontextmanager
async def running_platform(settings: Settings) -> AsyncIterator[Platform]:
    """The platform, with the wire started towards it."""
    platform = Platform()
    application = web.Application(client_max_size=128 * 1024 * 1024)
    application.router.add_post("/v26.0/{number}/messages", platform.serve_messages)
    application.router.add_post("/v26.0/{number}/media", platform.serve_media)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await start_wire(settings, platform.url)
    try:
        yield platform
    finally:
        await channels.stop()
        await runner.cleanup()


async def start_wire(settings: Settings, url: str) -> None:
    """Have the wire lead to this address."""
    await channels.stop()
    await channels.start(replace(settings, graph_url=url, graph_hosts=("127.0.0.1",)))


def error(code: int, status: int = 400, after: str = "") -> Script:
    """An error of the platform's, with its code."""

    async def answer(_request: web.Request, _body: Json) -> web.StreamResponse:
        return _error(status, code, {"Retry-After": after} if after else {})

    return answer


def bare(status: int, text: str = "", after: str = "") -> Script:
    """An answer that is not the platform's JSON."""

    async def answer(_request: web.Request, _body: Json) -> web.StreamResponse:
        headers = {"Retry-After": after} if after else {}
        return web.Response(status=status, text=text, headers=headers)

    return answer


def drop() -> Script:
    """The connection is cut once the request is there."""

    async def answer(request: web.Request, _body: Json) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return answer


def hang(seconds: float = 30.0) -> Script:
    """No answer for so long."""

    async def answer(_request: web.Request, _body: Json) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response(status=504)

    return answer


def status(kind: str, body: Json, wamid: str, at: int | None = None, code: int = 0) -> Json:
    """A status of a message as the platform tells it, with our callback data."""
    moment = clock.now() if at is None else at
    told: Json = {
        "id": wamid,
        "status": kind,
        "timestamp": str(moment // clock.SECOND),
        "recipient_id": body.get("to"),
        "biz_opaque_callback_data": body["biz_opaque_callback_data"],
    }
    if code:
        told["errors"] = [{"code": code, "title": "no"}]
    return told


def _error(status: int, code: int, headers: dict[str, str] | None = None) -> web.Response:
    body = {"error": {"message": f"(#{code}) no", "type": "OAuthException", "code": code}}
    return web.json_response(body, status=status, headers=headers)
