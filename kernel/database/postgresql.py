"""Tortoise's asyncpg client with ids as hex text, true counts, and the wall told in every
transaction, safe behind PgBouncer in transaction mode."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast
from weakref import WeakKeyDictionary

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    PoolConnectionWrapper,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions

from kernel.database.redoing import opening
from kernel.database.walls import Checked, stand
from kernel.errors import Invalid

# Seconds that a connection goes by the same plans, and since when it does.
_PLANS_KEPT = 5.0
_planned: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
# Lower numbers are given by hand to PostgreSQL's own types, the same on every server.
_FIRST_OF_OTHERS = 10_000
_known: dict[frozenset[int], Any] = {}


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Asks what PostgreSQL's own types are made of once, not again for each connection.

    Arrays of six types cost a new connection more than all else that it does at first.
    """

    async def _introspect_types(self, typeoids: Iterable[int], *more: Any) -> Any:
        wanted = frozenset(typeoids)
        if wanted in _known:
            # Nothing was asked, so the statement that is being prepared still is: one with a name.
            return _known[wanted], SimpleNamespace(name="known")
        types, statement = await super()._introspect_types(wanted, *more)
        if max(wanted) < _FIRST_OF_OTHERS:
            _known[wanted] = types
        return types, statement


class _Counting(AsyncpgDBClient):
    """Tells how many rows a statement changed."""

    @translate_exceptions
    async def execute_query(self, query: str, values: Any = None) -> tuple[int, list[Any]]:
        """Rows of a SELECT; of anything else, behind a comment or WITH too, what it changed."""
        async with self.acquire_connection() as connection:
            if query.lstrip()[:6].upper() == "SELECT":
                rows = await connection.fetch(query, *(values or ()))
                return len(rows), rows
            # Tortoise looks at the first word only, and reads the 0 in "INSERT 0 5".
            status = await connection.execute(query, *(values or ()))
            count = status.rpartition(" ")[2]
            return int(count) if count.isdigit() else 0, []

    @translate_exceptions
    async def execute_many(self, query: str, values: Any) -> None:
        """One statement for each list of values; there is a transaction always."""
        async with self.acquire_connection() as connection:
            await connection.executemany(query, values)


class Transaction(Checked, _Counting, TransactionWrapper):
    """A unit of work: who is at work is told with its BEGIN, and again when that changes."""

    _stands = ""

    async def begin(self) -> None:
        """Open the transaction behind the wall of who is at work, in one trip."""
        self._stands = stand()
        try:
            await self._connection.execute(opening(self._stands))
        except BaseException:
            # Nobody else gives it back when entering fails.
            await self._parent._pool.release(self._connection)  # type: ignore[union-attr]
            raise

    async def commit(self) -> None:
        """Keep what was done."""
        self._finalized = True
        await self._connection.execute("COMMIT")

    async def rollback(self) -> None:
        """Undo what was done."""
        self._finalized = True
        await self._connection.execute("ROLLBACK")

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """The connection, behind the wall of who is at work now."""
        return _Within(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        raise Invalid("a unit of work has no units inside; the decorator joins them")

    async def stand(self) -> None:
        """Tell the wall who is at work, where that changed inside the unit."""
        if self._stands != (wanted := stand()):
            await self._connection.execute(wanted)
            self._stands = wanted


class Client(Checked, _Counting):
    """A pool whose connections speak the house's types; no session SET, no server-side statements
    that PgBouncer would hand to somebody else (traps: Tortoise)."""

    connection_class = Connection

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        """A connection for one statement, in a transaction of its own behind the wall."""
        return _Alone(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(Transaction(self), self._pool_init_lock)

    async def create_pool(self, **kwargs: Any) -> Any:
        """The pool; each connection reads and writes uuid as 32 hex digits."""
        return await asyncpg.create_pool(None, init=_speak_hex, reset=_plan_anew, **kwargs)


class _Within(ConnectionWrapper[Any]):
    """One statement of a unit."""

    async def __aenter__(self) -> Any:
        connection = await super().__aenter__()
        try:
            await cast(Transaction, self.client).stand()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return connection


class _Alone(PoolConnectionWrapper[Any]):
    """One statement outside of any unit."""

    async def __aenter__(self) -> Any:
        connection = await super().__aenter__()
        try:
            await connection.execute(opening(stand()))
        except BaseException:
            await super().__aexit__(None, None, None)
            raise
        return connection

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            await cast(Any, self.connection).execute("ROLLBACK" if kind else "COMMIT")
        finally:
            await super().__aexit__(kind, error, trace)


async def _plan_anew(connection: Any) -> None:
    """Every few seconds have PostgreSQL plan anew: what it made for an empty table, foreign keys'
    checks among it, walks through all of one that fills, row by row, until somebody analyses it.

    Nobody here changes a session, so there is nothing to RESET: a trip less for each use.
    """
    now = asyncio.get_running_loop().time()
    if now - _planned.setdefault(connection, now) >= _PLANS_KEPT:
        _planned[connection] = now
        await connection.execute("DISCARD PLANS")


async def _speak_hex(connection: Any) -> None:
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        format="binary",
        encoder=bytes.fromhex,
        decoder=cast(Any, bytes.hex),
    )


client_class = Client
