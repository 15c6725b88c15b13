"""What is read at once and written in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from imports.problems import Problem


@dataclass(slots=True)
class Batch:
    """Rows as values, what was wrong with others, and where the next batch begins."""

    items: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    round: int = 0
    position: int = 0
    row_number: int = 0
    done: int = 0
    is_last: bool = False
    refused: set[int] = field(default_factory=set)

    def refuse(self, row: int, code: str, column: int | None = None) -> None:
        """Leave a row out."""
        self.refused.add(row)
        self.problems.append(Problem(row, code, column))
        self.counts["refused"] += 1

    def remark(self, row: int, code: str, column: int | None = None) -> None:
        """Note what is wrong with a row that is taken in all the same."""
        self.problems.append(Problem(row, code, column))
