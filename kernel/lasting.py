"""What outlasts a restored backup: who was destroyed, barred or let be since, beside the keyring.

A backup brings back what was destroyed after it was made, and what people forbade. So every
destruction is first noted in a file outside both databases, ids and keyed hashes only, every
withdrawal at once after it, and both databases remember how far in that file they are. One that is
behind it was restored: before anything is sent, what it missed is done again
(privacy/restoring.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kernel import database, tenancy
from kernel.errors import Conflict, RapportError
from kernel.ids import Id

_END = " .\n"
_DATABASES = ("default", "keys")
_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """One thing done for good in a tenant: its kind, and words that say what it was done to."""

    kind: str
    tenant_id: Id
    words: tuple[str, ...]


class Span(NamedTuple):
    """A part of the file, in bytes."""

    begin: int
    end: int


def start(keyring: Path) -> None:
    """Know the file."""
    global _file
    _file = keyring / "destroyed"


def note(kind: str, told: Iterable[tuple[str, ...]]) -> Span:
    """Write down, before it is done, what is destroyed in the current tenant; where it stands.

    It is safe on disk when this returns.
    """
    tenant_id = tenancy.current()
    lines = "".join(f"{' '.join((kind, tenant_id, *words))}{_END}" for words in told).encode()
    handle = os.open(_place(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":  # the power went in the middle of one
            lines = b"\n" + lines
        os.write(handle, lines)  # in one write, so that notes beside each other do not mix
        os.fsync(handle)
        end = os.lseek(handle, 0, os.SEEK_CUR)
        return Span(end - len(lines), end)
    finally:
        os.close(handle)


async def mark(done: Span) -> None:
    """Both databases hold what was noted there, unless they miss what was noted before."""
    for on in _DATABASES:
        await database.run(
            "UPDATE destroyed_mark SET position = $2 WHERE position = $1",
            done.begin,
            done.end,
            on=on,
        )


async def missed() -> Span | None:
    """What a restored database has missed; None where both hold all that was noted.

    Conflict where the file is shorter than they remember: it belongs back to its place first.
    """
    end = _place().stat().st_size if _place().exists() else 0
    marks = []
    for on in _DATABASES:
        row = await database.row("SELECT position FROM destroyed_mark", on=on)
        marks.append(row["position"] if row else 0)
    if max(marks) > end:
        raise Conflict("The list of what was destroyed is missing beside the keyring.")
    return Span(min(marks), end) if min(marks) < end else None


async def look_at_all_again() -> None:
    """After a restore: a backup made between a note and its mark looks as if it missed nothing."""
    for on in _DATABASES:
        await database.run("UPDATE destroyed_mark SET position = 0", on=on)


async def caught_up(done: Span) -> None:
    """Both databases hold everything that was noted up to there."""
    for on in _DATABASES:
        await database.run(
            "UPDATE destroyed_mark SET position = $1 WHERE position < $1", done.end, on=on
        )


def notes(missed: Span) -> Iterator[Note]:
    """What was noted there, in order."""
    with _place().open("rb") as file:
        file.seek(missed.begin)
        while file.tell() < missed.end:
            line = file.readline().decode()
            if line.endswith(_END):
                kind, tenant_id, *words = line.removesuffix(_END).split()
                yield Note(kind, tenant_id, tuple(words))


def _place() -> Path:
    if _file is None:
        raise RapportError("the keys are not open", code="NOT_STARTED")
    return _file
