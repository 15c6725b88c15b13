"""Large files on disk, sealed in pieces of 1 MiB, so that neither end holds a whole one.

A piece is bound to its file and to its place in it; who knows the size besides sees that none was
cut off or moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kernel import ids
from kernel.ids import Id
from kernel.seal import Sealer

PIECE = 1024 * 1024
# What a seal adds: its format, a nonce, a tag.
_ADDED = 1 + 12 + 16
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class Draft:
    """A file on its way to the disk: `write` what comes, then `keep` it, or `drop` it.

    Three folders above it are made where they are missing. `size` counts the bytes in clear.
    """

    def __init__(self, path: Path, sealer: Sealer, place: str, file_id: Id) -> None:
        self.size = 0
        self._path, self._sealer = path, sealer
        self._place, self._file_id = place, file_id
        self._waiting = bytearray()
        self._pieces = 0
        for folder in (path.parents[2], path.parents[1], path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._draft = path.with_name(f".{path.name}.{ids.new_id()}")
        self._file = os.fdopen(os.open(self._draft, _NEW, 0o600), "wb")

    def write(self, data: bytes) -> int:
        """The next bytes; how many they were."""
        self.size += len(data)
        self._waiting += data
        self._seal(PIECE)
        return len(data)

    def flush(self) -> None:
        """Nothing: what does not fill a piece waits for more (zipfile asks for it)."""

    def keep(self) -> None:
        """Make it the file, whole or not at all, also when the power goes."""
        self._seal(1)
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._draft.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def drop(self) -> None:
        """Forget what came, unless it was kept."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def _seal(self, least: int) -> None:
        while len(self._waiting) >= least:
            piece = bytes(self._waiting[:PIECE])
            del self._waiting[:PIECE]
            place = f"{self._place}.{self._pieces}"
            self._file.write(self._sealer.seal(place, self._file_id, piece))
            self._pieces += 1


def read(
    path: Path, sealer: Sealer, place: str, file_id: Id, size: int, start: int = 0
) -> Iterator[bytes]:
    """The bytes of a file from a byte on, in pieces; Unopenable where it was tampered with."""
    number, skip = divmod(start, PIECE)
    with path.open("rb") as file:
        file.seek(number * (PIECE + _ADDED))
        while number * PIECE < size:
            sealed = file.read(PIECE + _ADDED)
            yield sealer.open(f"{place}.{number}", file_id, sealed)[skip:]
            number, skip = number + 1, 0


def unlink(path: Path) -> None:
    """Take a file off the disk, if it is there."""
    with suppress(FileNotFoundError):
        path.unlink()
