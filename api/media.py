"""Files of messages, for colleagues who may see them."""

from __future__ import annotations

import mimetypes

import structlog
from starlette.types import Receive, Scope, Send

import channels
import contacts
import privacy
from api import auth
from api.asgi import respond
from api.errors import status_of
from kernel import audit, ids, tenancy
from kernel.errors import Invalid, NotFound, RapportError
from tenants import Permission

# What browsers show without running anything; all else is only saved.
_SHOWN = ("image/jpeg", "image/png", "image/webp", "audio/", "video/")
_log = structlog.get_logger("media")


class Media:
    """`/media/{id}`: GET, with an access token."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; absent, others' and not yet fetched are all 404."""
        if scope["method"] not in ("GET", "HEAD"):
            await respond(send, 405, b"", [(b"allow", b"GET, HEAD")])
            return
        try:
            opened = await _open(scope)
        except RapportError as error:
            headers = [(b"content-type", b"text/plain")]
            if status_of(error) == 401:
                headers.append((b"www-authenticate", b"Bearer"))
            await respond(send, status_of(error), error.code.encode(), headers)
            return
        except Exception as error:
            _log.error("media_not_opened", exc_info=error)
            await respond(send, 503, b"TRY_LATER", [(b"content-type", b"text/plain")])
            return
        await respond(send, 200, opened.data, _headers(opened.mime, scope["path_params"]["id"]))


async def _open(scope: Scope) -> channels.OpenedMedia:
    viewer = await auth.viewer_who_may(
        scope, "media.read", Permission.CONTACTS_PERSONAL, Permission.CONVERSATIONS_READ
    )
    try:
        media_id = ids.read("media", scope["path_params"]["id"])
    except Invalid:
        raise NotFound("There is no such file.") from None
    with tenancy.acting_for(viewer.tenant_id):
        opened = await channels.open_media(media_id)
        if not viewer.may(Permission.PRIVACY_READ):
            hidden = await contacts.frozen_subjects() | await privacy.held_subjects()
            if opened.subject_id in hidden:
                raise NotFound("There is no such file.")
        touched = {"media": [media_id], "subject": [opened.subject_id]}
        await audit.record("media.read", touched, actor=auth.actor_of(viewer))
        return opened


def _headers(mime: str, shown_id: str) -> list[tuple[bytes, bytes]]:
    """A customer sent it, so nothing of it runs: no sniffing, no scripts, or only saved."""
    kind = mime.partition(";")[0].strip().lower()
    is_shown = kind.startswith(_SHOWN)
    ending = mimetypes.guess_extension(kind) or ".bin"
    manner = "inline" if is_shown else "attachment"
    return [
        (
            b"content-type",
            kind.encode("ascii", "replace") if is_shown else b"application/octet-stream",
        ),
        (b"content-disposition", f'{manner}; filename="{shown_id}{ending}"'.encode()),
        (b"content-security-policy", b"sandbox; default-src 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, no-store"),
    ]
