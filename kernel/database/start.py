"""Opening and closing the databases: `default` for everything, `keys` for the keys of persons."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from tortoise import Tortoise, connections
from tortoise.backends.base.executor import EXECUTOR_CACHE

from kernel.database import sqlite, walls
from kernel.settings import ROOT, Settings

Dialect = Literal["sqlite", "postgresql"]

_dialects: dict[str, Dialect] = {}
_types: dict[str, dict[str, dict[str, str]]] = {}

_CATALOGS = {
    "sqlite": """
    SELECT t.name AS table_name, c.name AS column_name, lower(c.type) AS kind
      FROM sqlite_master t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table'
""",
    "postgresql": """
    SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, NULL) AS kind
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attnum > 0
       AND NOT a.attisdropped
""",
}


async def start(settings: Settings) -> None:
    """Open both databases and make them known to the whole process."""
    urls = {"default": settings.database_url, "keys": settings.keys_database_url}
    await describe({name: _credentials(url, settings) for name, url in urls.items()})
    for name, url in urls.items():
        _dialects[name] = "sqlite" if url.startswith("sqlite") else "postgresql"
        await connections.get(name).create_connection(with_db=True)
        _types[name] = await _read_types(name)
        walls.build((table, column) for table, found in _types[name].items() for column in found)


async def describe(connections_to: Mapping[str, Any]) -> None:
    """Let the ORM know all models and where they will be, without going there."""
    await Tortoise.init(
        config={
            "connections": connections_to,
            "apps": {
                room.name: {"models": [f"{room.name}.models"], "default_connection": "default"}
                for room in rooms()
            },
            "use_tz": True,
            "timezone": "UTC",
        },
        # Tasks started outside of init (readers, jobs) see the connections too (traps: Tortoise).
        _enable_global_fallback=True,
    )


def rooms() -> list[Path]:
    """The folders of the house that have tables."""
    return sorted(path.parent for path in ROOT.glob("*/models.py"))


async def stop() -> None:
    """Close both; an open SQLite connection would keep the interpreter from ending."""
    await Tortoise.close_connections()
    EXECUTOR_CACHE.clear()  # statements in this dialect
    _dialects.clear()
    _types.clear()
    walls.forget()


async def is_ready() -> bool:
    """Whether both databases answer."""
    for name in _dialects:
        await connections.get(name).execute_query("SELECT 1")
    return bool(_dialects)


def dialect(on: str = "default") -> Dialect:
    """Which database this is."""
    return _dialects[on]


def column_types(table: str, on: str = "default") -> dict[str, str]:
    """Column name → type, as the database's catalog has it."""
    return _types[on].get(table, {})


async def _read_types(name: str) -> dict[str, dict[str, str]]:
    types: dict[str, dict[str, str]] = {}
    for found in await connections.get(name).execute_query_dict(_CATALOGS[_dialects[name]]):
        types.setdefault(found["table_name"], {})[found["column_name"]] = found["kind"]
    return types


def _credentials(url: str, settings: Settings) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(url.removeprefix("sqlite://"))
        return {
            "engine": "kernel.database.sqlite",
            "credentials": {"file_path": path, **sqlite.PRAGMAS},
        }
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "engine": "kernel.database.postgresql",
        "credentials": {
            "host": unquote(query.get("host", "")) or parts.hostname or "localhost",
            "port": parts.port or 5432,
            "user": unquote(parts.username or "postgres"),
            "password": unquote(parts.password or "") or None,
            "database": parts.path.lstrip("/"),
            "minsize": 1,
            "maxsize": settings.database_pool,
            "statement_cache_size": 0 if settings.pgbouncer else 256,
        },
    }
