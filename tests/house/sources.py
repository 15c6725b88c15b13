"""The house's own source files, as the tests that walk it read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.servers import ROOT


@cache
def folders() -> tuple[str, ...]:
    """The packages of the house: the folders at its root that Python can import, but for tests."""
    found = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    return tuple(name for name in found if name not in ("tests", "benchmarks"))


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project, as git sees it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().split("\0")
    return tuple(path for name in sorted(names) if name and (path := ROOT / name).is_file())


def python_files(*rooms: str) -> Iterator[Path]:
    """The Python files of these packages, of all where none is named."""
    for room in rooms or folders():
        yield from sorted((ROOT / room).rglob("*.py"))


def room_of(path: Path) -> str:
    """The package in which a file stands."""
    return path.relative_to(ROOT).parts[0]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


def texts(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every string in a module, f-strings whole: `{…}` where a value goes in."""
    inside = {
        id(part)
        for node in ast.walk(module)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(map(_part, node.values))
        elif id(node) not in inside and isinstance(node, ast.Constant):
            yield node.lineno, node.value if isinstance(node.value, str) else ""


def docstrings(module: ast.Module) -> set[int]:
    """The lines on which docstrings begin."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.body[0].value.lineno
        for node in ast.walk(module)
        if isinstance(node, documented)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }


def called(node: ast.Call) -> str:
    """The dotted name of what a call calls, "" where it is no plain name."""
    return dotted(node.func)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.FormattedValue):
        return "{" + ast.unparse(part.value) + "}"
    return ""
