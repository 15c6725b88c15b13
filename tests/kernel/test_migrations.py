"""Migrations: applied once, by one at a time, and every step keeps what filled tables hold."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
import pytest

from kernel import migrations, settings
from kernel.errors import Conflict
from kernel.settings import Settings
from tests.conftest import urls_of
from tests.house.catalogs import Catalog
from tests.kernel import filled
from tests.kernel.filled import Database, Rows
from tests.servers import ROOT, Postgres

# So many of the last steps are tried; the others are released and were tried when they were new.
# `scripts/faults tests/kernel/test_migrations.py` tries all.
_NEW = 4
# A step that takes something away says so in a line of its own.
_DROPS = re.compile(r"^-- drops: (.*)$", re.MULTILINE)


@pytest.fixture
def fresh(
    backend: str, tmp_path: Path, bare_environ: dict[str, str], request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """A second place with empty databases: the baseline."""
    if backend == "sqlite":
        yield settings.load({**bare_environ, "RAPPORT_DATA": str(tmp_path / "baseline")})
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.databases() as (main, keys):
        yield settings.load(bare_environ | urls_of(postgres, (main, keys)))


@contextmanager
def steps_up_to(folder: Path, number: int, place: Path) -> Iterator[Path]:
    """A folder with the first steps of another, for both databases."""
    copy = place / f"steps-{number}"
    for inner in ("", "keys"):
        (copy / inner).mkdir(parents=True, exist_ok=True)
        for path in (folder / inner).glob("*.sql"):
            if int(path.name[:4]) <= number:
                shutil.copy(path, copy / inner)
    yield copy
    shutil.rmtree(copy)


async def faults_of_steps(
    place: Settings, baseline: Settings, folder: Path, tmp: Path, first: int = 1
) -> list[str]:
    """Apply step by step, each on filled tables; what a step lost or left otherwise."""
    found = []
    dialect = "sqlite" if place.database_url.startswith("sqlite") else "postgresql"
    for number, step in enumerate(migrations.steps(folder, dialect)[first - 1 :], start=first):
        before = [(await one.catalog(), await one.rows()) for one in filled.both(place)]
        with steps_up_to(folder, number, tmp) as part:
            await filled.apply(place, part)
            await filled.apply(baseline, part)
        said = _DROPS.search(step.text)
        dropped = set(said[1].split()) if said else set()
        pairs = zip(filled.both(place), filled.both(baseline), before, strict=True)
        for database, other, (catalog, rows) in pairs:
            found += [
                f"{step.name}: {fault}"
                for fault in [
                    *_lost(catalog, await database.catalog(), dropped),
                    *_changed(rows, await database.rows(), dropped),
                    *_otherwise(await database.catalog(), await other.catalog()),
                ]
            ]
            await database.fill()
    return found


def _lost(before: Catalog, after: Catalog, dropped: set[str]) -> list[str]:
    """Tables, columns, indexes, keys and triggers that stood before and are gone, unsaid."""
    gone = []
    for name, table in before.items():
        if name not in after:
            gone += [name]
            continue
        now = after[name]
        gone += [f"{name}.{column}" for column in table.columns.keys() - now.columns.keys()]
        gone += [one.name for one in table.indexes - now.indexes]
        gone += [f"{name}→{one.table}" for one in table.foreign_keys - now.foreign_keys]
        gone += list(table.triggers - now.triggers)
        gone += [f"{name}.key"] if table.key != now.key else []
    return [f"{one} is gone" for one in sorted(gone) if one not in dropped]


def _changed(before: Rows, after: Rows, dropped: set[str]) -> list[str]:
    """Tables whose rows are not what they were, in the columns that are still there."""
    found = []
    for name in before.keys() & after.keys():
        was, now = before[name], after[name]
        if len(was) != len(now):
            found.append(f"{name} had {len(was)} rows and has {len(now)}")
        elif was and any(
            {key: row[key] for key in row.keys() & other.keys()}
            != {key: other[key] for key in row.keys() & other.keys()}
            for row, other in zip(was, now, strict=True)
        ):
            found.append(f"{name} has other values")
    return sorted(found)


def _otherwise(after: Catalog, baseline: Catalog) -> list[str]:
    """Tables that a fresh place has otherwise."""
    both = after.keys() | baseline.keys()
    return sorted(f"{one} is otherwise" for one in both if after.get(one) != baseline.get(one))


@pytest.mark.slow
async def test_every_step_keeps_filled_tables(
    backend: str,
    bare_environ: dict[str, str],
    fresh: Settings,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    place, first = settings.load(bare_environ), 1
    if request.config.getoption("faults_scale", default=1) == 1:
        first = max(1, len(migrations.steps(migrations.FOLDER, backend)) - _NEW + 1)
    with steps_up_to(migrations.FOLDER, first - 1, tmp_path) as before:
        for one in (place, fresh):
            await filled.apply(one, before)
    for database in filled.both(place):
        await database.fill()
    assert await faults_of_steps(place, fresh, migrations.FOLDER, tmp_path, first) == []
    assert await migrations.pending(place) == []
    for database in filled.both(place):
        # A step may bring a row of its own.
        assert {len(rows) for rows in (await database.rows()).values()} <= {1, len(filled.ROWS)}


async def test_a_step_that_loses_something_is_found(
    backend: str, bare_environ: dict[str, str], fresh: Settings, tmp_path: Path
) -> None:
    place, folder = settings.load(bare_environ), tmp_path / "doctored"
    shutil.copytree(migrations.FOLDER, folder)
    for one in (place, fresh):
        await filled.apply(one, folder)
    for database in filled.both(place):
        await database.fill()
    first = len(migrations.steps(folder, backend)) + 1
    rebuilt = backend == "sqlite"  # PostgreSQL alters tables in place
    careful = _rebuilding("contact", filled.both(fresh)[0], "") if rebuilt else ""
    careless = _rebuilding("contact", filled.both(fresh)[0], "contact_merged") if rebuilt else ""
    for number, text in enumerate(
        [
            f"{careful}-- drops: contact_owner\nDROP INDEX contact_owner;\n",
            "ALTER TABLE tag ADD COLUMN colour text;\n",
            "DROP INDEX tag_name;\nDELETE FROM mention;\nUPDATE episode SET starter = 'business';\n"
            + careless,
        ],
        start=first,
    ):
        (folder / f"{number:04}_doctored.{backend}.sql").write_text(text)
    found = await faults_of_steps(place, fresh, folder, tmp_path, first)
    assert [fault.removeprefix(f"{first + 2:04}_doctored: ") for fault in found] == [
        *(["contact_merged is gone"] if rebuilt else []),
        "tag_name is gone",
        "episode has other values",
        "mention had 2 rows and has 0",
    ]


def _rebuilding(name: str, database: Database, left_out: str) -> str:
    """The way to alter a table of SQLite: a new one, filled from the old, under its name."""
    with closing(sqlite3.connect(database.path)) as connection:
        texts = dict(
            connection.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = ?", (name,))
        )
    table = texts[name].replace(f"TABLE {name} ", f"TABLE {name}_new ", 1)
    indexes = [text for index, text in texts.items() if text and index not in (name, left_out)]
    return ";\n".join(
        [
            table,
            f"INSERT INTO {name}_new SELECT * FROM {name}",
            f"DROP TABLE {name}",
            f"ALTER TABLE {name}_new RENAME TO {name}",
            *indexes,
            "",
        ]
    )


async def test_what_is_only_noted_goes_on_where_reactions_stand(
    backend: str, bare_environ: dict[str, str], tmp_path: Path
) -> None:
    place = settings.load(bare_environ)
    with steps_up_to(migrations.FOLDER, 58, tmp_path) as before:
        await filled.apply(place, before)
    main, event_id = filled.both(place)[0], "019ab0000000700080000000000000ff"
    await main.run_all(
        [(f"INSERT INTO reader VALUES ('reactions', 41, '{event_id}', 1790000000000000, 7)", ())]
    )
    with steps_up_to(migrations.FOLDER, 59, tmp_path) as after:
        await filled.apply(place, after)
    columns = "name, position, replace(CAST(event_id AS text), '-', ''), lease_until, fence"
    found = (await main.run_all([(f"SELECT {columns} FROM reader ORDER BY name", ())]))[0]
    assert [tuple(row.values()) for row in found] == [
        ("notes", 41, event_id, 0, 0),
        ("reactions", 41, event_id, 1790000000000000, 7),
    ]


async def test_a_step_that_fails_leaves_nothing(
    backend: str, bare_environ: dict[str, str], tmp_path: Path
) -> None:
    place, folder = settings.load(bare_environ), tmp_path / "doctored"
    shutil.copytree(migrations.FOLDER, folder)
    number = len(migrations.steps(folder, backend)) + 1
    name = f"{number:04}_broken"
    step = folder / f"{name}.{backend}.sql"
    step.write_text("CREATE TABLE half (id integer);\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(Exception, match="nowhere"):
        await filled.apply(place, folder)
    assert await migrations.pending(place, folder) == [
        name,
        *[one.name for one in migrations.steps(folder / "keys", backend)],
    ]
    assert "half" not in await filled.both(place)[0].catalog()
    # Neither a lock nor a half step stands in the way of the mended one.
    step.write_text("CREATE TABLE half (id integer);\n")
    assert (await filled.apply(place, folder))[0] == name
    assert await filled.apply(place, folder) == []
    # What was applied never changes, and code never goes back behind its database.
    step.write_text("CREATE TABLE half (id integer, more integer);\n")
    with pytest.raises(Conflict, match=f"{name} was changed after it was applied"):
        await filled.apply(place, folder)
    step.unlink()
    with pytest.raises(Conflict, match=f"ahead of this code: {name}"):
        await filled.apply(place, folder)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_step_that_breaks_a_foreign_key_is_refused(
    backend: str, bare_environ: dict[str, str], tmp_path: Path
) -> None:
    place, folder = settings.load(bare_environ), tmp_path / "doctored"
    shutil.copytree(migrations.FOLDER, folder)
    await filled.apply(place, folder)
    main = filled.both(place)[0]
    await main.fill()
    before = await main.rows()
    number = len(migrations.steps(folder, backend)) + 1
    (folder / f"{number:04}_breaks.sqlite.sql").write_text("DELETE FROM tag;\n")
    with pytest.raises(Conflict, match=r"leaves 6 broken foreign keys"):
        await filled.apply(place, folder)
    assert await main.rows() == before


def test_four_starts_beside_each_other_migrate_once(
    backend: str, bare_environ: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "kernel.migrate"]
    starts = [
        subprocess.Popen(command, cwd=ROOT, env=bare_environ, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = sorted(start.communicate(timeout=120)[0] for start in starts)
    assert [start.returncode for start in starts] == [0, 0, 0, 0]
    names = [
        step.name
        for folder in (migrations.FOLDER, migrations.FOLDER / "keys")
        for step in migrations.steps(folder, backend)
    ]
    # Two may share the work, each a database; no step is applied twice.
    applied = [name for line in told for name in re.findall(r"\d{4}_\w+", line)]
    assert sorted(applied) == sorted(names)
    assert told.count("migrated: nothing to do\n") >= 2


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_tenants_first_rows_are_found_by_their_keys(
    bare_environ: dict[str, str], tmp_path: Path
) -> None:
    place, folder = settings.load(bare_environ), tmp_path / "later"
    shutil.copytree(migrations.FOLDER, folder)
    await filled.apply(place, folder)
    connection = await asyncpg.connect(place.owner_database_url)
    try:
        # As foreign keys are checked: planned once, when the table is empty.
        await connection.execute(
            """SET plan_cache_mode = force_generic_plan;
               PREPARE one (uuid, uuid) AS
                   SELECT 1 FROM ONLY contact WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE"""
        )
        plan = await connection.fetch("EXPLAIN EXECUTE one (NULL, NULL)")
        assert plan[-1][0].strip() == "Index Cond: ((tenant_id = $1) AND (id = $2))"
        # What it has looked at, it knows better.
        await filled.both(place)[0].fill()
        await connection.execute("ANALYZE contact")
        told = "SELECT n_distinct FROM pg_stats WHERE tablename = $1 AND attname = 'tenant_id'"
        seen = await connection.fetchval(told, "contact")
        assert (seen, await connection.fetchval(told, "tag")) == (-1.0, 1.0)
        number = len(migrations.steps(folder, "postgresql")) + 1
        step = folder / f"{number:04}_later.postgresql.sql"
        step.write_text("CREATE TABLE later (tenant_id uuid);\n")
        await filled.apply(place, folder)
        assert await connection.fetchval(told, "contact") == seen
        assert await connection.fetchval(told, "later") == 1.0
    finally:
        await connection.close()
