"""Texts of statements: named SQL files, batches as row sources, the small dialect differences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_PLACE = re.compile(r"\$(\d+)")
_CAST = re.compile(r"::[a-z][a-z0-9_]*(\[\])?")
_LOCK = re.compile(
    r"\bFOR (?:NO KEY UPDATE|UPDATE|SHARE)(?: OF [a-z_]+)?(?: SKIP LOCKED)?", re.IGNORECASE
)
_BATCH_FIRST = re.compile(r"(FROM \(\{batch\}\) AS [a-z]+)\s+JOIN\b")
_ARRAY = "= ANY (ARRAY("
_SCALAR = {"GREATEST(": "MAX(", "LEAST(": "MIN("}
_MOST_CELLS = 30_000


@dataclass(frozen=True)
class Batch:
    """Rows handed to one statement: `columns` names and PostgreSQL types, `rows` in that order.

    The statement holds `{batch}` where the rows are read: `FROM ({batch}) AS b`.
    """

    columns: Mapping[str, str]
    rows: Sequence[Sequence[Any]]

    def as_postgresql(self, first_place: int) -> tuple[str, list[Any]]:
        """The source as parallel arrays: one parameter a column however many rows."""
        names = ", ".join(self.columns)
        arrays = ", ".join(
            f"${first_place + index}::{kind}[]" for index, kind in enumerate(self.columns.values())
        )
        columns = [list(column) for column in zip(*self.rows, strict=True)]
        return (
            f"SELECT {names} FROM unnest({arrays}) AS source({names})",
            columns or [[] for _ in self.columns],
        )

    def as_sqlite(self, first_place: int) -> tuple[str, list[Any]]:
        """The source as VALUES; SQLite takes 32,766 parameters, so at most that many cells.

        Batches come in few sizes, filled up with NULLs in front that the OFFSET passes over: so
        SQLite meets the same few texts again and again and keeps them compiled. The LIMIT says in
        figures how many there are: else SQLite takes more than some hundred for endlessly many, and
        reads all of a large table for a Bloom filter first.
        """
        if not self.rows:
            return (
                "SELECT " + ", ".join(f"NULL AS {name}" for name in self.columns) + " WHERE 0",
                [],
            )
        count, width = len(self.rows), len(self.columns)
        size = max(count, min(1 << (count - 1).bit_length(), _MOST_CELLS // width))
        cells: list[Any] = [None] * ((size - count) * width)
        cells += [cell for row in self.rows for cell in row]
        return _values(tuple(self.columns), size, first_place), [*cells, size - count]


@cache
def sql(beside: str, name: str) -> str:
    """The text of `sql/<name>.sql` next to the calling file (`__file__`)."""
    return (Path(beside).parent / "sql" / f"{name}.sql").read_text()


@lru_cache(maxsize=2048)
def for_sqlite(statement: str) -> str:
    """A statement written for PostgreSQL as SQLite reads it: places, casts, locks, GREATEST, and
    IN (…) for = ANY (ARRAY(…)).

    A batch is walked before what it is joined with: SQLite, which knows nothing of how many rows a
    tenant has, would as soon walk all of them and look each up in the batch.
    """
    text = _LOCK.sub("", _CAST.sub("", _PLACE.sub(r"?\1", statement)))
    text = _BATCH_FIRST.sub(r"\1 CROSS JOIN", text)
    for ours, theirs in _SCALAR.items():
        text = text.replace(ours, theirs)
    while _ARRAY in text:
        text = _in_for_array(text)
    return text


def _in_for_array(text: str) -> str:
    before, _, behind = text.partition(_ARRAY)
    depth, end = 1, 0
    while depth:
        depth += {"(": 1, ")": -1}.get(behind[end], 0)
        end += 1
    # The array's own bracket closes the list; that of ANY behind it goes.
    return f"{before}IN ({behind[:end]}{behind[end + 1 :]}"


def split_rows(rows: Sequence[Sequence[Any]], columns: int) -> Iterable[Sequence[Sequence[Any]]]:
    """The rows in parts that SQLite can take in one statement."""
    size = max(1, _MOST_CELLS // columns)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@lru_cache(maxsize=512)
def _values(columns: tuple[str, ...], count: int, first_place: int) -> str:
    named = ", ".join(f"column{index + 1} AS {name}" for index, name in enumerate(columns))
    # A bare ? takes the next number; numbering each of thousands makes SQLite search them all.
    first = f"(?{first_place}" + ", ?" * (len(columns) - 1) + ")"
    others = (", (" + ", ".join("?" * len(columns)) + ")") * (count - 1)
    return f"SELECT {named} FROM (VALUES {first}{others}) LIMIT {count} OFFSET ?"
