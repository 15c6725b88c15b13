"""Databases that a test process uses again and again: swept after each test, not made anew.

Making a pair costs PostgreSQL more than most tests do, and its first visitors wait until it has
learnt its own catalog. What was altered, or has grown large, is thrown away all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import asyncpg

from tests.servers import Postgres

# All rows go, whatever trigger or key would hold them; whoever is still connected has to leave.
# A table without a page never had a row.
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
                   AND pg_relation_size(oid) > 0
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
_SIZE = "SELECT pg_database_size(current_database())"
_ROOM = 16_000_000  # bytes


class Swept:
    """The pair (main, keys) of one test process, copied from two templates."""

    def __init__(self, postgres: Postgres, templates: tuple[str, str]) -> None:
        self._postgres = postgres
        self._templates = templates
        self._pair = ExitStack()
        self._brooms: dict[str, _Broom] = {}
        # Its connections outlive the loops of the tests.
        self._loop = asyncio.new_event_loop()

    @contextmanager
    def lent(self) -> Iterator[tuple[str, str]]:
        """The pair for one test, as empty as the day on which it was made."""
        if not self._brooms:
            names = self._pair.enter_context(self._postgres.databases(self._templates))
            self._brooms = {
                name: self._loop.run_until_complete(_first_look(self._postgres.owner_url(name)))
                for name in names
            }
        main, keys = self._brooms
        yield main, keys
        for broom in self._brooms.values():
            if not self._loop.run_until_complete(broom.sweep()):
                return self._drop()

    def close(self) -> None:
        """Throw the pair away for good."""
        self._drop()
        self._loop.close()

    def _drop(self) -> None:
        for broom in self._brooms.values():
            self._loop.run_until_complete(broom.connection.close())
        self._brooms = {}
        self._pair.close()


@dataclass(frozen=True)
class _Broom:
    """A connection, and how its database was when it was made: shape, rows it came with, size."""

    connection: asyncpg.Connection
    shape: str
    rows: dict[str, str]
    size: int

    async def sweep(self) -> bool:
        """Empty the database; whether it is as it was at first."""
        connection = self.connection
        if await connection.fetchval(_SHAPE) != self.shape:
            return False
        if await connection.fetchval(_SIZE) > self.size + _ROOM:
            return False
        kept = ", ".join(f"'{name}'" for name in self.rows)
        await connection.execute(_SWEEP.format(kept=kept))
        return {name: await _content(connection, name) for name in self.rows} == self.rows


async def _first_look(url: str) -> _Broom:
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        """SELECT oid::regclass::text AS name FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
    )
    filled = {}
    for table in tables:
        content = await _content(connection, table["name"])
        if content:
            filled[table["name"]] = content
    shape, size = await connection.fetchval(_SHAPE), await connection.fetchval(_SIZE)
    return _Broom(connection, shape, filled, size)


async def _content(connection: asyncpg.Connection, table: str) -> str:
    """All rows of a table in one text; empty for none."""
    found: str = await connection.fetchval(
        f"SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') FROM {table} AS t"
    )
    return found
