"""What a newcomer leans on: settings on one page, doors with words, names that say something."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from kernel.settings import Settings, name_of
from tests.house import sources
from tests.servers import ROOT

# Names under which anything could be found, and so nothing is.
_SAY_NOTHING = "service services util utils helper helpers manager managers misc common"
FORBIDDEN = frozenset(_SAY_NOTHING.split())
# Where packages come from is for the machine to know, not for the project.
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs.org")


def faults_of_door(module: ModuleType) -> list[str]:
    """Exported names that do not exist, stand out of order, or have no words."""
    names = list(module.__all__)
    found = []
    if names != sorted(names, key=_order):
        found.append(f"{module.__name__}: __all__ is not sorted")
    for name in names:
        one = getattr(module, name, None)
        if one is None:
            found.append(f"{module.__name__}.{name}: does not exist")
        elif (inspect.isclass(one) or inspect.isroutine(one)) and not _words(one):
            found.append(f"{module.__name__}.{name}: has no docstring")
    if not module.__doc__:
        found.append(f"{module.__name__}: has no docstring")
    return found


def faults_of_names(paths: Iterable[Path]) -> list[str]:
    """Files and folders whose names say nothing."""
    return [
        str(path) for path in paths if {part.removesuffix(".py") for part in path.parts} & FORBIDDEN
    ]


def faults_of_places(texts: Iterable[tuple[str, str]], words: Iterable[str]) -> list[str]:
    """Files that speak of the machine on which they were written."""
    return [f"{name} speaks of {word}" for name, text in texts for word in words if word in text]


def _order(name: str) -> tuple[int, list[object]]:
    """As ruff sorts __all__: constants, then classes, then the rest, numbers by their value."""
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    parts = [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
    return kind, list(parts)


def _words(one: object) -> bool:
    """Whether somebody wrote a docstring; what dataclasses make of their fields is none."""
    words = one.__dict__.get("__doc__") if inspect.isclass(one) else one.__doc__
    return bool(words) and not str(words).startswith(f"{getattr(one, '__name__', '')}(")


def _machine() -> list[str]:
    """This checkout's place and the addresses of this machine's registries."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    urls = re.findall(r"https?://[^\s'\"]+", told + " ".join(os.environ.values()))
    hosts = {urlsplit(url).hostname for url in urls if "index" in url or "simple" in url}
    return [str(ROOT), str(ROOT.parent / "shared"), *REGISTRIES, *filter(None, hosts)]


def _texts() -> list[tuple[str, str]]:
    found = []
    for path in sources.project_files():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text()))
        except UnicodeDecodeError:
            continue
    return found


def test_every_setting_is_on_the_page() -> None:
    page = (ROOT / ".env.example").read_text()
    listed = re.findall(r"^# (RAPPORT_[A-Z_]+)=", page, re.MULTILINE)
    assert listed == [name_of(one) for one in dataclasses.fields(Settings)]


def test_the_readme_names_every_command() -> None:
    page = (ROOT / "README.md").read_text()
    commands = [path for path in (ROOT / "scripts").iterdir() if os.access(path, os.X_OK)]
    named = {f"scripts/{path.name}" for path in commands if path.is_file()}
    assert {name for name in named if name not in page} == set()


def test_front_doors_are_in_order() -> None:
    doors = [importlib.import_module(room) for room in sources.folders()]
    with_names = [door for door in doors if hasattr(door, "__all__")]
    assert [fault for door in with_names for fault in faults_of_door(door)] == []
    assert {"tenants", "contacts", "channels", "conversations", "privacy"} <= {
        door.__name__ for door in with_names
    }


def test_every_name_says_what_happens() -> None:
    assert faults_of_names(path.relative_to(ROOT) for path in sources.project_files()) == []


def test_nothing_speaks_of_one_machine() -> None:
    assert faults_of_places(_texts(), _machine()) == []


def test_broken_rules_are_found() -> None:
    door = ModuleType("doctored", "Words.")

    @dataclasses.dataclass
    class Wordless:
        at: int

    vars(door).update(
        {"__all__": ["tag", "Wordless", "gone"], "tag": lambda: None, "Wordless": Wordless}
    )
    assert faults_of_door(door) == [
        "doctored: __all__ is not sorted",
        "doctored.tag: has no docstring",
        "doctored.Wordless: has no docstring",
        "doctored.gone: does not exist",
    ]
    assert faults_of_names([Path("contacts/utils.py"), Path("contacts/tags.py")]) == [
        "contacts/utils.py"
    ]
    doctored = [
        ("Dockerfile", f"COPY {ROOT} /app"),
        ("a.txt", f"--index-url https://{REGISTRIES[0]}"),
    ]
    assert faults_of_places(doctored, _machine()) == [
        f"Dockerfile speaks of {ROOT}",
        f"a.txt speaks of {REGISTRIES[0]}",
    ]
