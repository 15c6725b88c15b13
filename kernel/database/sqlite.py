"""Tortoise's SQLite client with what the house needs: IMMEDIATE transactions and patient locks.

Transactions that begin DEFERRED lose half their writes to "database is locked" as soon as several
processes read and then write, whatever the busy time-out (traps: Tortoise).
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.exceptions import OperationalError

PRAGMAS: dict[str, str | int] = {
    "journal_mode": "WAL",
    # FULL: what was answered with 200 outlives a power cut; group commit pays for it.
    "synchronous": "FULL",
    # Freed pages are overwritten: an erased person leaves nothing in the file (traps: Erasure).
    "secure_delete": "ON",
    "foreign_keys": "ON",
    "busy_timeout": 10_000,
    "journal_size_limit": 67_108_864,
    "cache_size": -32_768,
    "temp_store": "MEMORY",
}
_LOCK_PATIENCE = 30.0
_PATIENT = f"PRAGMA busy_timeout={PRAGMAS['busy_timeout']}"
# In one go, for each step is a trip to the connection's thread. SQLite's own waiting for the lock
# sleeps up to 100 ms between tries and starves short writers.
_BEGIN = f"PRAGMA busy_timeout=0; BEGIN IMMEDIATE; {_PATIENT}"


class Client(SqliteClient):
    """One shared connection and lock for the process."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts; the statement's text is not rewritten (NUL is refused further up)."""
        async with self.acquire_connection() as connection:
            return await _fetch(connection, query, values)


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that takes the write lock at once, waiting in small steps without a thread."""

    async def begin(self) -> None:
        """Take the write lock; OperationalError after 30 s of other writers."""
        deadline = asyncio.get_running_loop().time() + _LOCK_PATIENCE
        try:
            while not await self._took_the_lock():
                if asyncio.get_running_loop().time() > deadline:
                    raise OperationalError("database is locked")
                await asyncio.sleep(0.0005 + random.random() * 0.001)  # noqa: S311 (jitter)
        except BaseException:
            await self._connection.execute(_PATIENT)
            raise

    async def _took_the_lock(self) -> bool:
        try:
            await self._connection.executescript(_BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return False
        return True

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts, inside the transaction."""
        return await _fetch(self._connection, query, values)


async def _fetch(connection: Any, query: str, values: Any) -> list[dict[str, Any]]:
    try:
        return list(map(dict, await connection.execute_fetchall(query, values)))
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


client_class = Client
