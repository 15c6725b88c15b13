"""Migrations have one head, no gap, and the same steps in both dialects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kernel import migrate, migrations
from kernel.errors import Conflict


def faults_of_steps(folder: Path) -> list[str]:
    """What is wrong with the steps of both databases."""
    found = []
    for place in (folder, folder / "keys"):
        names = {}
        for dialect in ("sqlite", "postgresql"):
            try:
                names[dialect] = [step.name for step in migrations.steps(place, dialect)]
            except Conflict as error:
                found.append(f"{place.name}, {dialect}: {error.message}")
        if len(names) == 2 and names["sqlite"] != names["postgresql"]:
            found.append(f"{place.name}: the dialects have different steps")
        strays = {path.name for path in place.glob("*.sql")} - {
            f"{name}.{dialect}.sql" for dialect, listed in names.items() for name in listed
        }
        if not found and strays:
            found.append(f"{place.name}: never applied: {sorted(strays)}")
    return found


def test_steps_follow_on() -> None:
    assert faults_of_steps(migrations.FOLDER) == []
    for place in (migrations.FOLDER, migrations.FOLDER / "keys"):
        assert migrations.steps(place, "sqlite")


@pytest.mark.parametrize(
    ("added", "fault", "status"),
    [
        (["0009_far.sqlite.sql"], "do not follow on: 0009_far stands where 0002", 2),
        (["0001_other.sqlite.sql", "0001_other.postgresql.sql"], "0001_spine stands where 0002", 2),
        (["0002_lonely.postgresql.sql"], "the dialects have different steps", 1),
        # The command takes this for no step at all.
        (["2_short.sqlite.sql"], "never applied: ['2_short.sqlite.sql']", 0),
    ],
)
def test_broken_rules_are_found(
    added: list[str], fault: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    (folder / "keys").mkdir(parents=True)
    for path in (*migrations.FOLDER.glob("0001_*"), *migrations.FOLDER.glob("keys/0001_*")):
        shutil.copy(path, folder / path.relative_to(migrations.FOLDER))
    assert faults_of_steps(folder) == []
    for name in added:
        (folder / name).write_text("SELECT 1;")
    found = faults_of_steps(folder)
    assert found
    assert fault in found[0]
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setattr("sys.argv", ["migrate", "--check"])
    assert migrate.main() == status
