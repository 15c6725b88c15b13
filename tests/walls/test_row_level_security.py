"""PostgreSQL's own wall, tried by hand: roles, settings, and what they leave behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from contacts.models import Tag
from kernel import clock, database, ids, tenancy
from kernel.database import walls
from kernel.settings import Settings
from tests import stored
from tests.conftest import House
from tests.flows.town import make_tenant
from tests.kernel import filled

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])
OURS, THEIRS = (filled._id("tenant", "id", number) for number in filled.ROWS)


@pytest.fixture
async def line(house: House) -> AsyncIterator[asyncpg.Connection]:
    """A connection signed in as programs are, to a database where two tenants have rows."""
    await filled.both(house.settings)[0].fill()
    connection = await asyncpg.connect(house.settings.database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def _stand(line: asyncpg.Connection, role: str, tenant_id: str = "") -> None:
    await line.execute(
        "SELECT set_config('role', $1, true), set_config('app.tenant', $2, true)", role, tenant_id
    )


async def test_a_tenant_sees_its_own_rows_and_nobody_sees_none(line: asyncpg.Connection) -> None:
    tables = [table for table in walls._tables if table not in ("person_key", "tenant_key")]
    assert len(tables) > 30
    seen: dict[str, set[Any]] = {}
    for tenant_id in ("", OURS, ids.new_id()):
        async with line.transaction():
            await _stand(line, walls.APP, tenant_id)
            for table in tables:
                column = walls.tenant_column(table)
                rows = await line.fetch(f"SELECT {column} AS whose FROM {table}")
                seen.setdefault(tenant_id, set()).update(row["whose"].hex for row in rows)
                assert (tenant_id == OURS) == bool(rows), table
    assert list(seen.values()) == [set(), {OURS}, set()]


async def test_another_tenants_row_is_neither_written_nor_taken(line: asyncpg.Connection) -> None:
    insert = "INSERT INTO tag (tenant_id, id, name, created_at) VALUES ($1, $2, 'planted', 1)"
    async with line.transaction():
        await _stand(line, walls.APP, OURS)
        assert await line.execute("UPDATE tag SET name = 'taken'") == "UPDATE 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with line.transaction():
                await line.execute(insert, THEIRS, ids.new_id())
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with line.transaction():
                await line.execute("UPDATE tag SET tenant_id = $1", THEIRS)
        assert await line.execute("DELETE FROM tag WHERE tenant_id = $1", THEIRS) == "DELETE 0"


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("none", "SELECT 1 FROM tag"),
        ("none", "SELECT 1 FROM delivery"),
        ("none", "CREATE TABLE mine (id integer)"),
        (walls.APP, "SET ROLE postgres"),
        (walls.APP, "ALTER TABLE tag DISABLE ROW LEVEL SECURITY"),
        (walls.APP, "DROP POLICY wall ON tag"),
        (walls.APP, "SELECT rapport_wall('reader')"),
        (walls.APP, "INSERT INTO schema_migration VALUES ('9999_mine', '', 0)"),
        (walls.ACROSS, "SELECT 1 FROM tag"),
        (walls.ACROSS, "SELECT body_sealed FROM message"),
        (walls.ACROSS, "UPDATE media SET state = 'gone'"),
    ],
)
async def test_a_role_may_do_no_more_than_it_must(
    line: asyncpg.Connection, role: str, statement: str
) -> None:
    transaction = line.transaction()
    await transaction.start()
    await _stand(line, role, OURS)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await line.execute(statement)
    await transaction.rollback()


async def test_over_the_wall_stand_columns_of_nobody(line: asyncpg.Connection) -> None:
    readable = await line.fetch(
        """SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
              AND a.attnum > 0 AND has_column_privilege($1, c.oid, a.attnum, 'SELECT')""",
        walls.ACROSS,
    )
    columns = {(row["relname"], row["attname"]) for row in readable}
    assert ("media", "lease_until") in columns
    sealed = {one for one in columns if one[1].endswith(("_sealed", "_token", "_hash"))}
    # Only that a shop's token is there; and what nobody has connected belongs to nobody.
    assert sealed == {("store", "token_sealed"), ("aside", "body_sealed")}


async def test_the_wall_follows_the_tenant_inside_a_unit(house: House) -> None:
    who = "SELECT current_user AS role, current_setting('app.tenant', true) AS tenant"

    @database.unit_of_work
    async def walk() -> list[Any]:
        seen = [await database.row(who)]
        with tenancy.acting_for(OURS):
            seen.append(await database.row(who))
            with tenancy.across_tenants("a test looks over"):
                seen.append(await database.row(who))
                with tenancy.acting_for(THEIRS):
                    seen.append(await database.row(who))
        return [*seen, await database.row(who)]

    told = [tuple(row.values()) for row in await walk()]
    nobody = (walls.APP, "")
    assert told == [nobody, (walls.APP, OURS), (walls.ACROSS, ""), (walls.APP, THEIRS), nobody]
    # A connection of the pool remembers nothing.
    pool = database.statements.connections.get("default")._pool
    async with pool.acquire() as connection:
        left = await connection.fetchrow(who)
    assert tuple(left.values()) == ("rapport", "")


async def test_tenants_beside_each_other_never_mix(house: House) -> None:
    shops = [await make_tenant(f"Shop {number}") for number in range(5)]
    for shop in shops:
        with tenancy.acting_for(shop):
            await Tag.create(name=shop, created_at=clock.now())

    @database.unit_of_work
    async def in_unit() -> list[Tag]:
        return await Tag.all()

    async def ask(number: int) -> bool:
        shop = shops[number % 5]
        with tenancy.acting_for(shop):
            tags = await (in_unit() if number % 2 else Tag.all())
            return [tag.name for tag in tags] == [shop]

    assert all(await asyncio.gather(*map(ask, range(500))))


async def test_a_single_url_of_the_owner_takes_the_weaker_role(house: House) -> None:
    shop = await make_tenant()
    await stored.run("UPDATE tenant SET signature = 'seen' WHERE id = $1::uuid", shop)
    await database.stop()
    alone: Settings = replace(
        house.settings,
        database_url=house.settings.owner_database_url,
        keys_database_url=house.settings.keys_owner_database_url,
    )
    await database.start(alone)
    for on in ("default", "keys"):
        assert await database.row("SELECT current_user AS role", on=on) == {"role": walls.APP}
