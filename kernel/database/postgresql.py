"""Tortoise's asyncpg client with ids as hex text, and safe behind PgBouncer in transaction mode."""

from __future__ import annotations

from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient


class Client(AsyncpgDBClient):
    """A pool whose connections speak the house's types; no session SET, no server-side statements
    that PgBouncer would hand to somebody else (traps: Tortoise)."""

    async def create_pool(self, **kwargs: Any) -> Any:
        """The pool; each connection reads and writes uuid as 32 hex digits."""
        return await asyncpg.create_pool(None, init=_speak_hex, **kwargs)


async def _speak_hex(connection: Any) -> None:
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        format="binary",
        encoder=bytes.fromhex,
        decoder=cast(Any, bytes.hex),
    )


client_class = Client
