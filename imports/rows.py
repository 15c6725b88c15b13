"""The records of a CSV file, one after the other, in bounded memory.

A line that is too long or a quote that is never closed costs its own row and no other: what stood
behind it is read again from the next line on.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from imports.forms import Form

# Longer lines are dropped as they come.
LONGEST_LINE = 1024 * 1024
_ROW_TOO_LONG, _BAD_QUOTES, _BAD_CHARACTERS = "ROW_TOO_LONG", "BAD_QUOTES", "BAD_CHARACTERS"


@dataclass(slots=True)
class Row:
    """A record: its number as a spreadsheet counts (the header is 1), cells, or what is wrong."""

    number: int
    cells: list[str]
    trouble: str | None = None


class Rows:
    """See the module. `position` and `number` tell where to go on, `start` where the row began."""

    def __init__(
        self, text: Iterator[bytes], form: Form, position: int = 0, number: int = 0
    ) -> None:
        self._lines = _Lines(text, form.newline.encode(), position)
        self._csv = csv.reader(self._lines, delimiter=form.delimiter, strict=True)
        self.number = number
        self.start = position

    @property
    def position(self) -> int:
        """How many bytes of the text lie behind the last row."""
        return self._lines.position

    def __iter__(self) -> Rows:
        return self

    def __next__(self) -> Row:
        lines = self._lines
        lines.record.clear()
        lines.is_broken = False
        self.start = lines.position
        try:
            cells = next(self._csv)
        except _TooLong:
            self.number += 1
            return Row(self.number, [], _ROW_TOO_LONG)
        except csv.Error:
            self.number += 1
            is_long = len(lines.record) == 1 and len(lines.record[0]) > csv.field_size_limit()
            lines.give_back()
            return Row(self.number, [], _ROW_TOO_LONG if is_long else _BAD_QUOTES)
        self.number += 1
        return Row(self.number, cells, _BAD_CHARACTERS if lines.is_broken else None)


class _TooLong(Exception):
    pass


class _Lines:
    """The lines of a text; `record` holds those that the record in hand was read from."""

    def __init__(self, text: Iterator[bytes], newline: bytes, position: int) -> None:
        self._text = text
        self._newline = newline
        self._waiting: deque[bytes] = deque()
        self._rest = b""
        self._is_at_end = False
        self.record: list[bytes] = []
        self.position = position
        self.is_broken = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if not self._waiting:
            self._fill()
        line = self._waiting.popleft()
        self.record.append(line)
        self.position += len(line)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode(errors="replace")
        if "\ufffd" in text:
            self.is_broken = True
        return text

    def give_back(self) -> None:
        """Read again, as records of their own, all lines of this record but its first."""
        again = self.record[1:]
        self._waiting.extendleft(reversed(again))
        self.position -= sum(map(len, again))

    def _fill(self) -> None:
        """The next whole lines; StopIteration at the end, _TooLong past a line that is."""
        dropped = 0
        while not self._waiting:
            if self._is_at_end:
                raise StopIteration
            piece = next(self._text, None)
            if piece is None:
                self._is_at_end = True
                *whole, self._rest = *[self._rest], b""
                whole = [line for line in whole if line]
            else:
                *whole, self._rest = (self._rest + piece).split(self._newline)
                whole = [line + b"\n" for line in whole]
            if dropped and (whole or self._is_at_end):
                dropped += len(whole[0]) if whole else 0
                self._waiting.extend(whole[1:])
                self.position += dropped
                raise _TooLong
            self._waiting.extend(whole)
            if len(self._rest) > LONGEST_LINE:
                if self._waiting:
                    return
                dropped, self._rest = dropped + len(self._rest), b""
