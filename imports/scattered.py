"""Orders whose rows do not stand together in the file: found by one look, and read later.

A round through the file takes only so many of them as memory may hold; however a file is sorted,
the rows of an order meet.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from imports.rows import Row

# Rows that a round may hold, and orders that are named one by one.
_ROWS, _NAMED = 20_000, 50_000
_BUCKETS = 256


@dataclass(frozen=True, slots=True)
class Scattered:
    """Marks of the orders to read later, None for all of them, and the rounds that it takes."""

    orders: frozenset[int] | None = frozenset()
    rounds: int = 0

    def round_of(self, order: str) -> int:
        """In which round an order is read; 0 for one whose rows stand together."""
        if not self.rounds:
            return 0
        mark = _mark(order)
        is_scattered = self.orders is None or mark in self.orders
        return 1 + mark % self.rounds if is_scattered else 0

    def as_text(self) -> str:
        """As the job keeps it."""
        named = None if self.orders is None else sorted(self.orders)
        return orjson.dumps({"orders": named, "rounds": self.rounds}).decode()


def read(text: str | None) -> Scattered:
    """As the job kept it."""
    told = orjson.loads(text or '{"orders": [], "rounds": 0}')
    orders = None if told["orders"] is None else frozenset(told["orders"])
    return Scattered(orders, told["rounds"])


def look(rows: Iterable[Row], column: int) -> tuple[int, Scattered]:
    """How many rows there are, and which orders are scattered: 12 bytes for each run of rows."""
    marks = [array("Q") for _ in range(_BUCKETS)]
    sizes = [array("L") for _ in range(_BUCKETS)]
    total, order, size = 0, "", 0
    for row in rows:
        total += 1
        cells = row.cells
        named = cells[column].strip() if column < len(cells) else ""
        if named != order:
            _note(marks, sizes, order, size)
            order, size = named, 0
        size += 1
    _note(marks, sizes, order, size)
    return total, _scattered(marks, sizes)


def _note(marks: list[array[int]], sizes: list[array[int]], order: str, size: int) -> None:
    if order:
        mark = _mark(order)
        marks[mark % _BUCKETS].append(mark)
        sizes[mark % _BUCKETS].append(size)


def _scattered(marks: list[array[int]], sizes: list[array[int]]) -> Scattered:
    orders: set[int] = set()
    rows = 0
    for some, of_some in zip(marks, sizes, strict=True):
        again = {mark for mark, runs in Counter(some).items() if runs > 1}
        rows += sum(size for mark, size in zip(some, of_some, strict=True) if mark in again)
        orders |= again
    rounds = -(-rows // _ROWS)
    return Scattered(None if len(orders) > _NAMED else frozenset(orders), rounds)


def _mark(order: str) -> int:
    return int.from_bytes(hashlib.blake2b(order.encode(), digest_size=8).digest())
