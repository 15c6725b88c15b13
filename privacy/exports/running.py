"""The work of exports: what is held is gathered page by page, then written into an archive.

Each page is on disk before the row says so: whoever is killed at any line leaves an export that
goes on behind its last page. The archive is written anew by whoever takes it over.
"""

from __future__ import annotations

import asyncio
import mimetypes
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import channels
import tenants
from kernel import clock, ids, tenancy
from kernel.errors import NotFound
from kernel.ids import Id
from kernel.seal import Sealer
from privacy.exports import claims, reading, staging
from privacy.exports.archive import SUMMARY, About, Archive, Page
from privacy.exports.claims import Claimed, Lost
from privacy.exports.reading import EXPORTED
from privacy.exports.summary import summary

T = TypeVar("T")

# One turn of gathering takes about so long, so that others get theirs, in seconds.
_TURN = 10.0
# While an archive is written, its lease is renewed so often.
_RENEWED = claims.LEASE / clock.SECOND / 3
_GATHERED = "."


async def run_next() -> int:
    """Work for a while on the export that waits longest; 0 where none waits."""
    export = await claims.claim()
    if export is None:
        return 0
    with tenancy.acting_for(export.tenant_id):
        try:
            await _work(export)
        except Lost:
            if not await claims.is_wanted(export.id):
                await asyncio.to_thread(staging.drop, export.id)
        except Exception as error:
            await claims.stumbled(export, error)
    return 1


async def _work(export: Claimed) -> None:
    sealer = await staging.sealer_of(export.id)
    if export.total is None:
        total = sum([await reading.count(name, export.contact_id) for name in EXPORTED])
        export = await _moved(export, total=total, started_at=clock.now())
    until = time.monotonic() + _TURN
    while export.place != _GATHERED:
        export = await _gather(export, sealer)
        if time.monotonic() > until:
            await claims.let_go(export)
            return
    await _write(export, sealer)


async def _gather(export: Claimed, sealer: Sealer) -> Claimed:
    """The next page, staged."""
    # Where the map has changed since the last page, it begins anew.
    place = EXPORTED.index(export.place) if export.place in EXPORTED else 0
    if place == 0 and export.reached is None:
        export = replace(export, pages=0, staged=0, done=0)
    name = EXPORTED[place]
    page = await reading.read_page(name, export.contact_id, reading.unpack(export.reached))
    staged = await asyncio.to_thread(
        staging.append, export.id, sealer, export.pages, export.staged, [name, page.rows]
    )
    following = [*EXPORTED, _GATHERED][place + 1]
    return await _moved(
        export,
        place=name if page.reached else following,
        reached=reading.pack(page.reached),
        pages=export.pages + 1,
        staged=staged,
        done=export.done + len(page.rows),
    )


async def _write(export: Claimed, sealer: Sealer) -> None:
    home = await tenants.read_settings()
    about = About(
        export_id=ids.show("export", export.id),
        contact_id=ids.show("contact", export.contact_id),
        tenant_id=ids.show("tenant", export.tenant_id),
        tenant_name=home.name,
        made_at=clock.now(),
    )

    def pages() -> Iterator[Page]:
        return staging.read(export.id, sealer, export.pages)

    draft = await asyncio.to_thread(staging.draft, export.id, sealer)
    try:
        archive = Archive(about, draft)
        counts = await _meanwhile(export, lambda: archive.add_tables(pages(), "json"))
        await _meanwhile(export, lambda: archive.add_tables(pages(), "csv"))
        await _add_files(export, archive, pages())
        parts = summary(about, counts, pages())
        await _meanwhile(export, lambda: archive.add(SUMMARY, parts))
        await asyncio.to_thread(archive.close)
        await asyncio.to_thread(draft.keep)
    finally:
        draft.drop()
    await claims.make_ready(export, draft.size, home.export_days, home.export_downloads)
    await asyncio.to_thread(staging.drop_pages, export.id)


async def _add_files(export: Claimed, archive: Archive, pages: Iterator[Page]) -> None:
    """The files that were sent, one at a time in memory; those that are gone are left out."""
    listed = await asyncio.to_thread(
        lambda: [row for name, rows in pages if name == "media" for row in rows]
    )
    for row in listed:
        await _add_file(export, archive, row)


async def _add_file(export: Claimed, archive: Archive, row: dict[str, Any]) -> None:
    if row["state"] != "stored":
        return
    media_id: Id = row["id"]
    try:
        opened = await channels.open_media(media_id)
    except NotFound:
        return
    ending = mimetypes.guess_extension(opened.mime.partition(";")[0].strip()) or ""
    path = f"files/{media_id}{ending}"
    await _meanwhile(export, lambda: archive.add(path, [opened.data], media=media_id))


async def _meanwhile(export: Claimed, work: Callable[[], T]) -> T:
    """Work in a thread, the lease renewed until it is done; Lost where it must stop."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        while not (await asyncio.wait({task}, timeout=_RENEWED))[0]:
            await claims.move(export)
        return task.result()
    finally:
        # A thread cannot be stopped; the draft stays open until it is through.
        await asyncio.wait({task})


async def _moved(export: Claimed, **columns: Any) -> Claimed:
    await claims.move(export, **columns)
    return replace(export, **{name: columns[name] for name in columns if name != "started_at"})
