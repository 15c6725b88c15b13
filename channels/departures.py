"""Messages about to leave this machine, in files that outlive a killed process (F21).

The ledger holds that a message is about to go; whether it went, only its process knew. So the
process sets a mark for each here, right before its first byte. What a killed one left without a
mark has certainly not gone, and may go again. Ids alone stand here. A machine that lost its power
may have lost marks as well: what is older than its last start proves nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from channels import graph
from kernel import clock, ids, tenancy
from kernel.ids import Id

# A send and the fencing number of its claim.
Departing = tuple[Id, int]

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NO_MARK, _MARK = b"-", b"x"
_WIDTH = len(f"{0:032} {0:019} -\n")
# Files of an earlier start are kept so long.
_KEPT = clock.DAY


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a dead process of this machine had in hand and did not let go."""

    tenant_id: Id
    departing: list[Departing]
    _path: Path

    def forget(self) -> None:
        """It stands in the ledger now."""
        self._path.unlink(missing_ok=True)


class _Batch:
    """One file: a line for each, locked for as long as its process lives."""

    def __init__(self, path: Path, departing: list[Departing]) -> None:
        self._path = path
        self._open = dict(zip(departing, range(len(departing)), strict=True))
        # Under a name that nobody believes until it is locked.
        hidden = path.with_name(f".{path.name}")
        self._file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.write(self._file, b"".join(b"%s %019d -\n" % (i.encode(), f) for i, f in departing))
        hidden.rename(path)

    def mark(self, one: Departing) -> None:
        """It is leaving."""
        os.pwrite(self._file, _MARK, self._open[one] * _WIDTH + _WIDTH - 2)

    def end(self, one: Departing) -> None:
        """It needs no proof any more; with the last one the file goes."""
        self.mark(one)
        del self._open[one]
        if not self._open:
            self._path.unlink(missing_ok=True)
            os.close(self._file)


_batches: dict[Departing, _Batch] = {}


def depart(departing: Iterable[Departing]) -> None:
    """These are about to go: to be called before the ledger holds it."""
    those = list(departing)
    if those and (boot := _boot()):
        folder = _folder()
        folder.mkdir(mode=0o700, exist_ok=True)
        batch = _Batch(folder / f"{boot}.{tenancy.current()}.{ids.new_id()}", those)
        _batches.update(dict.fromkeys(those, batch))


def leaves(one: Departing) -> None:
    """Its first byte leaves next."""
    if batch := _batches.get(one):
        batch.mark(one)


def arrived(those: Iterable[Departing]) -> None:
    """What became of these stands in the ledger."""
    for one in those:
        if batch := _batches.pop(one, None):
            batch.end(one)


def left_behind() -> Iterator[LeftBehind]:
    """What dead processes of this machine had in hand, and what of it never left."""
    for path in sorted(_folder().glob("*")):
        boot, _, tenant_id = path.stem.partition(".")
        with suppress(FileNotFoundError):
            if boot == _boot():
                if (lines := _read(path)) is not None:
                    yield LeftBehind(Id(tenant_id), _without_mark(lines), path)
            elif path.stat().st_mtime * clock.SECOND < clock.now() - _KEPT:
                path.unlink()


def _read(path: Path) -> bytes | None:
    """What the file holds; None while its process lives."""
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.read(file, os.fstat(file).st_size)
    except BlockingIOError:
        return None
    finally:
        os.close(file)


def _without_mark(lines: bytes) -> list[Departing]:
    found = [line.split() for line in lines.splitlines()]
    return [(Id(one.decode()), int(fence)) for one, fence, mark in found if mark == _NO_MARK]


def _folder() -> Path:
    return graph.settings().data / "departures"


@cache
def _boot() -> str:
    """Changes with every start of the machine; where there is none, nothing is kept."""
    return _BOOT.read_text().strip() if _BOOT.exists() else ""
