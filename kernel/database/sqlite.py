"""Tortoise's SQLite client with what the house needs: IMMEDIATE transactions and patient locks.

Transactions that begin DEFERRED lose half their writes to "database is locked" as soon as several
processes read and then write, whatever the busy time-out (traps: Tortoise).
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import aiosqlite
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.exceptions import OperationalError

from kernel.database.walls import Checked

T = TypeVar("T")

PRAGMAS: dict[str, str | int] = {
    "journal_mode": "WAL",
    # FULL: what was answered with 200 outlives a power cut; group commit pays for it.
    "synchronous": "FULL",
    # Freed pages are overwritten: an erased person leaves nothing in the file (traps: Erasure).
    "secure_delete": "ON",
    "foreign_keys": "ON",
    "journal_size_limit": 67_108_864,
    # Keyed tokens land all over their indexes: the longer the log, the fewer pages go home twice.
    "wal_autocheckpoint": 4000,
    "cache_size": -65_536,
    "temp_store": "MEMORY",
    # SQLite's own waiting sleeps up to 100 ms between tries, holds the connection's thread
    # meanwhile and starves short writers. We wait ourselves.
    "busy_timeout": 0,
}
_LOCK_PATIENCE = 30.0
# Statements come in as many texts as there are sizes of batches, and what is not kept is prepared
# anew; Python would keep 128.
_KEPT_READY = 512


class _Patient(SqliteClient):
    """Waits for the write lock in small steps, and does not rewrite a statement's text."""

    async def create_connection(self, with_db: bool) -> None:
        """As Tortoise connects, with more statements kept ready."""
        self._connection = await aiosqlite.connect(
            self.filename, isolation_level=None, cached_statements=_KEPT_READY
        )
        self._connection.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await self._connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        await self._post_connect()

    @translate_exceptions
    async def execute_query(self, query: str, values: Any = None) -> tuple[int, Sequence[Any]]:
        """How many rows were changed or found, and the rows."""
        async with self.acquire_connection() as connection:
            before = connection.total_changes
            rows = await _patiently(lambda: connection.execute_fetchall(query, values))
            return (connection.total_changes - before) or len(rows), rows

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts; the statement's text is not rewritten (NUL is refused further up)."""
        async with self.acquire_connection() as connection:
            return await _dicts(connection, query, values)


class Client(Checked, _Patient):
    """One shared connection and lock for the process."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)


class _Immediate(SqliteTransactionWrapper):
    """Takes the write lock at once, waiting in small steps without a thread."""

    async def begin(self) -> None:
        """Take the write lock; OperationalError after 30 s of other writers."""
        await _patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"))

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts, inside the transaction."""
        return await _dicts(self._connection, query, values)


class ImmediateTransaction(Checked, _Immediate):
    """A unit of work."""


async def _dicts(connection: Any, query: str, values: Any) -> list[dict[str, Any]]:
    return list(map(dict, await _patiently(lambda: connection.execute_fetchall(query, values))))


async def _patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """What the attempt brings, once no other process holds the write lock; for 30 s at most."""
    deadline = asyncio.get_running_loop().time() + _LOCK_PATIENCE
    while True:
        try:
            return await attempt()
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not is_busy or asyncio.get_running_loop().time() > deadline:
                raise OperationalError(error) from error
        await asyncio.sleep(0.0005 + random.random() * 0.001)  # noqa: S311 (jitter)


client_class = Client
