"""Statements written once mean the same on both databases: places, batches, types, counts."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise import connections
from tortoise.exceptions import OperationalError

from kernel import database, ids, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch, postgresql
from kernel.database.sources import for_sqlite, split_rows
from tests import stored
from tests.conftest import House

TEXTS = ("Amina", "أمينة زهراء", "王小明", "👩🏽‍🚀 naïve", "", 'it\'s "so"', "a\nb", "$1 ?2 ::text")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("WHERE a = $1 AND b = $12", "WHERE a = ?1 AND b = ?12"),
        ("WHERE id = $1::uuid AND x IN ($2::bigint[])", "WHERE id = ?1 AND x IN (?2)"),
        ("SELECT 1 FROM t FOR UPDATE", "SELECT 1 FROM t "),
        ("SELECT 1 FROM t FOR UPDATE OF t SKIP LOCKED", "SELECT 1 FROM t "),
        ("SELECT 1 FROM t for share", "SELECT 1 FROM t "),
        ("SELECT 1 FROM t FOR NO KEY UPDATE SKIP LOCKED", "SELECT 1 FROM t "),
        ("SET a = GREATEST(a, $1), b = LEAST(b, $2)", "SET a = MAX(a, ?1), b = MIN(b, ?2)"),
        (
            "WHERE a = ANY (ARRAY(SELECT max(b) FROM t)) AND c = ANY (ARRAY(SELECT d FROM u))",
            "WHERE a IN (SELECT max(b) FROM t) AND c IN (SELECT d FROM u)",
        ),
        ("ON CONFLICT DO UPDATE SET a = excluded.a", "ON CONFLICT DO UPDATE SET a = excluded.a"),
    ],
)
def test_what_sqlite_reads(ours: str, theirs: str) -> None:
    assert for_sqlite(ours) == theirs


@pytest.mark.parametrize("count", [1, 300, 1000, 3000])
def test_sqlite_goes_to_large_tables_by_their_index(count: int) -> None:
    """Of VALUES with more than some hundred rows it believes that they are endless, and fills a
    Bloom filter from the whole table first: 3 seconds where it holds ten millions."""
    source, cells = Batch({"id": "uuid"}, [[ids.new_id()] for _ in range(count)]).as_sqlite(1)
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(
            """CREATE TABLE thing (id text, n integer);
               CREATE UNIQUE INDEX thing_id ON thing (id);
               ANALYZE;
               INSERT INTO sqlite_stat1 VALUES ('thing', 'thing_id', '10000000 1');
               ANALYZE sqlite_schema"""
        )
        asked = f"""EXPLAIN QUERY PLAN
            SELECT t.n FROM ({source}) AS b CROSS JOIN thing t ON t.id = b.id WHERE t.n > 0"""
        steps = [row[3] for row in opened.execute(asked, cells)]
    assert any(step.startswith("SEARCH t USING INDEX") for step in steps)
    assert not any("BLOOM" in step for step in steps)


@given(st.integers(1, 40), st.integers(0, 3000))
def test_no_part_has_more_cells_than_sqlite_takes(columns: int, count: int) -> None:
    cells = [[row] * columns for row in range(count)]
    parts = list(split_rows(cells, columns))
    assert [row for part in parts for row in part] == cells
    assert all(0 < len(part) * columns <= 30_000 for part in parts)


async def test_every_type_comes_back_as_it_went(house: House) -> None:
    told = await database.row(
        """SELECT $1::uuid AS id, $2::text AS words, $3::bigint AS at, $4::bytea AS token,
                  $5::text AS none, $6::integer AS small""",
        *(row := [ids.new_id(), TEXTS[1], -(1 << 63), b"\x00\xff", None, 0]),
    )
    assert told is not None
    assert list(told.values()) == row


async def test_a_batch_is_read_in_both_ways(house: House) -> None:
    columns = {"id": "uuid", "words": "text", "at": "bigint", "token": "bytea"}
    rows: list[list[Any]] = [
        [ids.new_id(), text, (1 << 63) - 1 - place, text.encode()]
        for place, text in enumerate(TEXTS)
    ]
    rows.append([None, None, None, None])
    told = await database.rows(
        "SELECT b.*, $1::text AS also FROM ({batch}) AS b WHERE $2::bigint = 7",
        "beside",
        7,
        batch=Batch(columns, rows),
    )
    assert [list(row.values()) for row in told] == [[*row, "beside"] for row in rows]
    empty = await database.rows("SELECT b.id FROM ({batch}) AS b", batch=Batch(columns, []))
    assert empty == []


async def test_more_cells_than_one_statement_takes(house: House) -> None:
    tenant_id, count = ids.new_id(), 9_001
    records = [
        {
            "tenant_id": tenant_id,
            "number_id": tenant_id,
            "token": number.to_bytes(4),
            "message_id": ids.new_id(),
        }
        for number in range(count)
    ]
    with tenancy.acting_for(tenant_id):
        made = await database.insert("message_key", records, returning="message_id")
        assert {row["message_id"] for row in made} == {record["message_id"] for record in records}
        again = await database.insert(
            "message_key", records[:10], conflict="ON CONFLICT DO NOTHING", returning="message_id"
        )
        assert again == []
        assert await database.insert("message_key", []) == []
    assert await stored.row("SELECT count(*) AS n FROM message_key") == {"n": count}


async def test_a_change_tells_how_many_rows_it_changed(house: House) -> None:
    told = []
    for statement in (
        "INSERT INTO reader (name, position, event_id, lease_until, fence) "
        "SELECT b.name, 0, $1::uuid, 0, 0 FROM ({batch}) AS b WHERE true",
        "-- Words first, as in a named statement.\n"
        "UPDATE reader SET fence = 1 WHERE event_id = $1::uuid",
        "WITH low AS (SELECT name FROM reader WHERE name < 'c' AND event_id = $1::uuid) "
        "UPDATE reader SET fence = 2 WHERE name IN (SELECT name FROM low)",
        "UPDATE reader SET fence = 3 WHERE name = 'nobody' AND event_id = $1::uuid",
        "DELETE FROM reader WHERE event_id = $1::uuid",
    ):
        batch = Batch({"name": "text"}, [["a"], ["b"], ["c"]]) if "{batch}" in statement else None
        told.append(await database.run(statement, "0" * 32, batch=batch))
    assert told == [3, 3, 2, 0, 3]


async def test_json_is_text_and_compares_as_json(house: House) -> None:
    tenant_id, event_id = ids.new_id(), ids.new_id()
    record = {
        "tenant_id": tenant_id,
        "id": event_id,
        "kind": "contact.created",
        "at": 1,
        "refs": '{"contact": "王"}',
    }
    with tenancy.acting_for(tenant_id):
        await database.insert("outbox", [record])
        assert await database.row(
            "SELECT refs FROM outbox WHERE tenant_id = $1::uuid AND id = $2::uuid",
            tenant_id,
            event_id,
        ) == {"refs": '{"contact": "王"}'}


async def test_what_a_database_does_not_take_is_refused_and_leaves_nothing(house: House) -> None:
    # Those who let texts and numbers in refuse them first; here they must at least not stay half.
    for value in (1 << 63, "half \ud800 pair"):

        @database.unit_of_work
        async def write(name: str, value: Any = value) -> None:
            row = {"position": 0, "event_id": ids.new_id(), "lease_until": 0, "fence": 0}
            await database.insert("reader", [{**row, "name": name}])
            wrong = "name" if isinstance(value, str) else "fence"
            await database.insert("reader", [{**row, "name": "second", wrong: value}])

        with pytest.raises(Exception, match=r"(?i)range|too large|int64|surrogates"):
            await write("first")
    assert await database.rows("SELECT name FROM reader") == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_sqlite_keeps_what_was_acknowledged_and_forgets_what_was_erased(
    house: House,
) -> None:
    for on in ("default", "keys"):
        told = {
            name: (await database.rows(f"PRAGMA {name}", on=on))[0].popitem()[1]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
        full, overwritten = 2, 1
        assert told == {
            "journal_mode": "wal",
            "synchronous": full,
            "secure_delete": overwritten,
            "foreign_keys": 1,
        }


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_only_what_is_redone_does_not_wait_for_the_disk(house: House) -> None:
    async def level() -> object:
        return (await database.rows("PRAGMA synchronous"))[0]["synchronous"]

    in_unit = database.unit_of_work(level)
    full, normal = 2, 1
    for wanted in (full, normal, full):
        with database.redone_if_lost() if wanted == normal else nullcontext():
            assert (await level(), await in_unit()) == (wanted, wanted)


async def test_what_a_database_refuses_is_one_kind_of_error(house: House) -> None:
    for verb in (database.rows, database.run):
        for ask in (verb, database.unit_of_work(verb)):
            with pytest.raises(OperationalError):
                await ask("SELECT one FROM nowhere")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_who_writes_stands_in_line(house: House) -> None:
    """A worker that writes unit after unit would take the lock again before others look."""
    add = database.unit_of_work(partial(database.insert, "reader", [_reader("unit")]))
    alone = partial(database.insert, "reader", [_reader("alone")])
    path = house.settings.data / "rapport.sqlite3"
    line = os.open(f"{path}-line", os.O_RDWR | os.O_CREAT)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        fcntl.flock(line, fcntl.LOCK_EX)
        unit = asyncio.create_task(add())
        assert await _waits(unit)
        fcntl.flock(line, fcntl.LOCK_UN)
        await unit
        # A statement by itself tries first, and stands in line where somebody writes.
        fcntl.flock(line, fcntl.LOCK_EX)
        other.execute("BEGIN IMMEDIATE")
        single = asyncio.create_task(alone())
        assert await _waits(single)
        other.execute("COMMIT")
        assert await _waits(single)
        fcntl.flock(line, fcntl.LOCK_UN)
        await single
    # Whoever stands still in line is passed by.
    fcntl.flock(line, fcntl.LOCK_EX)
    assert await database.run("DELETE FROM reader WHERE name = $1", "unit") == 1
    await asyncio.wait_for(add(), 10)
    os.close(line)
    rows = await database.rows("SELECT name FROM reader ORDER BY name")
    assert [row["name"] for row in rows] == ["alone", "unit"]


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_behind_pgbouncer_nothing_stays_with_a_connection(house: House) -> None:
    await database.stop()
    await database.start(replace(house.settings, pgbouncer=True))
    for number in range(3):
        assert await database.row("SELECT $1::bigint AS n", number) == {"n": number}
    assert await database.row("SELECT count(*) AS n FROM pg_prepared_statements") == {"n": 0}
    assert await database.rows("SELECT name FROM pg_settings WHERE source = 'session'") == []


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("pgbouncer", [False, True])
async def test_only_the_first_connection_asks_what_types_are_made_of(
    house: House, monkeypatch: pytest.MonkeyPatch, pgbouncer: bool
) -> None:
    asked = []
    ask = asyncpg.Connection._introspect_types

    async def listen(connection: Any, oids: Any, *more: Any) -> Any:
        asked.append(set(oids))
        return await ask(connection, oids, *more)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", listen)
    monkeypatch.setattr(postgresql, "_known", {})
    columns = {"id": "uuid", "token": "bytea", "at": "bigint"}
    row = {"id": ids.new_id(), "token": b"\x00\xff", "at": -1}
    for _ in range(3):
        await database.stop()
        await database.start(replace(house.settings, pgbouncer=pgbouncer))
        batch = Batch(columns, [list(row.values())])
        for _ in range(2):
            assert await database.rows("SELECT b.* FROM ({batch}) AS b", batch=batch) == [row]
    assert asked == [{2951, 1001, 1016}]  # uuid[], bytea[], bigint[]


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_plans_made_for_an_empty_table_do_not_last(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = connections.get("default")
    asked = "EXPLAIN EXECUTE one ('x')"

    async def walks() -> bool:
        async with client.acquire_connection() as connection:
            return any("Seq Scan" in row[0] for row in await connection.fetch(asked))

    await stored.run("ANALYZE reader")
    async with client.acquire_connection() as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute("PREPARE one (text) AS SELECT 1 FROM reader WHERE name = $1")
    assert await walks()
    await database.insert("reader", [_reader(str(one)) for one in range(2000)])
    assert await walks()
    monkeypatch.setattr(postgresql, "_PLANS_KEPT", 0.0)
    assert await walks()  # and is thrown away as the connection is given back
    assert not await walks()


def test_conditions_number_their_places() -> None:
    where = Conditions("tenant", 50)
    where.add("a = ?::text", "x")
    where.add("(b, c) > (?::bigint, ?::uuid)", 1, "y")
    where.add_any_of("d", "uuid", ["p", "q"])
    where.add_any_of("e", "uuid", [])
    where.add("f IS NULL")
    statement = where.into("SELECT 1 WHERE t = $1 /* conditions */ LIMIT $2")
    assert " ".join(statement.split()) == (
        "SELECT 1 WHERE t = $1 AND a = $3::text AND (b, c) > ($4::bigint, $5::uuid) "
        "AND d IN ($6::uuid, $7::uuid) AND 1 = 0 AND f IS NULL LIMIT $2"
    )
    assert where.params == ["tenant", 50, "x", 1, "y", "p", "q"]
    with pytest.raises(ValueError, match="zip"):
        where.add("g = ?", 1, 2)


def _reader(name: str) -> dict[str, object]:
    return {"name": name, "position": 0, "event_id": "0" * 32, "lease_until": 0, "fence": 0}


async def _waits(task: asyncio.Task[Any]) -> bool:
    done, _ = await asyncio.wait({task}, timeout=0.05)
    return not done
