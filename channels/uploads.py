"""Files that colleagues upload to send them: checked, sealed, handed to the platform (F13, 7.1).

Nobody knows yet whom a file will be about, so it is sealed under a key of its own. It goes to the
platform when it is sent for the first time; the platform's id is good for 30 days and one number.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from channels import content, files, graph, media
from channels.calling import verdict_on
from channels.outcomes import Verdict
from kernel import clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound
from kernel.ids import Id

# A day less than the platform keeps it, so that no message waits over the end.
_GOOD_FOR = 29 * clock.DAY
_MESSAGES = {
    content.EXECUTABLE: "A program cannot be sent.",
    content.WRONG_KIND: "The file is not what its type says.",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that can be sent; its size is in bytes."""

    id: Id
    mime: str
    size: int


async def keep_upload(data: bytes, mime: str) -> Id:
    """Check a file, seal it and keep it; Invalid when it must not be kept as what it is said to be.

    Whether the platform takes a file of this type and size is for the caller to ask.
    """
    objection = await asyncio.to_thread(content.objection, data, mime)
    if objection is not None:
        raise Invalid(_MESSAGES[objection], code=objection, field=("file",))
    upload_id, tenant_id = ids.new_id(), tenancy.current()
    await keys.make_for([upload_id])
    sealer = (await keys.of([upload_id]))[upload_id]
    path = files.path_of(tenant_id, upload_id)
    sealed = await asyncio.to_thread(sealer.seal, files.PLACE, upload_id, data)
    await asyncio.to_thread(files.write, path, sealed)
    try:
        await _write_row(upload_id, mime, len(data))
    except Exception:
        with suppress(FileNotFoundError):
            await asyncio.to_thread(path.unlink)
        raise
    return upload_id


async def uploads_by_ids(upload_ids: Iterable[Id]) -> dict[Id, Upload]:
    """The uploads with these ids, those of the current tenant only."""
    rows = await database.rows(
        f"SELECT m.id, m.mime, m.size {_UPLOADS}",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(upload_ids)]),
    )
    return {row["id"]: Upload(row["id"], row["mime"], row["size"]) for row in rows}


async def platform_ids(upload_ids: Iterable[Id], number_id: Id) -> dict[Id, str]:
    """The platform's ids of those uploads that it already has for this number."""
    wanted = [[one] for one in dict.fromkeys(upload_ids)]
    if not wanted:
        return {}
    rows = await database.rows(
        f"""SELECT m.id, m.platform_media_id {_UPLOADS}
               AND m.number_id = $2::uuid AND m.platform_uploaded_at > $3""",
        tenancy.current(),
        number_id,
        clock.now() - _GOOD_FOR,
        batch=Batch({"id": "uuid"}, wanted),
    )
    return {row["id"]: row["platform_media_id"] for row in rows}


async def hand_over(upload_id: Id, number_id: Id, phone_number_id: str, token: str) -> Verdict:
    """Give an upload to the platform for a number; what became of it, never an exception.

    Doing it twice does no harm, so an outcome that is not known is one to try again.
    """
    try:
        opened = await media.open_media(upload_id)
    except NotFound:
        return Verdict("refused", "UPLOAD_GONE")
    tries = await _count_try(upload_id)
    name = upload_id + (mimetypes.guess_extension(opened.mime.partition(";")[0].strip()) or "")
    posted = await graph.post_file(phone_number_id, "media", token, opened.data, opened.mime, name)
    given_id = posted.outcome.json().get("id") if posted.outcome.trouble is None else None
    if isinstance(given_id, str) and given_id:
        await _note_platform_id(upload_id, number_id, given_id)
    verdict = verdict_on(posted, given_id if isinstance(given_id, str) else None, tries)
    if verdict.fate == "unknown":
        if tries >= _MOST_TRIES:
            return Verdict("refused", verdict.reason)
        return Verdict("again", verdict.reason, wait=_WAIT * 2 ** min(tries, 8))
    return verdict


async def forget_platform_id(upload_id: Id) -> None:
    """Have it handed over anew when it is sent the next time."""
    await database.run(
        """UPDATE media SET platform_uploaded_at = NULL, attempts = 0
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        upload_id,
    )


_WAIT = 2 * clock.SECOND
_MOST_TRIES = 12

_UPLOADS = """FROM ({batch}) AS b
              JOIN media m ON m.tenant_id = $1::uuid AND m.id = b.id
             WHERE m.message_id IS NULL AND m.state = 'stored'"""


async def _write_row(upload_id: Id, mime: str, size: int) -> None:
    await database.insert(
        "media",
        [
            {
                "tenant_id": tenancy.current(),
                "id": upload_id,
                "subject_id": upload_id,
                "platform_media_id": "",
                "mime": mime,
                "sha256": "",
                "size": size,
                "state": "stored",
                "attempts": 0,
                "due_at": 0,
                "lease_until": 0,
                "fence": 0,
                "created_at": clock.now(),
            }
        ],
    )


async def _count_try(upload_id: Id) -> int:
    row = await database.row(
        """UPDATE media SET attempts = attempts + 1
            WHERE tenant_id = $1::uuid AND id = $2::uuid RETURNING attempts""",
        tenancy.current(),
        upload_id,
    )
    return int(row["attempts"]) if row else 1


async def _note_platform_id(upload_id: Id, number_id: Id, given_id: str) -> None:
    await database.run(
        """UPDATE media SET number_id = $3::uuid, platform_media_id = $4,
                  platform_uploaded_at = $5, attempts = 0
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        upload_id,
        number_id,
        given_id,
        clock.now(),
    )
