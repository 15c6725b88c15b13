"""What the world sees of touchpoints: short links, pictures of them, and what widgets need (F10).

All of it is public, holds no personal data, and changes nothing.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import channels
import links
from api.browsers import Origins
from api.errors import as_graphql, status_of
from api.pages import Visit
from kernel import tenancy
from kernel.errors import NotFound, RapportError
from kernel.ids import Id
from kernel.settings import Settings
from links import TouchpointRow

# So long a change may go unnoticed by who has fetched it.
_PICTURES_HOLD, _WIDGETS_HOLD = 86_400, 300


async def short_link(visit: Visit) -> Response:
    """`/l/{code}`: on to the chat; NotFound where the touchpoint has ended."""
    _, touchpoint, display = await open_touchpoint(visit.request.path_params["code"])
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    return RedirectResponse(links.chat_link(touchpoint, display), 302, headers)


class QrCodes:
    """`/qr/{code}.svg` and `.png`: the short link of a touchpoint as a picture."""

    def __init__(self, settings: Settings, form: Literal["svg", "png"]) -> None:
        self._root = settings.public_url.rstrip("/")
        self._form = form

    async def __call__(self, visit: Visit) -> Response:
        """The picture; NotFound where the touchpoint has ended."""
        _, touchpoint, _ = await open_touchpoint(visit.request.path_params["code"])
        picture = links.picture_of(f"{self._root}/l/{touchpoint['code']}", self._form)
        media_type = "image/svg+xml" if self._form == "svg" else "image/png"
        return Response(picture, headers=_cached(picture, _PICTURES_HOLD), media_type=media_type)


class Widgets:
    """`/widgets/{code}.json`: what a pop-up, bubble or button in a page needs."""

    def __init__(self, settings: Settings, origins: Origins) -> None:
        self._root = settings.public_url.rstrip("/")
        self._origins = origins

    async def answer(self, request: Request) -> Response:
        """The configuration, for pages of origins that the tenant allows, and for servers."""
        origin = request.headers.get("origin", "")
        try:
            code = request.path_params["code"]
            tenant_id, touchpoint, display = await open_touchpoint(code)
            await self._origins.check(request.scope, tenant_id)
        except RapportError as error:
            told = orjson.dumps({"errors": [as_graphql(error)]})
            headers = {"vary": "Origin", "cache-control": "no-store"}
            return Response(told, status_of(error), headers, "application/json")
        body = orjson.dumps(self._told(touchpoint, display))
        headers = {**_cached(body, _WIDGETS_HOLD), "vary": "Origin"}
        if origin:
            headers["access-control-allow-origin"] = origin
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(b"", 304, headers)
        return Response(body, headers=headers, media_type="application/json")

    def _told(self, touchpoint: TouchpointRow, display: str) -> dict[str, str | None]:
        code = touchpoint["code"]
        return {
            "kind": touchpoint["kind"],
            "code": code,
            "label": touchpoint["label"],
            "prefilledText": links.prefilled_text(touchpoint),
            "chatLink": links.chat_link(touchpoint, display),
            "shortLink": f"{self._root}/l/{code}",
            "qrSvg": f"{self._root}/qr/{code}.svg",
            "qrPng": f"{self._root}/qr/{code}.png",
            "joinLink": f"{self._root}/join/{code}" if touchpoint["wording"] else None,
        }


async def open_touchpoint(code: str) -> tuple[Id, TouchpointRow, str]:
    """Whose touchpoint the code of an address leads to, the touchpoint, and its number as shown.

    NotFound where there is none, or it has ended.
    """
    found = await links.find_code(code)
    if found:
        with tenancy.acting_for(found.tenant_id):
            [touchpoint] = (await links.touchpoints_by_ids([found.touchpoint_id])).values()
            [number] = (await channels.numbers_by_ids([touchpoint["number_id"]])).values()
        if touchpoint["state"] == "active":
            return found.tenant_id, touchpoint, number["display_phone_number"]
    raise NotFound("There is no such touchpoint.")


def _cached(body: bytes, seconds: int) -> dict[str, str]:
    return {
        "cache-control": f"public, max-age={seconds}",
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "x-content-type-options": "nosniff",
    }
