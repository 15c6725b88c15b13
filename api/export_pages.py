"""The page on which a person fetches all that is held on them, by a link of their own (F45)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import privacy
import tenants
from api.pages import Texts, Visit, form, page, text
from kernel import tenancy
from kernel.ids import Id
from kernel.seal import Unopenable
from privacy import Download

_TEXTS = Texts(Path(__file__).parent / "export_pages.toml")
EXPORT = "/export"


async def export(visit: Visit) -> Response:
    """A button that fetches the archive; fetching counts, looking does not."""
    link = await privacy.read_export_link(visit.token)
    with tenancy.acting_for(link.tenant_id):
        if visit.is_post:
            return Archive(link.tenant_id, await privacy.begin_download(link))
        visit = replace(visit, known_language=await privacy.language_of_export(link.row_id))
        house = (await tenants.read_settings()).name
        words = _TEXTS.of(visit.language)
        ask = text(words["fetch"].format(house=house))
        button = form(visit, EXPORT, words["fetch_button"])
        return page(visit, words["fetch_title"], ask, text(words["check"]), button, house=house)


class Archive(Response):
    """An archive, piece by piece; one that breaks off does not count as fetched."""

    def __init__(self, tenant_id: Id, download: Download) -> None:
        super().__init__(
            headers={
                "content-length": str(download.size),
                "content-disposition": 'attachment; filename="your-data.zip"',
                "content-security-policy": "sandbox; default-src 'none'",
                "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer",
                "cache-control": "no-store",
            },
            media_type="application/zip",
        )
        self._tenant_id, self._download = tenant_id, download

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with tenancy.acting_for(self._tenant_id):
            is_whole = False
            gone = asyncio.create_task(_disconnected(receive))
            try:
                is_whole = await self._send(send, gone)
            except Unopenable:
                await privacy.note_broken(self._download)
                raise
            finally:
                gone.cancel()
                await (privacy.finish_download if is_whole else privacy.give_back)(self._download)

    async def _send(self, send: Send, gone: asyncio.Task[None]) -> bool:
        """Whether all of it was sent; to who has gone, a server sends in silence."""
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(head)
        async for piece in iterate_in_threadpool(self._download.pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return False
        await send({"type": "http.response.body", "body": b""})
        return True


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
