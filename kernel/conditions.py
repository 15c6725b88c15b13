"""Conditions of a statement that depend on what was asked: texts of ours, values as parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Conditions:
    """Grows the `AND …` lines of a statement; `?` in a line is the place of its next value."""

    def __init__(self, *params: Any) -> None:
        self.params = list(params)
        self._lines: list[str] = []

    def add(self, line: str, *values: Any) -> None:
        """One more condition that must hold."""
        self._lines.append(f"AND {self.fill(line, *values)}")

    def fill(self, text: str, *values: Any) -> str:
        """The text with a numbered place for each `?`, and the values kept."""
        head, *tails = text.split("?")
        places = [head]
        for value, tail in zip(values, tails, strict=True):
            self.params.append(value)
            places.append(f"${len(self.params)}{tail}")
        return "".join(places)

    def add_any_of(self, column: str, kind: str, values: list[Any]) -> None:
        """The column holds one of the values; an empty list holds for no row."""
        if not values:
            self._lines.append("AND 1 = 0")
            return
        places = ", ".join(f"?::{kind}" for _ in values)
        self.add(f"{column} IN ({places})", *values)

    def into(self, statement: str) -> str:
        """The statement with the conditions in place of its `/* conditions */`."""
        return statement.replace("/* conditions */", "\n   ".join(self._lines))


def places_of(tokens: Sequence[bytes]) -> str:
    """What stands in the brackets of `IN` for these; nothing is in the brackets of none."""
    return ", ".join("?::bytea" for _ in tokens) or "NULL"
