"""The catalogs of all four databases: main and keys, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.house import catalogs
from tests.house.catalogs import Catalog
from tests.servers import Postgres

Catalogs = dict[tuple[str, str], Catalog]


@pytest.fixture(scope="session")
def every_catalog(
    sqlite_template: Path, postgres_template: tuple[str, str], postgres: Postgres
) -> Catalogs:
    """Catalog by (dialect, database), as the migrations leave them."""
    main, keys = postgres_template
    return {
        ("sqlite", "main"): catalogs.of_sqlite(sqlite_template / "rapport.sqlite3"),
        ("sqlite", "keys"): catalogs.of_sqlite(sqlite_template / "keys.sqlite3"),
        ("postgresql", "main"): asyncio.run(catalogs.of_postgresql(postgres.owner_url(main))),
        ("postgresql", "keys"): asyncio.run(catalogs.of_postgresql(postgres.owner_url(keys))),
    }
