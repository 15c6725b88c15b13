"""Uploaded files on disk, each sealed in pieces under a key of its own; the row tells the size."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from kernel import clock, database, ids, keys, pieces, tenancy
from kernel.errors import Invalid, NotFound, RapportError
from kernel.ids import Id
from kernel.pieces import PIECE, Draft
from kernel.seal import Sealer
from kernel.settings import Settings

LARGEST = 512 * PIECE
_PLACE = "import_file.piece"

_folder: Path | None = None


def start(settings: Settings) -> None:
    """Tell where files are kept."""
    global _folder
    _folder = settings.data / "imports"


class Incoming:
    """A file on its way in: `add` what comes, then `keep` it; `drop` where it breaks off."""

    def __init__(self, file_id: Id, sealer: Sealer) -> None:
        self.id = file_id
        self._draft = Draft(path_of(file_id), sealer, _PLACE, file_id)

    @classmethod
    async def begin(cls) -> Incoming:
        """A new file of the current tenant, with a key of its own."""
        file_id = ids.new_id()
        await keys.make_for([file_id])
        return await asyncio.to_thread(cls, file_id, await sealer_of(file_id))

    async def add(self, data: bytes) -> None:
        """The next bytes; Invalid (FILE_TOO_LARGE) beyond 512 MiB."""
        if self._draft.size + len(data) > LARGEST:
            message = f"A file has at most {LARGEST // PIECE} MiB; import a larger one in parts."
            raise Invalid(message, code="FILE_TOO_LARGE", field=("file",))
        await asyncio.to_thread(self._draft.write, data)

    async def keep(self, person_id: Id | None) -> Id:
        """Make it a file of this person; its id. Invalid (EMPTY) where nothing came."""
        if not self._draft.size:
            raise Invalid("The file is empty.", code="EMPTY", field=("file",))
        await asyncio.to_thread(self._draft.keep)
        await database.insert("import_file", [_row(self.id, person_id, self._draft.size)])
        return self.id

    def drop(self) -> None:
        """Forget what came, unless it was kept."""
        self._draft.drop()


def read(path: Path, sealer: Sealer, file_id: Id, size: int, start: int = 0) -> Iterator[bytes]:
    """The bytes of a file from a place on, in pieces; Unopenable where it was tampered with."""
    return pieces.read(path, sealer, _PLACE, file_id, size, start)


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


def _row(file_id: Id, person_id: Id | None, size: int) -> dict[str, object]:
    return {
        "tenant_id": tenancy.current(),
        "id": file_id,
        "person_id": person_id,
        "size": size,
        "state": "stored",
        "created_at": clock.now(),
    }
