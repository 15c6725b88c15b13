"""A first look at a file: how it is written, what its columns seem to mean, its first rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

import orjson

from imports import forms
from imports.columns import Field, Kind, guess
from imports.forms import Form
from imports.reading import Source, source_of
from kernel import clock, database, keys, tenancy
from kernel.errors import Invalid
from kernel.ids import Id

_SHOWN = 10
_MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """`mapping` is what was said of such columns before, or else what their headers seem to say."""

    form: Form
    headers: tuple[str, ...]
    mapping: Mapping[int, Field]
    is_saved: bool
    rows: list[list[str]]


async def preview(
    file_id: Id, kind: Kind, encoding: str | None = None, delimiter: str | None = None
) -> Preview:
    """Look at a file; Invalid where it is no table with a header."""
    source = await source_of(file_id)
    form, headers, rows = await asyncio.to_thread(_look, source, encoding, delimiter)
    saved = await database.row(
        """SELECT columns FROM import_mapping
            WHERE tenant_id = $1::uuid AND kind = $2 AND headers_token = $3""",
        tenancy.current(),
        kind,
        _token(headers),
    )
    mapping = guess(kind, headers)
    if saved:
        mapping = {int(at): Field(one) for at, one in orjson.loads(saved["columns"]).items()}
    return Preview(form, headers, mapping, saved is not None, rows)


async def save_mapping(kind: Kind, headers: tuple[str, ...], mapping: Mapping[int, Field]) -> None:
    """Keep what the columns of files with these headers mean, for the next one."""
    await database.insert(
        "import_mapping",
        [
            {
                "tenant_id": tenancy.current(),
                "kind": kind,
                "headers_token": _token(headers),
                "columns": orjson.dumps(
                    {str(at): one.value for at, one in mapping.items()}
                ).decode(),
                "updated_at": clock.now(),
            }
        ],
        conflict="""ON CONFLICT (tenant_id, kind, headers_token) DO UPDATE
                    SET columns = excluded.columns, updated_at = excluded.updated_at""",
    )


def _look(
    source: Source, encoding: str | None, delimiter: str | None
) -> tuple[Form, tuple[str, ...], list[list[str]]]:
    form = forms.recognise(source.sample(), encoding, delimiter)
    rows = source.rows(form)
    header = next(rows, None)
    if header is None or header.trouble or not any(cell.strip() for cell in header.cells):
        message = "The first row must be a header: one name for each column."
        raise Invalid(message, code="BAD_FORM", field=("file",))
    if len(header.cells) > _MOST_COLUMNS:
        message = f"A file has at most {_MOST_COLUMNS} columns."
        raise Invalid(message, code="TOO_MANY", field=("file",))
    headers = tuple(cell.strip()[:100] for cell in header.cells)
    return form, headers, [row.cells for row in islice(rows, _SHOWN) if row.cells]


def _token(headers: tuple[str, ...]) -> bytes:
    return keys.index().token("import_mapping.headers", "\0".join(headers))
