"""A platform that hands out files, and people who send them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

import channels
from channels import Wanted
from kernel import ids, keys, tenancy
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.flows import town

TOKEN = "a-token-that-no-stranger-may-see"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"someone's holiday" * 50 + b"\xff\xd9"
Answer = web.StreamResponse
Script = Callable[[web.Request], Awaitable[Answer | None]]


class Platform:
    """The platform's two media endpoints; `node` and `file` may answer in their place."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.tokens: set[str | None] = set()
        self.url = ""
        self.link_root = ""
        self.node: Script | None = None
        self.file: Script | None = None
        self.busy = self.most_busy = 0

    async def serve_node(self, request: web.Request) -> Answer:
        """`GET /<version>/<media id>`: where the bytes are."""
        self._note(request)
        if self.node and (answer := await self.node(request)):
            return answer
        media_id = request.match_info["media"]
        assert request.query["phone_number_id"] == "pn1"
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": {"code": 190, "message": "no"}}, status=401)
        data = self.files[media_id]
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "url": f"{self.link_root}/files/{media_id}?sig=a%2Fb&n={len(self.asked)}",
                "mime_type": "image/jpeg",
                "sha256": hashlib.sha256(data).hexdigest(),
                "file_size": len(data),
                "id": media_id,
            }
        )

    async def serve_file(self, request: web.Request) -> Answer:
        """`GET /files/<media id>`: the bytes."""
        self._note(request)
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            if self.file and (answer := await self.file(request)):
                return answer
            assert "sig=a%2Fb" in request.raw_path
            assert request.headers["Authorization"] == f"Bearer {TOKEN}"
            return web.Response(body=self.files[request.match_info["media"]])
        finally:
            self.busy -= 1

    def _note(self, request: web.Request) -> None:
        self.asked.append(request.path)
        self.tokens.add(request.headers.get("Authorization"))


async def serve(*routes: web.RouteDef) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, int(runner.addresses[0][1])


@asynccontextmanager
async def running_platform(house: House) -> AsyncIterator[Platform]:
    """The platform, with the wire started towards it."""
    platform = Platform()
    runner, port = await serve(
        web.get("/v26.0/{media}", platform.serve_node),
        web.get("/files/{media}", platform.serve_file),
    )
    platform.url = platform.link_root = f"http://127.0.0.1:{port}"
    settings = replace(house.settings, graph_url=platform.url, graph_hosts=("127.0.0.1",))
    await channels.start(settings)
    try:
        yield platform
    finally:
        await channels.stop()
        await runner.cleanup()


class Inbox:
    """A tenant with a number, and a person who sends files."""

    def __init__(self, tenant_id: Id, waba: Id, number: Id, subject: Id) -> None:
        self.tenant_id, self.waba, self.number, self.subject = tenant_id, waba, number, subject

    async def want(self, name: str = "m1", **more: Any) -> Id:
        """Want the file with this id at the platform; the message's id."""
        message_id = ids.new_id()
        told = {"mime": "image/jpeg", "sha256": None} | more
        with tenancy.acting_for(self.tenant_id):
            await channels.want_media([Wanted(message_id, self.subject, self.number, name, **told)])
        return message_id

    async def open(self, media_id: Id) -> channels.OpenedMedia:
        with tenancy.acting_for(self.tenant_id):
            return await channels.open_media(media_id)


async def make_inbox(phone_number_id: str = "pn1", token: str | None = TOKEN) -> Inbox:
    tenant_id, subject = await town.make_tenant(), ids.new_id()
    with tenancy.acting_for(tenant_id):
        waba = await channels.connect_waba(f"waba of {phone_number_id}")
        number = await channels.connect_number(waba, phone_number_id, "15550783881", "V", token)
        await keys.make_for([subject])
    return Inbox(tenant_id, waba, number, subject)


async def row(*columns: str) -> dict[str, Any]:
    (found,) = await stored.rows(f"SELECT {', '.join(columns) or '*'} FROM media")
    return found


def files_of(house: House) -> list[Path]:
    return [path for path in (house.settings.data / "media").rglob("*") if path.is_file()]


def answering(status: int, body: str = "") -> Script:
    """Whoever asks gets this."""

    async def answer(_request: web.Request) -> Answer:
        return web.Response(status=status, text=body)

    return answer
