"""Uploaded files on disk: sealed in pieces of 1 MiB, so that neither end holds a whole one.

A file has a key of its own. A piece is bound to its file and its place in it; the row tells the
size, so that a piece that was cut off or moved does not go unseen.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kernel import clock, database, ids, keys, tenancy
from kernel.errors import Invalid, NotFound, RapportError
from kernel.ids import Id
from kernel.seal import Sealer
from kernel.settings import Settings

PIECE = 1024 * 1024
LARGEST = 512 * PIECE
# What a seal adds: its format, a nonce, a tag.
_ADDED = 1 + 12 + 16
_PLACE = "import_file.piece"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL

_folder: Path | None = None


def start(settings: Settings) -> None:
    """Tell where files are kept."""
    global _folder
    _folder = settings.data / "imports"


class Incoming:
    """A file on its way in: `add` what comes, then `keep` it; `drop` where it breaks off."""

    def __init__(self, file_id: Id, sealer: Sealer) -> None:
        self.id = file_id
        self.size = 0
        self._sealer = sealer
        self._waiting = bytearray()
        self._pieces = 0
        path = path_of(file_id)
        self._draft = path.with_name(f".{path.name}.{ids.new_id()}")
        for folder in (path.parents[2], path.parents[1], path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._file = os.fdopen(os.open(self._draft, _NEW, 0o600), "wb")

    @classmethod
    async def begin(cls) -> Incoming:
        """A new file of the current tenant, with a key of its own."""
        file_id = ids.new_id()
        await keys.make_for([file_id])
        return await asyncio.to_thread(cls, file_id, await sealer_of(file_id))

    async def add(self, data: bytes) -> None:
        """The next bytes; Invalid (FILE_TOO_LARGE) beyond 512 MiB."""
        self.size += len(data)
        if self.size > LARGEST:
            message = f"A file has at most {LARGEST // PIECE} MiB; import a larger one in parts."
            raise Invalid(message, code="FILE_TOO_LARGE", field=("file",))
        self._waiting += data
        if len(self._waiting) >= PIECE:
            await asyncio.to_thread(self._write, PIECE)

    async def keep(self, person_id: Id | None) -> Id:
        """Make it a file of this person; its id. Invalid (EMPTY) where nothing came."""
        if not self.size:
            raise Invalid("The file is empty.", code="EMPTY", field=("file",))
        await asyncio.to_thread(self._finish)
        await database.insert("import_file", [_row(self.id, person_id, self.size)])
        return self.id

    def drop(self) -> None:
        """Forget what came, unless it was kept."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def _write(self, least: int) -> None:
        while len(self._waiting) >= least and self._waiting:
            piece = bytes(self._waiting[:PIECE])
            del self._waiting[:PIECE]
            self._file.write(self._sealer.seal(f"{_PLACE}.{self._pieces}", self.id, piece))
            self._pieces += 1

    def _finish(self) -> None:
        self._write(1)
        self._file.flush()
        os.fsync(self._file.fileno())
        path = path_of(self.id)
        self._draft.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def pieces(path: Path, sealer: Sealer, file_id: Id, size: int, start: int = 0) -> Iterator[bytes]:
    """The bytes of a file from a place on, in pieces; Unopenable where it was tampered with."""
    place, skip = divmod(start, PIECE)
    with path.open("rb") as file:
        file.seek(place * (PIECE + _ADDED))
        while place * PIECE < size:
            sealed = file.read(PIECE + _ADDED)
            yield sealer.open(f"{_PLACE}.{place}", file_id, sealed)[skip:]
            place, skip = place + 1, 0


async def sealer_of(file_id: Id) -> Sealer:
    """What opens a file; NotFound once its key is gone."""
    sealer = (await keys.of([file_id])).get(file_id)
    if sealer is None:
        raise NotFound("There is no such file.", field=("file",))
    return sealer


def path_of(file_id: Id) -> Path:
    """Where a file of the current tenant lies."""
    if _folder is None:
        raise RapportError("imports were not started", code="NOT_STARTED")
    # An id begins with its time: only its end spreads.
    return _folder / tenancy.current() / file_id[-2:] / file_id


def unlink(file_id: Id) -> None:
    """Take a file off the disk, if it is there."""
    with suppress(FileNotFoundError):
        path_of(file_id).unlink()


def _row(file_id: Id, person_id: Id | None, size: int) -> dict[str, object]:
    return {
        "tenant_id": tenancy.current(),
        "id": file_id,
        "person_id": person_id,
        "size": size,
        "state": "stored",
        "created_at": clock.now(),
    }
