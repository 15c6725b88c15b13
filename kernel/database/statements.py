"""Running statements: SQL written once, in PostgreSQL's manner, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise import connections

from kernel.database.sources import Batch, for_sqlite, split_rows
from kernel.database.start import column_types, dialect
from kernel.database.units import is_sheltered, sheltered
from kernel.database.walls import tenant_column
from kernel.errors import NoTenant

Row = dict[str, Any]


async def rows(
    statement: str, *params: Any, batch: Batch | None = None, on: str = "default"
) -> list[Row]:
    """The rows of a statement as dicts; `{batch}` in it becomes a source of the batch's rows."""
    text, values = _prepared(statement, list(params), batch, on)
    client = connections.get(on)
    work = client.execute_query_dict(text, values)
    found: list[Row] = await (work if is_sheltered() else sheltered(work))
    return found


async def row(
    statement: str, *params: Any, batch: Batch | None = None, on: str = "default"
) -> Row | None:
    """The first row, or None."""
    found = await rows(statement, *params, batch=batch, on=on)
    return found[0] if found else None


async def run(statement: str, *params: Any, batch: Batch | None = None, on: str = "default") -> int:
    """Run a statement that changes rows; how many it changed."""
    text, values = _prepared(statement, list(params), batch, on)
    work = connections.get(on).execute_query(text, values)
    changed, _ = await (work if is_sheltered() else sheltered(work))
    return int(changed)


async def forget_plans() -> None:
    """Have PostgreSQL plan anew for tables that have grown since it planned.

    A foreign key's check keeps its plan: made for an empty table, it searches through all of one
    that an import is filling, for every row.
    """
    if dialect() == "postgresql":
        await run("DISCARD PLANS")


async def insert(
    table: str,
    records: Sequence[Mapping[str, Any]],
    *,
    conflict: str = "",
    returning: str = "",
    on: str = "default",
) -> list[Row]:
    """Insert all records (same keys each) by one statement per 30,000 cells; the returned rows.

    All are one tenant's: it is told once, where the wall can see it.
    """
    if not records:
        return []
    owner = tenant_column(table)
    names = [name for name in records[0] if name != owner]
    tenants = {record[owner] for record in records if owner in record}
    if len(tenants) > 1:
        raise NoTenant("rows of several tenants were about to be written together")
    types = column_types(table, on)
    columns = {name: types.get(name, "text") for name in names}
    into, values = ([owner, *names], ["$1::uuid", *names]) if tenants else (names, names)
    # "WHERE true" keeps SQLite from reading ON CONFLICT as a join's ON.
    statement = (
        f"INSERT INTO {table} ({', '.join(into)}) SELECT {', '.join(values)} "
        f"FROM ({{batch}}) AS b WHERE true {conflict}"
        + (f" RETURNING {returning}" if returning else "")
    )
    cells = [[record[name] for name in names] for record in records]
    found: list[Row] = []
    for part in split_rows(cells, len(names)):
        found += await rows(statement, *tenants, batch=Batch(columns, part), on=on)
    return found


def _prepared(
    statement: str, params: list[Any], batch: Batch | None, on: str
) -> tuple[str, list[Any]]:
    if dialect(on) == "sqlite":
        return _for_sqlite(for_sqlite(statement), params, batch)
    if batch is not None:
        source, arrays = batch.as_postgresql(len(params) + 1)
        return statement.replace("{batch}", source), params + arrays
    return statement, params


def _for_sqlite(text: str, params: list[Any], batch: Batch | None) -> tuple[str, list[Any]]:
    while batch is not None and "{batch}" in text:
        source, cells = batch.as_sqlite(len(params) + 1)
        text, params = text.replace("{batch}", source, 1), params + cells
    return text, params
