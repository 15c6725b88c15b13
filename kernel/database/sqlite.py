"""Tortoise's SQLite client with what the house needs: IMMEDIATE transactions and patient locks.

Transactions that begin DEFERRED lose half their writes to "database is locked" as soon as several
processes read and then write, whatever the busy time-out (traps: Tortoise).

SQLite hands its write lock to whoever asks first after it was let go. A worker that writes unit
after unit would take it again and again before others look, so writers stand in line.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar, cast

import aiosqlite
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.exceptions import OperationalError

from kernel.database.redoing import is_redone_if_lost
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
_BEGIN = "BEGIN IMMEDIATE"
# Seconds.
_LOCK_PATIENCE, _LINE_PATIENCE, _PAUSE = 30.0, 1.0, 0.0003
# Statements come in as many texts as there are sizes of batches, and what is not kept is prepared
# anew; Python would keep 128.
_KEPT_READY = 512


class _InLine(sqlite3.Connection):
    """Waits for the write lock in small steps, in the thread of the connection.

    Event loops would look again every one or two milliseconds only, as long as many a unit takes.
    """

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        super().__init__(database, *args, **options)
        self._line = os.open(f"{database}-line", os.O_RDWR | os.O_CREAT, 0o600)

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """As sqlite3 does, with its turn awaited; OperationalError after 30 s of other writers."""
        attempt = partial(super().execute, statement, values)
        if statement != _BEGIN:
            # Most only read, and wait for nobody.
            try:
                return attempt()
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise
        with self._next():
            return _patiently(attempt, _LOCK_PATIENCE)

    def close(self) -> None:
        """As sqlite3 does."""
        super().close()
        os.close(self._line)

    @contextmanager
    def _next(self) -> Iterator[None]:
        """Nobody else, of any process, is next for the write lock of this database meanwhile.

        Whoever dies lets the next one pass, for the system then lets go of the file's lock. Whoever
        stands still in line is passed by after a second: the line is a courtesy, not the lock.
        """
        try:
            with suppress(BlockingIOError):
                stand = partial(fcntl.flock, self._line, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _patiently(stand, _LINE_PATIENCE)
            yield
        finally:
            fcntl.flock(self._line, fcntl.LOCK_UN)


class _Patient(SqliteClient):
    """Tells its commits what to wait for, and does not rewrite a statement's text."""

    _waits = True

    async def create_connection(self, with_db: bool) -> None:
        """As Tortoise connects, with more statements kept ready."""
        self._connection = await aiosqlite.connect(
            self.filename, isolation_level=None, cached_statements=_KEPT_READY, factory=_InLine
        )
        self._connection.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await self._connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        self._waits = True
        await self._post_connect()

    @translate_exceptions
    async def execute_query(self, query: str, values: Any = None) -> tuple[int, Sequence[Any]]:
        """How many rows were changed or found, and the rows."""
        async with self.acquire_connection() as connection:
            before = connection.total_changes
            rows = await self._fetched(connection, query, values)
            return (connection.total_changes - before) or len(rows), rows

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts; the statement's text is not rewritten (NUL is refused further up)."""
        async with self.acquire_connection() as connection:
            return list(map(dict, await self._fetched(connection, query, values)))

    async def _fetched(self, connection: Any, query: str, values: Any) -> Sequence[Any]:
        await self.wait_for_the_disk(connection)
        found: Sequence[Any] = await connection.execute_fetchall(query, values)
        return found

    async def wait_for_the_disk(self, connection: Any) -> None:
        """The next commit comes back when it is on the disk; of what is redone, a little before.

        Part of what the connection was acquired for: nobody may begin in between.
        """
        waits = not is_redone_if_lost()
        if waits != self._waits:
            level = PRAGMAS["synchronous"] if waits else "NORMAL"
            await connection.execute_fetchall(f"PRAGMA synchronous={level}")
            self._waits = waits


class Client(Checked, _Patient):
    """One shared connection and lock for the process."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)


class _Immediate(SqliteTransactionWrapper):
    """Takes the write lock at once; texts are not rewritten here either."""

    async def begin(self) -> None:
        """Take the write lock; OperationalError after 30 s of other writers."""
        await cast(_Patient, self._parent).wait_for_the_disk(self._connection)
        try:
            await self._connection.execute(_BEGIN)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts, inside the transaction."""
        return list(map(dict, await self._connection.execute_fetchall(query, values)))


class ImmediateTransaction(Checked, _Immediate):
    """A unit of work."""


def _patiently(attempt: Callable[[], T], patience: float) -> T:
    """What the attempt brings, once nobody else holds the lock; its error after so many seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return attempt()
        except (BlockingIOError, sqlite3.OperationalError) as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


def _is_busy(error: BlockingIOError | sqlite3.OperationalError) -> bool:
    if isinstance(error, BlockingIOError):
        return True
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


client_class = Client
