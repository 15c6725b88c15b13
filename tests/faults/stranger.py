"""Somebody whose words and ids no other test can have written, and the platform that knows them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.api.door import Store, delivery, text_message
from tests.channels.files import serve
from tests.faults.load import Letter
from tests.flows import town
from tests.platform_json import as_platform, sign

_PICTURE = "4711000000000001"


def _some(first: str, count: int = 9) -> str:
    """So many letters of a script, from the first one on."""
    return "".join(chr(ord(first) + secrets.randbelow(20)) for _ in range(count))


@dataclass(frozen=True)
class Stranger:
    """What one person is and wrote."""

    phone: str = field(default_factory=lambda: f"346{secrets.randbelow(10**8):08}")
    given_name: str = field(default_factory=lambda: _some("a"))
    family_name: str = field(default_factory=lambda: _some("а"))
    arabic: str = field(default_factory=lambda: _some("ب"))
    chinese: str = field(default_factory=lambda: _some("水"))
    emoji: str = field(default_factory=lambda: _some("😀"))
    caption: str = field(default_factory=lambda: f"caption {secrets.token_hex(9)}")
    picture: str = field(default_factory=lambda: f"picture {secrets.token_hex(9)}")
    wamid: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(24)).decode())
    access_token: str = field(default_factory=lambda: f"EAAG{secrets.token_hex(16)}")

    @property
    def name(self) -> str:
        """As WhatsApp tells it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def text(self) -> str:
        """What they write."""
        return f"{self.arabic} {self.chinese} {self.emoji}"

    @property
    def bytes_of_picture(self) -> bytes:
        """A picture with words in it."""
        return b"\xff\xd8\xff\xe0\0\x10JFIF\0" + self.picture.encode() * 40 + b"\xff\xd9"

    def secrets(self) -> dict[str, str]:
        """All that must be readable nowhere, by name; words apart, as a search would keep them."""
        return {name: str(text) for name, text in vars(self).items()}

    def writes(self, store: Store, *, app_secret: str = town.SECRET, **more: Any) -> Letter:
        """Their message; `more` is added to it."""
        told = text_message(
            store, self.text, phone=self.phone, name=self.name, wamid=self._wamid("text"), **more
        )
        return self._letter(told, "text", app_secret)

    def sends_a_picture(self, store: Store) -> Letter:
        """A picture with a caption."""
        told = text_message(
            store, "", phone=self.phone, name=self.name, wamid=self._wamid("picture")
        )
        (message,) = told["entry"][0]["changes"][0]["value"]["messages"]
        del message["text"]
        message["type"] = "image"
        message["image"] = {
            "id": _PICTURE,
            "mime_type": "image/jpeg",
            "sha256": self._digest(),
            "caption": self.caption,
        }
        return self._letter(told, "picture")

    def cannot_be_reached(self, store: Store) -> Letter:
        """A failure that talks too much (contract 4.5)."""
        error = {
            "code": 131026,
            "title": f"{self.name} cannot be reached",
            "message": f"{self.phone} cannot be reached",
            "error_data": {"details": f"Tried {self.phone} of {self.name} with: {self.text}"},
        }
        status = {
            "id": self._wamid("text"),
            "status": "failed",
            "timestamp": "1794000000",
            "recipient_id": self.phone,
            "errors": [error],
        }
        return self._letter(delivery(store, statuses=[status]), "failure")

    def writes_to_nobody(self, store: Store) -> Letter:
        """Their message, to a number that nobody has connected."""
        told = json.loads(self.writes(store).body)
        told["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "100000000000001"
        told["entry"][0]["id"] = "100000000000002"
        return self._letter(told, "nobody")

    def writes_half(self, store: Store) -> Letter:
        """Their message, cut off, and signed as it is."""
        body = self.writes(store).body[:-20]
        return Letter(self._wamid("half"), body, sign(body, town.SECRET))

    def _letter(self, told: dict[str, Any], what: str, app_secret: str = town.SECRET) -> Letter:
        body = as_platform(told)
        return Letter(self._wamid(what), body, sign(body, app_secret))

    def _wamid(self, what: str) -> str:
        return f"wamid.{self.wamid}{what}"

    def _digest(self) -> str:
        return base64.b64encode(hashlib.sha256(self.bytes_of_picture).digest()).decode()


@asynccontextmanager
async def platform_with_picture_of(stranger: Stranger) -> AsyncIterator[str]:
    """The root of a platform that hands the picture out to who has the token (contract 7.1)."""

    def check(request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {stranger.access_token}":
            raise web.HTTPUnauthorized

    async def node(request: web.Request) -> web.StreamResponse:
        check(request)
        url = f"http://{request.host}/files/{_PICTURE}"
        return web.json_response({"id": _PICTURE, "url": url, "mime_type": "image/jpeg"})

    async def file(request: web.Request) -> web.StreamResponse:
        check(request)
        return web.Response(body=stranger.bytes_of_picture)

    runner, port = await serve(
        web.get(f"/v26.0/{_PICTURE}", node), web.get(f"/files/{_PICTURE}", file)
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
