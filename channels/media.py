"""Files of messages: wanted with the message, fetched at once, checked, sealed on disk (F13).

The platform keeps them for 7 days under an id, whose link lives 5 minutes (contract 7.1). What goes
wrong outside is a row's `trouble`, with a time to try again; nothing is fetched inside a unit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from channels import content, files, graph, numbers, standing
from channels.outcomes import DEAD_TOKEN, TOKEN_EXPIRED
from kernel import bells, clock, database, events, ids, keys, metrics, tenancy
from kernel.database import Batch
from kernel.errors import NotFound
from kernel.events import Event
from kernel.ids import Id

BELL = "media"
# Contract 2.3 limits what is sent; what people send may be as large as a document, of any type,
# for a picture sent as a document is still called a picture.
LARGEST = 100 * 1024 * 1024
LEASE = 5 * clock.MINUTE
KEPT_BY_PLATFORM = 7 * clock.DAY
_AT_ONCE = 8
# A fetch takes 3 minutes at the very worst; one that begins later could outlive its lease.
_LATEST_START = 2 * clock.MINUTE
_FIRST_WAIT, _LONGEST_WAIT = 5 * clock.SECOND, 15 * clock.MINUTE
# Larger ones stand in memory several times over while they are sealed: one after the other.
_LARGE = 16 * 1024 * 1024
_log = structlog.get_logger("media")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a message names; `mime` and `sha256` as the webhook told them."""

    message_id: Id
    subject_id: Id
    number_id: Id
    platform_media_id: str
    mime: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedMedia:
    """A file in clear, for somebody who may see it; no message where it was uploaded here."""

    data: bytes
    mime: str
    subject_id: Id
    message_id: Id | None

    def __repr__(self) -> str:
        return f"<OpenedMedia of {len(self.data)} bytes>"


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A row in this worker's hands until its lease ends."""

    tenant_id: Id
    id: Id
    subject_id: Id
    number_id: Id
    message_id: Id
    platform_media_id: str
    mime: str
    sha256: str
    attempts: int
    fence: int
    created_at: int


@dataclass(frozen=True, slots=True)
class _End:
    """What one try came to: `stored`, `refused`, `gone`, or `wanted` still."""

    state: str
    trouble: str | None = None
    mime: str = ""
    size: int | None = None
    number_code: int | None = None


_WAITED = _End("wanted", "WAITED")


@dataclass(frozen=True, slots=True)
class _Room:
    """What the fetches of one batch share."""

    seats: asyncio.Semaphore
    alone: asyncio.Lock
    latest_start: int

    def is_late(self) -> bool:
        return clock.now() > self.latest_start


@database.unit_of_work
async def want_media(items: Sequence[Wanted]) -> None:
    """Have these files fetched; called once a message, in the unit that stores it."""
    if not items:
        return
    now = clock.now()
    rows = [
        {
            "tenant_id": tenancy.current(),
            "id": ids.new_id(),
            "subject_id": one.subject_id,
            "number_id": one.number_id,
            "message_id": one.message_id,
            "platform_media_id": one.platform_media_id,
            "mime": one.mime or "",
            "sha256": one.sha256 or "",
            "state": "wanted",
            "attempts": 0,
            "due_at": now,
            "lease_until": 0,
            "fence": 0,
            "created_at": now,
        }
        for one in items
    ]
    await database.insert("media", rows)
    await events.record(
        *(
            Event("media.wanted", {"media": str(row["id"]), "message": str(row["message_id"])})
            for row in rows
        )
    )
    database.after_commit(lambda: bells.ring(BELL))


async def fetch_media(limit: int) -> int:
    """Fetch the files that are due, eight at a time; how many were taken in hand."""
    now = clock.now()
    with tenancy.across_tenants("files of all tenants are fetched by whoever is free"):
        rows = await database.rows(database.sql(__file__, "claim_media"), now, now + LEASE, limit)
        phones = await _phone_number_ids(rows)
    room = _Room(asyncio.Semaphore(_AT_ONCE), asyncio.Lock(), now + _LATEST_START)

    async def take(row: dict[str, Any]) -> None:
        media = _Claimed(**row)
        async with room.seats:
            with tenancy.acting_for(media.tenant_id):
                await _finish(media, await _try(media, phones.get(media.number_id, ""), room))

    async with asyncio.TaskGroup() as tasks:
        for row in rows:
            tasks.create_task(take(row))
    return len(rows)


async def open_media(media_id: Id) -> OpenedMedia:
    """A stored file of the current tenant; NotFound when absent, not stored (yet), or erased."""
    row = await database.row(
        """SELECT subject_id, message_id, mime FROM media
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'stored'""",
        tenancy.current(),
        media_id,
    )
    sealer = (await keys.of([row["subject_id"]])).get(row["subject_id"]) if row else None
    if row is None or sealer is None:
        raise NotFound("There is no such file.")
    try:
        sealed = await asyncio.to_thread(files.path_of(tenancy.current(), media_id).read_bytes)
    except FileNotFoundError:
        raise NotFound("There is no such file.") from None
    data = await asyncio.to_thread(sealer.open, files.PLACE, media_id, sealed)
    return OpenedMedia(data, row["mime"], row["subject_id"], row["message_id"])


async def _phone_number_ids(rows: Sequence[dict[str, Any]]) -> dict[Id, str]:
    pairs = {(row["tenant_id"], row["number_id"]) for row in rows}
    found = await database.rows(
        """SELECT n.id, n.phone_number_id FROM ({batch}) AS b
             JOIN number n ON n.tenant_id = b.tenant_id AND n.id = b.id""",
        batch=Batch({"tenant_id": "uuid", "id": "uuid"}, [list(pair) for pair in pairs]),
    )
    return {row["id"]: row["phone_number_id"] for row in found}


async def _try(media: _Claimed, phone_number_id: str, room: _Room) -> _End:
    try:
        return await _fetch(media, phone_number_id, room)
    except OSError as error:
        _log.error("media_not_written", errno=error.errno)
        return _End("wanted", "NOT_WRITTEN")
    except Exception:
        # One file that trips us must not take the others of the batch along.
        _log.error("media_failed", exc_info=True)
        return _End("wanted", "FAILED")


async def _fetch(media: _Claimed, phone_number_id: str, room: _Room) -> _End:
    if room.is_late():
        return _WAITED
    token = await numbers.access_token(media.number_id)
    if token is None:
        return _End("wanted", "NO_TOKEN")
    told = await graph.get(media.platform_media_id, token, phone_number_id=phone_number_id)
    if told.trouble:
        return _trouble(told)
    size = told.json().get("file_size")
    is_large = not isinstance(size, int) or size > _LARGE
    async with room.alone if is_large else nullcontext():
        if room.is_late():
            return _WAITED
        file = await _download(told, token)
        if file.status == 404:
            # The link has died; the id may still give another.
            told = await graph.get(media.platform_media_id, token, phone_number_id=phone_number_id)
            file = told if told.trouble else await _download(told, token)
        if file.trouble:
            return _trouble(file)
        return await _keep(media, told.json(), file.data)


async def _download(told: graph.Outcome, token: str) -> graph.Outcome:
    link = told.json().get("url")
    if not isinstance(link, str):
        return graph.Outcome(0, "NO_LINK")
    return await graph.download(link, token, LARGEST)


def _trouble(outcome: graph.Outcome) -> _End:
    if outcome.trouble in (graph.FOREIGN_HOST, graph.TOO_LARGE):
        return _End("refused", outcome.trouble)
    code = outcome.code
    if code is None and outcome.status == 401:
        code = TOKEN_EXPIRED
    # The token is dead or may not do this: the number is in trouble, not the file (contract 6).
    return _End("wanted", outcome.trouble, number_code=code if code in DEAD_TOKEN else None)


async def _keep(media: _Claimed, told: dict[str, Any], data: bytes) -> _End:
    """Check the bytes, seal them under the person's key and write them in one piece."""
    mime = media.mime or str(told.get("mime_type") or "application/octet-stream")
    if not await asyncio.to_thread(
        content.is_intact, data, media.sha256, str(told.get("sha256") or "")
    ):
        return _End("wanted", "NOT_INTACT")
    if objection := await asyncio.to_thread(content.objection, data, mime):
        return _End("refused", objection)
    sealer = (await keys.of([media.subject_id])).get(media.subject_id)
    if sealer is None:
        return _End("gone", "ERASED")
    sealed = await asyncio.to_thread(sealer.seal, files.PLACE, media.id, data)
    await asyncio.to_thread(files.write, files.path_of(media.tenant_id, media.id), sealed)
    return _End("stored", None, mime, len(data))


async def _finish(media: _Claimed, end: _End) -> None:
    now = clock.now()
    if end.state == "wanted" and now - media.created_at >= KEPT_BY_PLATFORM:
        end = _End("gone", end.trouble, number_code=end.number_code)
    is_known = await _write_down(media, end, now)
    metrics.MEDIA.labels("later" if end.state == "wanted" else end.state).inc()
    if end.state == "stored" and not is_known:
        # The row was erased while its file was under way.
        with suppress(FileNotFoundError):
            await asyncio.to_thread(files.path_of(media.tenant_id, media.id).unlink)


@database.unit_of_work
async def _write_down(media: _Claimed, end: _End, now: int) -> bool:
    """Set down how a try ended, unless the lease was lost; whether the row is still there."""
    wait = min(_FIRST_WAIT * 2 ** min(media.attempts - 1, 20), _LONGEST_WAIT)
    changed = await database.row(
        """UPDATE media SET state = $4, trouble = $5, size = $7, due_at = $8, lease_until = 0,
                  mime = CASE WHEN $6 = '' THEN mime ELSE $6 END
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3 AND state = 'wanted'
        RETURNING id""",
        media.tenant_id,
        media.id,
        media.fence,
        end.state,
        end.trouble,
        end.mime,
        end.size,
        now + wait,
    )
    if end.number_code is not None:
        await standing.tell_trouble(media.number_id, end.number_code, now)
    if changed is None:
        known = "SELECT id FROM media WHERE tenant_id = $1::uuid AND id = $2::uuid"
        return await database.row(known, media.tenant_id, media.id) is not None
    if end.state != "wanted":
        kind = "media.stored" if end.state == "stored" else "media.refused"
        await events.record(Event(kind, {"media": media.id, "message": media.message_id}))
    return True
