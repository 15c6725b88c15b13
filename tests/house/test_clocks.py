"""What happens by the clock finds its work by an index, however much lies about."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from tortoise import connections

import channels
from tests.conftest import House
from tests.flows.town import make_tenant
from workers import schedule

# Tables that are walked whole, and why they may be.
WALKED = {
    "campaign": "a business has hundreds, and few columns are read",
    "destroyed_mark": "one row for the house",
    "facts_state": "one row for each tenant",
    "kpi_count": "one row for each tenant",
    "number": "a business has a handful",
    "personal_export": "hourly; what has expired is gone",
    "privacy_request": "few people ask for a right",
    "tenant": "what is done for each tenant walks the tenants",
}
_WALK = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


async def test_all_clocks_run(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    await _run_all(house)
    assert "job_failed" not in capfd.readouterr().err


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_clocks_walk_no_table_that_grows(house: House) -> None:
    said: set[str] = set()
    client: Any = connections.get("default")
    async with client.acquire_connection() as connection:
        await connection.set_trace_callback(said.add)
    await _run_all(house)
    async with client.acquire_connection() as connection:
        await connection.set_trace_callback(None)
    assert len(said) > 100
    with sqlite3.connect(house.settings.data / "rapport.sqlite3") as planner:
        assert {table for one in said for table in walked(planner, one)} == set(WALKED)


async def _run_all(house: House) -> None:
    await make_tenant()
    await channels.start(house.settings)
    for one in schedule.CRONS:
        await one.coroutine({})
    await channels.stop()


def walked(planner: sqlite3.Connection, statement: str) -> Iterator[str]:
    """The tables that a statement reads from end to end, for all that SQLite knows of them.

    Not counted: an index of few rows, the only kind that has a condition here, and what the
    statement brings along itself.
    """
    tables = {name for (name,) in planner.execute("SELECT name FROM sqlite_master")}
    few = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
    of_few = {name for (name,) in planner.execute(few)}
    if not re.match(r"(--.*\s)*(WITH|SELECT|INSERT|UPDATE|DELETE)", statement):
        return
    for *_, step in planner.execute(f"EXPLAIN QUERY PLAN {statement}"):
        walk = _WALK.match(step)
        if walk and walk[2] not in of_few:
            named = re.search(rf"(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?{walk[1]}\b", statement)
            table = named[1] if named else walk[1]
            if table in tables:
                yield table


def test_a_walk_is_found() -> None:
    with sqlite3.connect(":memory:") as planner:
        planner.executescript(
            """CREATE TABLE send (id, state, lease); CREATE INDEX send_id ON send (id, lease);
               CREATE INDEX send_leased ON send (lease) WHERE state = 'claimed';"""
        )
        for statement, tables in {
            "SELECT * FROM send": ["send"],
            "-- By its index.\nSELECT s.id FROM send AS s ORDER BY s.id": ["send"],
            "DELETE FROM send WHERE lease < 3": ["send"],
            "WITH b AS (SELECT 1 AS id) SELECT s.id FROM b JOIN send s ON s.id = b.id": [],
            "SELECT state FROM send WHERE state = 'claimed' AND lease < 3": [],
            "BEGIN": [],
        }.items():
            assert list(walked(planner, statement)) == tables, statement
