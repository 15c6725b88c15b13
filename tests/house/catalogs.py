"""What the real databases hold, read from their own catalogs: tables, keys, indexes, triggers."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

# The history of the migrations themselves; kernel.migrations makes it before the first step.
_HISTORY = "schema_migration"

# A PostgreSQL type as SQLite declares it.
SQLITE_TYPE = {
    "uuid": "text",
    "text": "text",
    "jsonb": "text",
    "bytea": "blob",
    "bigint": "integer",
    "integer": "integer",
    "smallint": "integer",
}


@dataclass(frozen=True)
class Column:
    """A column as declared, in lower case."""

    kind: str
    is_nullable: bool


@dataclass(frozen=True, order=True)
class Index:
    """An index or unique key; `where` is empty for one that covers all rows."""

    name: str
    columns: tuple[str, ...]
    is_unique: bool
    where: str


@dataclass(frozen=True, order=True)
class ForeignKey:
    """Columns that point at columns of another table, and what a deletion there does."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    on_delete: str


@dataclass
class Table:
    """One table; keys and indexes do not stand in any order."""

    columns: dict[str, Column]
    key: tuple[str, ...]
    indexes: set[Index] = field(default_factory=set)
    foreign_keys: set[ForeignKey] = field(default_factory=set)
    checks: set[tuple[str, frozenset[str]]] = field(default_factory=set)
    triggers: set[str] = field(default_factory=set)


Catalog = dict[str, Table]


def of_sqlite(path: Path) -> Catalog:
    """The catalog of a SQLite file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return {name: _sqlite_table(connection, name) for (name,) in names if name != _HISTORY}


async def of_postgresql(url: str) -> Catalog:
    """The catalog of a PostgreSQL database."""
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(_COLUMNS)
        indexes = await connection.fetch(_INDEXES)
        foreign_keys = await connection.fetch(_FOREIGN_KEYS)
        checks = await connection.fetch(_CHECKS)
        triggers = await connection.fetch(_TRIGGERS)
    finally:
        await connection.close()
    tables: Catalog = {}
    for row in columns:
        if row["tab"] != _HISTORY:
            table = tables.setdefault(row["tab"], Table({}, ()))
            table.columns[row["col"]] = Column(row["kind"], not row["required"])
    for row in indexes:
        if row["tab"] in tables and row["is_key"]:
            tables[row["tab"]].key = tuple(row["cols"])
        elif row["tab"] in tables:
            tables[row["tab"]].indexes.add(
                Index(row["name"], tuple(row["cols"]), row["is_unique"], _plain(row["condition"]))
            )
    for row in foreign_keys:
        tables[row["tab"]].foreign_keys.add(
            ForeignKey(
                tuple(row["cols"]), row["target"], tuple(row["targets"]), _ACTIONS[row["deletes"]]
            )
        )
    for row in checks:
        tables[row["tab"]].checks.add(_allowed(row["column"], row["definition"]))
    for row in triggers:
        tables[row["tab"]].triggers.add(row["name"])
    return tables


def _sqlite_table(connection: sqlite3.Connection, name: str) -> Table:
    info = connection.execute(f"PRAGMA table_info({name})").fetchall()
    keyed = sorted((place, column) for _, column, _, _, _, place in info if place)
    table = Table(
        columns={
            # SQLite lets a primary key of text be null, whatever the standard says.
            column: Column(kind.lower(), not required and not place)
            for _, column, kind, required, _, place in info
        },
        key=tuple(column for _, column in keyed),
    )
    texts = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
    for _, index, unique, origin, partial in connection.execute(f"PRAGMA index_list({name})"):
        if origin == "pk":
            continue
        columns = tuple(row[2] for row in connection.execute(f"PRAGMA index_info({index})"))
        where = texts[index].split(" WHERE ", 1)[1] if partial else ""
        table.indexes.add(Index(index, columns, bool(unique), _plain(where)))
    grouped: dict[int, list[Any]] = {}
    for row in connection.execute(f"PRAGMA foreign_key_list({name})"):
        grouped.setdefault(row[0], []).append(row)
    for rows in grouped.values():
        rows.sort(key=lambda row: row[1])
        table.foreign_keys.add(
            ForeignKey(
                tuple(row[3] for row in rows),
                rows[0][2],
                tuple(row[4] for row in rows),
                rows[0][6].lower(),
            )
        )
    (declared,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
    checks = re.findall(r"CHECK\s*\(\s*(\w+)\s+IN\s*\(([^)]*)\)", declared[0])
    assert len(checks) == declared[0].count("CHECK"), f"{name}: a check of another form"
    table.checks = {_allowed(column, values) for column, values in checks}
    table.triggers = {
        trigger
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (name,)
        )
    }
    return table


def _allowed(column: str, listed: str) -> tuple[str, frozenset[str]]:
    """The column of a check and the codes that it allows."""
    return column, frozenset(re.findall(r"'([^']*)'", listed))


def _plain(condition: str | None) -> str:
    """A condition without the brackets and casts that PostgreSQL adds when it shows one."""
    text = re.sub(r"::\w+(\[\])?", "", condition or "").lower()
    text = re.sub(r"= any \(array\[(.*?)\]\)", r"in (\1)", text)
    return re.sub(r"[()\s]+", " ", text).strip()


_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_HERE = "n.nspname = current_schema()"
_COLUMNS = f"""
    SELECT c.relname AS tab, a.attname AS col, format_type(a.atttypid, NULL) AS kind,
           a.attnotnull AS required
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE {_HERE} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY c.relname, a.attnum
"""
_INDEXES = f"""
    SELECT t.relname AS tab, c.relname AS name, i.indisprimary AS is_key,
           i.indisunique AS is_unique, pg_get_expr(i.indpred, i.indrelid) AS condition,
           array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                  ORDER BY k.place) AS cols
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE {_HERE}
"""
_FOREIGN_KEYS = f"""
    SELECT t.relname AS tab, f.relname AS target, c.confdeltype::text AS deletes,
           array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(attnum, place)
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
                  ORDER BY k.place) AS cols,
           array(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k(attnum, place)
                   JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum
                  ORDER BY k.place) AS targets
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
      JOIN pg_class f ON f.oid = c.confrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE {_HERE} AND c.contype = 'f'
"""
_CHECKS = f"""
    SELECT t.relname AS tab, pg_get_constraintdef(c.oid) AS definition,
           (SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1]) AS column
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE {_HERE} AND c.contype = 'c'
"""
_TRIGGERS = f"""
    SELECT t.relname AS tab, g.tgname AS name
      FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE {_HERE} AND NOT g.tgisinternal
"""
