"""Databases filled from their own catalogs: two rows in every table, whatever the tables are.

Row 1 of each table belongs to tenant 1 and points at rows 1 of others, row 2 at rows 2.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from kernel import migrations
from kernel.settings import Settings
from tests.house import catalogs
from tests.house.catalogs import Catalog

ROWS = (1, 2)
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Database:
    """One of the two databases of a place, spoken to past the house."""

    url: str

    @property
    def is_sqlite(self) -> bool:
        """Which of the two kinds it is."""
        return self.url.startswith("sqlite")

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.url.removeprefix("sqlite://"))

    async def catalog(self) -> Catalog:
        """Its tables."""
        if not self.is_sqlite:
            return await catalogs.of_postgresql(self.url)
        return catalogs.of_sqlite(self.path) if self.path.exists() else {}

    async def rows(self) -> Rows:
        """Everything in it."""
        catalog = await self.catalog()
        if not catalog:
            return {}
        found = await self.run_all(
            [
                (f"SELECT * FROM {name} ORDER BY {', '.join(table.key)}", ())
                for name, table in catalog.items()
            ]
        )
        return dict(zip(catalog, found, strict=True))

    async def run(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Run one statement with `?` places."""
        return (await self.run_all([(statement, values)]))[0]

    async def run_all(
        self, statements: Sequence[tuple[str, Sequence[Any]]]
    ) -> list[list[dict[str, Any]]]:
        """Run statements one after the other, over one connection."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA foreign_keys=ON")
                found = [connection.execute(*one).fetchall() for one in statements]
                connection.commit()
                return [[dict(row) for row in rows] for rows in found]
        connection = await asyncpg.connect(self.url)
        try:
            return [
                [dict(row) for row in await connection.fetch(_numbered(text), *values)]
                for text, values in statements
            ]
        finally:
            await connection.close()

    async def fill(self) -> None:
        """Two rows in every table that has none, parents first."""
        catalog = await self.catalog()
        empty = {name for name, rows in (await self.rows()).items() if not rows}
        waiting, inserts = dict(catalog), []
        while waiting:
            ready = [
                name
                for name, table in waiting.items()
                if not any(one.table in waiting and one.table != name for one in table.foreign_keys)
            ]
            assert ready, f"foreign keys in a circle: {sorted(waiting)}"
            for name in ready:
                columns = list(waiting.pop(name).columns)
                places = ", ".join("?" for _ in columns)
                text = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})"
                for number in ROWS if name in empty else ():
                    row = [_value(name, column, number, catalog) for column in columns]
                    inserts.append((text, row))
        await self.run_all(inserts)


def both(settings: Settings) -> tuple[Database, Database]:
    """The main database and the key database."""
    return Database(settings.owner_database_url), Database(settings.keys_owner_database_url)


async def apply(settings: Settings, folder: Path) -> list[str]:
    """Apply the steps of a folder."""
    return await migrations.apply(settings, folder)


def _value(name: str, column: str, number: int, catalog: Catalog) -> Any:
    """The value of a column in a row: what it points at, a code that is allowed, or made up."""
    table = catalog[name]
    if column == "tenant_id":
        return _id("tenant", "id", number)
    for one in table.foreign_keys:
        if column in one.columns:
            target = one.targets[one.columns.index(column)]
            if (one.table, target) == (name, column):
                break
            return _value(one.table, target, number, catalog)
    for checked, allowed in table.checks:
        if checked == column:
            # No codes: it is 0 or 1.
            return sorted(allowed)[number % len(allowed)] if allowed else number % 2
    kind = table.columns[column].kind
    if kind == "uuid" or (kind == "text" and (column == "id" or column.endswith("_id"))):
        return _id(name, column, number)
    if kind == "jsonb":
        return f'{{"row": {number}}}'
    if kind in ("bytea", "blob"):
        return f"{name}.{column} {number}".encode()
    return f"{name}.{column} {number}" if kind == "text" else number


def _numbered(text: str) -> str:
    places = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(places)}", text)


def _id(name: str, column: str, number: int) -> str:
    return hashlib.md5(f"{name}.{column}.{number}".encode()).hexdigest()
