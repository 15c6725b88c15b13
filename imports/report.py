"""The report of an import as CSV: what was wrong with which row, and what would be right."""

from __future__ import annotations

from collections.abc import AsyncIterator

from imports.problems import REMARKS, RIGHT
from imports.queries import JobRow, ProblemRow, headers_of, problem_page
from kernel.spreadsheets import MARK, lines, neutral

_AT_ONCE = 5000


async def report(job: JobRow) -> AsyncIterator[bytes]:
    """The report in pieces, UTF-8 with a mark, which spreadsheets need."""
    headers = headers_of(job)
    yield MARK + lines([("row", "column", "header", "code", "taken", "right")])
    place = None
    while page := await problem_page(job["id"], place, "ASC", _AT_ONCE):
        yield lines([_cells(one, headers) for one in page])
        last = page[-1]
        place = (last["row_number"], last["place"], last["code"])


def header_at(headers: tuple[str, ...], place: int) -> str | None:
    """The header of a column, None for a row as a whole."""
    return headers[place] if 0 <= place < len(headers) else None


def _cells(one: ProblemRow, headers: tuple[str, ...]) -> tuple[object, ...]:
    return (
        one["row_number"],
        one["place"] + 1 if one["place"] >= 0 else "",
        neutral(header_at(headers, one["place"]) or ""),
        one["code"],
        "yes" if one["code"] in REMARKS else "no",
        RIGHT[one["code"]],
    )
