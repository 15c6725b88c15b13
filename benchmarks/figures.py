"""How figures are shown: one Markdown table, a column for each database."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks import ground
from kernel import log

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL 18"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, and what it should be."""

    what: str
    value: str
    target: str = ""


Measure = Callable[[str], Awaitable[list[Figure]]]


def tell(words: str) -> None:
    """A line on the way, for whoever watches."""
    sys.stderr.write(f"  {words}\n")
    sys.stderr.flush()


def show(*measures: Measure) -> None:
    """Measure on both databases (`--on` names one) and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", choices=ground.BACKENDS, action="append")
    backends = parser.parse_args().on or list(ground.BACKENDS)
    log.start("error", "benchmark")
    columns = [_run(measures, backend) for backend in backends]
    rows = [
        [figures[0].what, figures[0].target, *(figure.value for figure in figures)]
        for figures in zip(*columns, strict=True)
    ]
    _print([["figure", "target", *(_NAMES[backend] for backend in backends)], *rows])


def _run(measures: tuple[Measure, ...], backend: str) -> list[Figure]:
    figures = []
    for measure in measures:
        tell(f"{measure.__module__.rpartition('.')[2]} on {_NAMES[backend]}")
        figures += asyncio.run(_one(measure, backend))
    return figures


async def _one(measure: Measure, backend: str) -> list[Figure]:
    return await measure(backend)


def _print(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for place, row in enumerate(rows):
        cells = " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"| {cells} |\n")
        if place == 0:
            sys.stdout.write(f"|{'|'.join('-' * (width + 2) for width in widths)}|\n")
