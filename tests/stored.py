"""What is stored, seen and changed past all walls, as an administrator of the database could.

Tests look at rows of any tenant this way, and damage them; the application has no way to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from tortoise import connections

from kernel import database
from kernel.database import Batch, statements
from kernel.database.postgresql import Connection, _speak_hex
from kernel.database.start import column_types
from kernel.database.walls import Checked

Row = dict[str, Any]


async def rows(
    statement: str, *params: Any, batch: Batch | None = None, on: str = "default"
) -> list[Row]:
    """As `database.rows`; on PostgreSQL it does not see what an open unit wrote."""
    text, values = statements._prepared(statement, list(params), batch, on)
    client: Any = connections.get(on)
    if database.dialect(on) == "sqlite":
        found: list[Row] = await super(Checked, client).execute_query_dict(text, values)
        return found
    pool = getattr(client, "_parent", client)
    async with _one_at_a_time.setdefault(pool.database, asyncio.Lock()):
        connection = await _connection(pool.host, pool.database)
        return [dict(row) for row in await connection.fetch(text, *values)]


async def row(statement: str, *params: Any, on: str = "default") -> Row | None:
    """As `database.row`."""
    found = await rows(statement, *params, on=on)
    return found[0] if found else None


async def run(
    statement: str, *params: Any, batch: Batch | None = None, on: str = "default"
) -> None:
    """As `database.run`, without the count."""
    await rows(statement, *params, batch=batch, on=on)


async def insert(table: str, records: Sequence[Mapping[str, Any]], *, on: str = "default") -> None:
    """As `database.insert`, one after the other."""
    types = column_types(table, on)
    for record in records:
        places = (f"${at}::{types[name]}" for at, name in enumerate(record, start=1))
        columns = ", ".join(record)
        statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(places)})"
        await rows(statement, *record.values(), on=on)


async def close() -> None:
    """Let go of the databases; the fixture that started them calls this."""
    for connection in _connections.values():
        await connection.close()
    _connections.clear()
    _one_at_a_time.clear()


async def _connection(host: str, name: str) -> Any:
    """The connection to this database, a new one where the server has ended it."""
    if name not in _connections or _connections[name].is_closed():
        _connections[name] = await asyncpg.connect(
            host=host, user="postgres", database=name, connection_class=Connection
        )
        await _speak_hex(_connections[name])
    return _connections[name]


_connections: dict[str, Any] = {}
_one_at_a_time: dict[str, asyncio.Lock] = {}
