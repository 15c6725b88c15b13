"""Files: uploaded, read, downloaded and deleted, with their expiries (contract 7.1)."""

from __future__ import annotations

import hashlib
import secrets

from channels.simulator import access
from channels.simulator.call import Answer, Call
from channels.simulator.errors import GraphError, missing, unknown_object
from channels.simulator.fate import FILES
from channels.simulator.multipart import parts_of
from channels.simulator.records import MESSAGING, App, Number
from channels.simulator.shapes import Json
from channels.simulator.store import Media
from channels.simulator.world import World
from channels.simulator.writing import media_url, url_hash
from kernel.clock import SECOND

_DOCUMENTS = {
    "text/plain",
    "text/csv",
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


async def upload(world: World, call: Call, number: Number) -> Answer:
    """Keep a file for 30 days, bound to the number; 100 for a kind or size that is not taken."""
    parts = parts_of(call.headers.get("content-type", ""), call.body)
    if "messaging_product" not in parts or parts["messaging_product"].data != b"whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    file = parts.get("file")
    if file is None:
        raise missing("file")
    named = parts["type"].data.decode("utf-8", "replace") if "type" in parts else ""
    mime_type = (file.content_type or named).strip()
    most = _largest(mime_type.partition(";")[0].strip().lower())
    if most is None:
        known = sorted({one for kinds, _most in FILES.values() for one in kinds} | _DOCUMENTS)
        raise GraphError(
            100, f"Param file must be a file with one of the following types: {', '.join(known)}."
        )
    if len(file.data) > most:
        raise GraphError(100, f"The file is larger than {most} bytes.")
    if not file.data:
        raise GraphError(100, "The file is empty.")
    media = world.media.add(
        number.id, mime_type, file.data, world.clock.now(), filename=file.filename
    )
    world.counts["media uploaded"] += 1
    return Answer({"id": media.id})


async def read(world: World, call: Call, media: Media) -> Answer:
    """A fresh URL for 5 minutes; an expired id leads nowhere."""
    _check(world, media, call.query.get("phone_number_id"))
    body: Json = {
        "messaging_product": "whatsapp",
        "url": media_url(world, media, call.base_url, "getMedia"),
        "mime_type": media.mime_type,
        "sha256": hashlib.sha256(media.data).hexdigest(),
        "file_size": len(media.data),
        "id": media.id,
    }
    return Answer(body)


async def delete(world: World, call: Call, media: Media) -> Answer:
    """Forget a file."""
    _check(world, media, call.query.get("phone_number_id"))
    del world.media.by_id[media.id]
    return Answer({"success": True})


async def download(world: World, call: Call) -> Answer:
    """The bytes behind a URL: 401 without a token that may see them, 404 when it is too old."""
    token = access.token_of(world, call)
    media = world.media.by_id.get(call.query.get("mid", ""))
    ext = call.query.get("ext", "")
    is_fresh = ext.isascii() and ext.isdecimal() and world.clock.now() < int(ext) * SECOND
    if media is None or not is_fresh or call.query.get("hash") != url_hash(media.id, int(ext)):
        return Answer(b"", 404, "text/plain")
    try:
        access.permit(world, token, MESSAGING, media)
    except GraphError:
        return Answer(b"", 404, "text/plain")
    world.counts["media downloaded"] += 1
    return Answer(media.data, content_type=media.mime_type)


async def begin_upload(world: World, call: Call, _app: App) -> Answer:
    """A resumable upload for the example of a template's header (contract 7.2)."""
    given = {**call.query, **(call.json() if call.body else {})}
    for name in ("file_length", "file_type"):
        if name not in given:
            raise missing(name)
    upload_id = f"upload:{secrets.token_urlsafe(24)}"
    world.media.uploads[upload_id] = given
    return Answer({"id": upload_id})


async def upload_bytes(world: World, call: Call) -> Answer:
    """The bytes of a resumable upload; its handle."""
    upload = world.media.uploads.get(call.node)
    if upload is None:
        raise unknown_object(call.node)
    if str(len(call.body)) != str(upload["file_length"]):
        raise GraphError(100, "The bytes do not have the length that was told.")
    del world.media.uploads[call.node]
    return Answer({"h": "4::" + secrets.token_urlsafe(32)})


def _check(world: World, media: Media, number_id: str | None) -> None:
    is_gone = world.clock.now() >= media.expires_at
    if is_gone or (number_id is not None and number_id != media.number_id):
        raise unknown_object(media.id)


def _largest(mime_type: str) -> int | None:
    """The most bytes a file of this kind may have; None when it is not taken at all."""
    sizes = [most for kinds, most in FILES.values() if mime_type in kinds]
    if sizes:
        return max(sizes)
    return FILES["document"][1] if mime_type in _DOCUMENTS else None
