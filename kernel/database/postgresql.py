"""Tortoise's asyncpg client with ids as hex text, true counts, and safe behind PgBouncer in
transaction mode."""

from __future__ import annotations

from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions


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


class Transaction(_Counting, TransactionWrapper):
    """A transaction of the pool."""


class Client(_Counting):
    """A pool whose connections speak the house's types; no session SET, no server-side statements
    that PgBouncer would hand to somebody else (traps: Tortoise)."""

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(Transaction(self), self._pool_init_lock)

    async def create_pool(self, **kwargs: Any) -> Any:
        """The pool; each connection reads and writes uuid as 32 hex digits."""
        return await asyncpg.create_pool(None, init=_speak_hex, reset=_leave_it, **kwargs)


async def _leave_it(_connection: Any) -> None:
    """Nobody here changes a session, so there is nothing to RESET: a trip less for each use."""


async def _speak_hex(connection: Any) -> None:
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        format="binary",
        encoder=bytes.fromhex,
        decoder=cast(Any, bytes.hex),
    )


client_class = Client
