"""The summary of an archive: a page to read, without scripts, of what is held, why and how long."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from kernel import clock
from privacy.data_map import ACTIVITIES, RECIPIENTS, TABLES
from privacy.exports.archive import About, Page

# Longer tables are shown from their beginning; the whole stands in the files.
_SHOWN = 100
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;font-size:.85rem}"
    "th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "h2{margin-top:2.5rem}.why{color:#444}"
)
_HEAD = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    f"<title>Your data</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
)


def summary(about: About, counts: Mapping[str, int], pages: Iterable[Page]) -> Iterator[bytes]:
    """The page, in parts."""
    yield (_HEAD + _opening(about)).encode()
    for name, group in groupby(pages, key=lambda page: page[0]):
        rows = (row for _, page in group for row in page)
        yield _heading(name, counts[name]).encode()
        yield from _rows(name, rows)
    yield (_recipients() + "</main>\n</body>\n</html>\n").encode()


def _opening(about: About) -> str:
    return (
        f"<h1>What {_text(about.tenant_name)} holds on you</h1>\n"
        f"<p>Made at {clock.moment(about.made_at).isoformat()}. Everything stands in the folder "
        "<code>data</code>, each table as JSON and as CSV; files that were sent stand in "
        "<code>files</code>. What is somebody else's, such as the names of colleagues, is "
        "replaced. <code>manifest.json</code> lists every file, and its signature proves that "
        "nothing was changed since.</p>\n"
    )


def _heading(name: str, count: int) -> str:
    table = TABLES[name]
    activity = ACTIVITIES[table.activity]
    return (
        f"<h2>{_text(table.what)}: {count}</h2>\n"
        f'<p class="why">{_text(activity.purpose)} {_text(activity.basis)} '
        f"{_text(activity.kept)} (<code>data/{name}.json</code>)</p>\n"
    )


def _rows(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    columns = [column.name for column in TABLES[name].exported.values()]
    head = "".join(f"<th>{_text(one)}</th>" for one in columns)
    yield f"<table>\n<tr>{head}</tr>\n".encode()
    for place, row in enumerate(rows):
        if place < _SHOWN:
            cells = "".join(f"<td>{_text(row[one])}</td>" for one in columns)
            yield f"<tr>{cells}</tr>\n".encode()
    yield b"</table>\n"


def _recipients() -> str:
    listed = "".join(
        f"<li>{_text(one.name)}: {_text(one.what_for)}</li>" for one in RECIPIENTS.values()
    )
    return f"<h2>Who else is given data</h2>\n<ul>{listed}</ul>\n"


def _text(value: Any) -> str:
    return "" if value is None else html.escape(str(value))
