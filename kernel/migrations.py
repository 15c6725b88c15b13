"""Migrations: reviewed SQL per dialect, applied once each, in order, by one process at a time.

Tortoise's own rebuild SQLite tables through ON DELETE CASCADE, forget indexes and take no lock
(traps: Migrations); so the steps are written by hand and Tortoise's models are only compared.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import asyncpg

from kernel import clock
from kernel.errors import BadSetting, Conflict
from kernel.settings import Settings

FOLDER = Path(__file__).parent.parent / "migrations"
_LOCK = 0x5261_7070_6F72_74  # "Rapport": the advisory lock of whoever migrates
_HISTORY = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        name text PRIMARY KEY, checksum text NOT NULL, applied_at bigint NOT NULL
    )
"""
# Of a table that it never looked at PostgreSQL believes that a tenant has next to nothing in it: it
# goes by the tenant alone, and walks through all that a tenant's first day brings. It shall believe
# that all of it is one tenant's, until it has looked.
_FIRST_STATISTICS = """
    SELECT pg_restore_attribute_stats(
               'schemaname', current_schema()::text, 'relname', c.relname::text,
               'attname', 'tenant_id', 'inherited', false,
               'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
       AND c.reltuples < 0
"""


@dataclass(frozen=True)
class Step:
    """One migration of one database in one dialect."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text: a step that was applied never changes afterwards."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def steps(folder: Path, dialect: str) -> list[Step]:
    """The steps of a folder in their order; Conflict when two bear one number or a gap is found."""
    files = sorted(folder.glob(f"[0-9][0-9][0-9][0-9]_*.{dialect}.sql"))
    names = [path.name.removesuffix(f".{dialect}.sql") for path in files]
    for index, name in enumerate(names, start=1):
        if int(name[:4]) != index:
            raise Conflict(f"migrations do not follow on: {name} stands where {index:04} should")
    return [Step(name, path.read_text()) for name, path in zip(names, files, strict=True)]


async def apply(settings: Settings, folder: Path = FOLDER) -> list[str]:
    """Bring both databases up to date; the names of the steps that were applied now.

    Safe beside itself: the others wait and then find nothing to do.
    """
    done = await _apply_to(settings.owner_database_url, folder)
    return done + await _apply_to(settings.keys_owner_database_url, folder / "keys")


async def pending(settings: Settings, folder: Path = FOLDER) -> list[str]:
    """The names of the steps that are not applied yet."""
    waiting: list[str] = []
    for url, place in (
        (settings.database_url, folder),
        (settings.keys_database_url, folder / "keys"),
    ):
        if url.startswith("sqlite"):
            waiting += await asyncio.to_thread(_pending_on_sqlite, url, place)
        else:
            connection = await asyncpg.connect(url)
            try:
                known = await _known(connection)
            finally:
                await connection.close()
            found = {row["name"]: row["checksum"] for row in known}
            waiting += [step.name for step in _missing(steps(place, "postgresql"), found)]
    return waiting


async def _known(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """What was applied, for who may look only."""
    if await connection.fetchval("SELECT to_regclass('schema_migration')") is None:
        return []
    known: list[asyncpg.Record] = await connection.fetch(
        "SELECT name, checksum FROM schema_migration"
    )
    return known


async def _apply_to(url: str, folder: Path) -> list[str]:
    if url.startswith("sqlite"):
        return await asyncio.to_thread(_apply_to_sqlite, url, folder)
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise BadSetting(
            "RAPPORT_DATABASE_URL", f"cannot connect ({type(error).__name__})"
        ) from None
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute(_HISTORY)
        known = await connection.fetch("SELECT name, checksum FROM schema_migration")
        missing = _missing(
            steps(folder, "postgresql"), {row["name"]: row["checksum"] for row in known}
        )
        for step in missing:
            async with connection.transaction():
                await connection.execute(step.text)
                await connection.execute(
                    "INSERT INTO schema_migration VALUES ($1, $2, $3)",
                    step.name,
                    step.checksum,
                    clock.now(),
                )
        if missing:
            await connection.execute(_FIRST_STATISTICS)
        return [step.name for step in missing]
    finally:
        await connection.close()


def _apply_to_sqlite(url: str, folder: Path) -> list[str]:
    path = Path(unquote(url.removeprefix("sqlite://")))
    path.parent.mkdir(parents=True, exist_ok=True)
    with _file_lock(path), _sqlite(path) as connection:
        missing = _missing(steps(folder, "sqlite"), _history(connection))
        for step in missing:
            # Rebuilding a parent table with foreign keys on would empty its children.
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.executescript(f"BEGIN IMMEDIATE;\n{step.text}")
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                connection.rollback()
                raise Conflict(f"migration {step.name} leaves {len(broken)} broken foreign keys")
            connection.execute(
                "INSERT INTO schema_migration VALUES (?, ?, ?)",
                (step.name, step.checksum, clock.now()),
            )
            connection.commit()
        return [step.name for step in missing]


def _pending_on_sqlite(url: str, folder: Path) -> list[str]:
    path = Path(unquote(url.removeprefix("sqlite://")))
    if not path.exists():
        return [step.name for step in steps(folder, "sqlite")]
    with _sqlite(path) as connection:
        return [step.name for step in _missing(steps(folder, "sqlite"), _history(connection))]


def _missing(wanted: list[Step], known: dict[str, str]) -> list[Step]:
    for step in wanted:
        if known.get(step.name, step.checksum) != step.checksum:
            raise Conflict(f"migration {step.name} was changed after it was applied")
    unknown = set(known) - {step.name for step in wanted}
    if unknown:
        raise Conflict(f"the database is ahead of this code: {', '.join(sorted(unknown))}")
    return [step for step in wanted if step.name not in known]


def _history(connection: sqlite3.Connection) -> dict[str, str]:
    connection.execute(_HISTORY)
    return dict(connection.execute("SELECT name, checksum FROM schema_migration").fetchall())


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        yield connection
    finally:
        connection.close()


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
