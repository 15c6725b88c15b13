"""Databases that a test process uses again and again: swept after each test, not made anew.

Making a pair costs PostgreSQL more than most tests do, and its first visitors wait until it has
learnt its own catalog. What was altered, or has grown large, is thrown away all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import asyncpg

from tests.servers import Postgres

# All rows go, whatever trigger or key would hold them; whoever is still connected has to leave.
_SWEEP = """
DO $$
DECLARE
    name text;
    is_dirty boolean;
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT oid::regclass FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                   AND NOT oid::regclass::text = ANY (ARRAY[{kept}]::text[])
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', name) INTO is_dirty;
        IF is_dirty THEN EXECUTE 'DELETE FROM ' || name; END IF;
    END LOOP;
END $$
"""
# The youngest row of the catalog tells whether anything was made, altered, granted or dropped.
_SHAPE = """
SELECT greatest(
    (SELECT max(xmin::text::bigint) FROM pg_class),
    (SELECT max(xmin::text::bigint) FROM pg_attribute),
    (SELECT max(xmin::text::bigint) FROM pg_proc),
    (SELECT max(xmin::text::bigint) FROM pg_trigger),
    (SELECT max(xmin::text::bigint) FROM pg_policy),
    (SELECT max(xmin::text::bigint) FROM pg_constraint),
    (SELECT max(xmin::text::bigint) FROM pg_namespace)
) || ' ' || (SELECT count(*) FROM pg_class)
"""
_ROOM = 16_000_000  # bytes


class Swept:
    """The pair (main, keys) of one test process, copied from two templates."""

    def __init__(self, postgres: Postgres, templates: tuple[str, str]) -> None:
        self._postgres = postgres
        self._templates = templates
        self._pair = ExitStack()
        self._states: dict[str, _State] = {}

    @contextmanager
    def lent(self) -> Iterator[tuple[str, str]]:
        """The pair for one test, as empty as the day on which it was made."""
        if not self._states:
            names = self._pair.enter_context(self._postgres.databases(self._templates))
            self._states = {
                name: asyncio.run(_first_state(self._postgres.owner_url(name))) for name in names
            }
        main, keys = self._states
        yield main, keys
        for name, state in self._states.items():
            if not asyncio.run(_sweep(self._postgres.owner_url(name), state)):
                return self.drop()

    def drop(self) -> None:
        """Throw the pair away."""
        self._states = {}
        self._pair.close()


class _State:
    """How a database was when it was made: its shape, the rows that it came with, its size."""

    def __init__(self, shape: str, rows: dict[str, str], size: int) -> None:
        self.shape = shape
        self.rows = rows
        self.size = size


async def _first_state(url: str) -> _State:
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            """SELECT oid::regclass::text AS name FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
        )
        filled = {}
        for table in tables:
            content = await _content(connection, table["name"])
            if content:
                filled[table["name"]] = content
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
        return _State(await connection.fetchval(_SHAPE), filled, size)
    finally:
        await connection.close()


async def _sweep(url: str, state: _State) -> bool:
    """Empty the database; whether it is as it was at first."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval(_SHAPE) != state.shape:
            return False
        if await connection.fetchval("SELECT pg_database_size(current_database())") > (
            state.size + _ROOM
        ):
            return False
        kept = ", ".join(f"'{name}'" for name in state.rows)
        await connection.execute(_SWEEP.format(kept=kept))
        return {name: await _content(connection, name) for name in state.rows} == state.rows
    finally:
        await connection.close()


async def _content(connection: asyncpg.Connection, table: str) -> str:
    """All rows of a table in one text; empty for none."""
    found: str = await connection.fetchval(
        f"SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') FROM {table} AS t"
    )
    return found
