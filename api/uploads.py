"""Files to send: `POST /media?kind=image` with a form, answered with an id for `messageSend`.

A file is kept sealed, like those that customers send, and goes to the platform with its first
message.
"""

from __future__ import annotations

import asyncio
from typing import get_args
from urllib.parse import parse_qsl

import orjson
import structlog
from starlette.types import Receive, Scope, Send

import channels
import conversations
from api import auth
from api.asgi import ClientGone, header, respond
from api.multipart import FilePart
from api.refusals import JSON, refuse
from conversations.content import MediaKind
from kernel import audit, ids, tenancy
from kernel.errors import Invalid, RapportError, TryLater
from kernel.ids import Id
from tenants import Permission

# All files that are coming in stand in memory; so many bytes of them at once, in a process.
_ROOM = 128 * 1024 * 1024
# Seconds for the whole file.
_WITHIN = 120.0
_KINDS: tuple[MediaKind, ...] = get_args(MediaKind)
_log = structlog.get_logger("uploads")


class Uploads:
    """`/media`: POST, with an access token."""

    def __init__(self) -> None:
        self._room = _ROOM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 201 with the id, or a code and what would be right."""
        if scope["method"] != "POST":
            await respond(send, 405, b"", [(b"allow", b"POST")])
            return
        try:
            upload_id = await self._keep(scope, receive)
        except ClientGone:
            return
        except RapportError as error:
            await refuse(send, error)
            return
        except Exception as error:
            _log.error("upload_failed", exc_info=error)
            await refuse(send, TryLater("Something went wrong on our side.", after=5.0))
            return
        answer = orjson.dumps({"upload": ids.show("media", upload_id)})
        await respond(send, 201, answer, [JSON, (b"cache-control", b"no-store")])

    async def _keep(self, scope: Scope, receive: Receive) -> Id:
        viewer = await auth.viewer_who_may(scope, "media.upload", Permission.CONVERSATIONS_WRITE)
        kind = _kind(scope)

        def check(mime: str, size: int) -> None:
            conversations.check_file(kind, mime, size, field=("file",))

        part, taken = FilePart(header(scope, b"content-type"), check), 0
        try:
            async with asyncio.timeout(_WITHIN):
                while not part.is_complete:
                    piece, is_last = await _piece(receive)
                    if len(piece) > self._room:
                        raise TryLater("Too many files are coming in just now.", after=5.0)
                    self._room -= len(piece)
                    taken += len(piece)
                    part.feed(piece)
                    if is_last:
                        break
            data = await asyncio.to_thread(lambda: part.data)
            check(part.mime, len(data))
            with tenancy.acting_for(viewer.tenant_id):
                upload_id = await channels.keep_upload(data, part.mime)
                actor = auth.actor_of(viewer)
                await audit.record("media.upload", {"media": [upload_id]}, actor=actor)
                return upload_id
        except TimeoutError:
            raise TryLater("The file did not come in time.", code="TOO_SLOW") from None
        finally:
            self._room += taken


def _kind(scope: Scope) -> MediaKind:
    given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("kind")
    for kind in _KINDS:
        if kind == given:
            return kind
    message = f"Say in the address what it will be sent as: ?kind= {', '.join(_KINDS)}."
    raise Invalid(message, code="MISSING", field=("kind",))


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] != "http.request":
        raise ClientGone
    return message.get("body", b""), not message.get("more_body")
