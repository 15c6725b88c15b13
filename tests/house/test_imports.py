"""Imports go down, others enter by the front door, and the contract is a picture of the house."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house import sources
from tests.servers import ROOT

# Each breaks one rule: a file, and the line added to it.
BREAKS = {
    "kernel/clock.py": "import contacts",
    "contacts/tags.py": "import channels",
    "conversations/notes.py": "from contacts.identity import find",
    "workers/schedule.py": "from kernel.database.units import in_unit",
    "api/errors.py": "from workers.jobs import tidy",
}
# What the checker then says is broken.
BROKEN = [
    "Imports go down",
    "Front door of kernel's rooms",
    "Front door of contacts",
    "Nobody enters the workers from outside",
]


def contracts() -> dict[str, list[str]]:
    """The packages that the checker looks at, its layers, and the doors that it keeps."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    layers = [one for one in settings["importlinter"]["contracts"] if one["type"] == "layers"]
    doors = [one for one in settings["importlinter"]["contracts"] if one["type"] == "protected"]
    return {
        "linted": settings["importlinter"]["root_packages"],
        "typed": settings["mypy"]["packages"],
        "layers": [room for line in layers[0]["layers"] for room in line.split(" | ")],
        "doors": [one["protected_modules"][0].split(".")[0] for one in doors],
    }


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_go_down_and_through_the_front_doors() -> None:
    checked = _check(ROOT)
    assert checked.returncode == 0, checked.stdout


def test_the_contract_names_every_folder() -> None:
    folders = set(sources.folders())
    assert {name: set(listed) for name, listed in contracts().items()} == {
        "linted": folders,
        "typed": folders,
        "layers": folders,
        # Commands stand on top: nothing may import them, and there is nothing to protect.
        "doors": folders - {"scripts"},
    }


def test_broken_rules_are_found(tmp_path: Path) -> None:
    for path in sources.python_files():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in BREAKS.items():
        copy = tmp_path / name
        copy.write_text(f"{copy.read_text()}\n{line}\n")
    checked = _check(tmp_path)
    assert checked.returncode == 1
    assert re.findall(r"^(.+) BROKEN", checked.stdout, re.MULTILINE) == BROKEN
    for name, line in BREAKS.items():
        imported = re.sub(r"from (\S+) import (\w+)|import (\w+)", r"\1\3", line)
        arrow = f"{name.removesuffix('.py').replace('/', '.')} -> {imported}"
        assert arrow in checked.stdout, checked.stdout
