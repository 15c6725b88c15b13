"""Exports on disk, sealed under a key of their own: the pages gathered so far, and the archive.

Pages are appended one behind the other. What stands behind the size that the row knows was written
by somebody who was killed, and is cut off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from kernel import keys, pieces, tenancy
from kernel.errors import NotFound, RapportError
from kernel.ids import Id
from kernel.pieces import Draft
from kernel.seal import Sealer
from kernel.settings import Settings

_PAGE, _ARCHIVE = "personal_export.page", "personal_export.archive"
_LENGTH = 4

_folder: Path | None = None


def start(settings: Settings) -> None:
    """Tell where exports are kept."""
    global _folder
    _folder = settings.data / "exports"


async def sealer_of(export_id: Id) -> Sealer:
    """What opens an export; NotFound once its key is gone."""
    sealer = (await keys.of([export_id])).get(export_id)
    if sealer is None:
        raise NotFound("There is no such export.")
    return sealer


def append(export_id: Id, sealer: Sealer, number: int, staged: int, page: Any) -> int:
    """Write a page behind those that are there, durably; how many bytes there are now."""
    path = _pages_of(export_id)
    for folder in (path.parents[2], path.parents[1], path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    sealed = sealer.seal(f"{_PAGE}.{number}", export_id, orjson.dumps(page))
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(staged)
        file.seek(staged)
        file.write(len(sealed).to_bytes(_LENGTH) + sealed)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def read(export_id: Id, sealer: Sealer, pages: int) -> Iterator[Any]:
    """The first so many pages, in their order."""
    if not pages:
        return
    with _pages_of(export_id).open("rb") as file:
        for number in range(pages):
            sealed = file.read(int.from_bytes(file.read(_LENGTH)))
            yield orjson.loads(sealer.open(f"{_PAGE}.{number}", export_id, sealed))


def draft(export_id: Id, sealer: Sealer) -> Draft:
    """The archive, to be written."""
    return Draft(_archive_of(export_id), sealer, _ARCHIVE, export_id)


def archive(export_id: Id, sealer: Sealer, size: int) -> Iterator[bytes]:
    """The archive in pieces; FileNotFoundError where it is gone."""
    return pieces.read(_archive_of(export_id), sealer, _ARCHIVE, export_id, size)


def drop_pages(export_id: Id) -> None:
    """The archive is written: the pages are not needed any more."""
    pieces.unlink(_pages_of(export_id))


def drop(export_id: Id) -> None:
    """Take all that there is of an export off the disk, also what somebody killed left there."""
    drop_pages(export_id)
    path = _archive_of(export_id)
    for one in (path, *path.parent.glob(f".{path.name}.*")):
        pieces.unlink(one)


def _archive_of(export_id: Id) -> Path:
    if _folder is None:
        raise RapportError("exports were not started", code="NOT_STARTED")
    # An id begins with its time: only its end spreads.
    return _folder / tenancy.current() / export_id[-2:] / export_id


def _pages_of(export_id: Id) -> Path:
    path = _archive_of(export_id)
    return path.with_name(f"{path.name}.pages")
