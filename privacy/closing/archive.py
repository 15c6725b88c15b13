"""The archive of a tenant that leaves: a ZIP, sealed as a whole, of every table as JSON lines.

Left out are keyed hashes, which tell nothing elsewhere, and secrets of the house and its people.
"""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import orjson

from kernel import database, keys, pieces, tenancy
from kernel.errors import NotFound, RapportError
from kernel.ids import Id
from kernel.pieces import Draft
from kernel.seal import Sealer, Unopenable
from kernel.settings import Settings
from privacy.data_map import TABLES, Table

_PLACE = "tenant_closing.archive"
_PAGE = 500
# Keys and their versions never leave; of the leaving itself the archive needs to know nothing.
_NOT_OF_IT = ("person_key", "tenant_key", "tenant_closing")
TENANTS = tuple(
    name
    for name, one in TABLES.items()
    if (name == "tenant" or "tenant_id" in one.columns) and name not in _NOT_OF_IT
)

_KEYS = {
    "sqlite": "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
    "postgresql": """SELECT a.attname AS name
                       FROM pg_index i JOIN pg_attribute a
                         ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                      WHERE i.indrelid = $1::text::regclass AND i.indisprimary
                      ORDER BY array_position(i.indkey::int2[], a.attnum)""",
}

_folder: Path | None = None


def start(settings: Settings) -> None:
    """Tell where archives are kept."""
    global _folder
    _folder = settings.data / "closings"


async def sealer_of(closing_id: Id) -> Sealer:
    """What opens an archive; NotFound once its key is gone."""
    sealer = (await keys.of([closing_id])).get(closing_id)
    if sealer is None:
        raise NotFound("There is no such archive.")
    return sealer


async def write(closing_id: Id) -> int:
    """Write the current tenant's archive anew, table by table, page by page; its size in bytes."""
    draft = Draft(_path(closing_id), await sealer_of(closing_id), _PLACE, closing_id)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
            for name in TENANTS:
                with archive.open(f"{name}.jsonl", "w", force_zip64=True) as out:
                    async for rows in _pages(name):
                        out.write(b"".join(rows))
        draft.keep()
        return draft.size
    finally:
        draft.drop()


def read(closing_id: Id, sealer: Sealer, size: int) -> Iterator[bytes]:
    """The archive in pieces."""
    return pieces.read(_path(closing_id), sealer, _PLACE, closing_id, size)


async def key_of(name: str) -> list[str]:
    """The columns of a table's key besides the tenant; the tenant where a table has no others."""
    rows = await database.rows(_KEYS[database.dialect()], name)
    return [row["name"] for row in rows if row["name"] != "tenant_id"] or ["tenant_id"]


async def _pages(name: str) -> AsyncIterator[list[bytes]]:
    table, key = TABLES[name], await key_of(name)
    columns = ", ".join(f"t.{one}" for one in table.columns)
    order = ", ".join(f"t.{one}" for one in key)
    places = ", ".join(f"${place}" for place in range(3, 3 + len(key)))
    whose = "id" if name == "tenant" else "tenant_id"
    reached: list[Any] = []
    is_last = False
    while not is_last:
        behind = f"AND ({order}) > ({places})" if reached else ""
        rows = await database.rows(
            f"""SELECT {columns} FROM {name} t
                 WHERE t.{whose} = $1::uuid {behind} ORDER BY {order} LIMIT $2::bigint""",
            tenancy.current(),
            _PAGE,
            *reached,
        )
        yield await _lines(name, table, rows)
        is_last = len(rows) < _PAGE
        reached = [rows[-1][one] for one in key] if rows else []


async def _lines(name: str, table: Table, rows: list[dict[str, Any]]) -> list[bytes]:
    house = tenancy.current()
    subjects = {row.get("subject_id") for row in rows} - {None}
    sealers = {house: keys.house(), **await keys.of(str(one) for one in subjects)}
    clear = [one for one, column in table.columns.items() if column.keeping == "clear"]
    sealed = [
        one
        for one, column in table.columns.items()
        if column.keeping == "sealed" and column.export == "told"
    ]
    lines = []
    for row in rows:
        told = {one: row[one] for one in clear}
        sealer = sealers.get(row.get("subject_id") or house)
        for one in sealed:
            column = table.columns[one].name
            told[column] = _opened(f"{name}.{column}", table.bound, row, row[one], sealer)
        lines.append(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
    return lines


def _opened(
    place: str, bound: str, row: dict[str, Any], sealed: bytes | None, sealer: Sealer | None
) -> str | None:
    """The value; None where its key is gone, as after an erasure."""
    if sealer is None or sealed is None:
        return None
    hexed = {name: it.hex() if isinstance(it, bytes) else it for name, it in row.items()}
    try:
        return sealer.open_text(place, bound.format_map(hexed), sealed)
    except Unopenable:
        return None


def _path(closing_id: Id) -> Path:
    if _folder is None:
        raise RapportError("closings were not started", code="NOT_STARTED")
    return _folder / tenancy.current() / closing_id[-2:] / closing_id
