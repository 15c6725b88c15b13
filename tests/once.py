"""What each start of the house does again, and tests do once for all of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from tortoise.apps import Apps

from kernel.database import whose

Types = dict[str, dict[str, str]]


def describe_models() -> None:
    """From now on the ORM finds the models once, and describes them when the dialect changes."""
    describe, described = Apps._build_initial_querysets, list[str]()

    def describe_anew(apps: Apps) -> None:
        dialect = apps._connections.get("default").capabilities.dialect
        if described != [dialect]:
            describe(apps)
            described[:] = [dialect]

    # Methods are replaced here, which types do not foresee.
    Apps._build_initial_querysets = describe_anew  # type: ignore[method-assign]
    Apps._discover_models = staticmethod(cache(Apps._discover_models))  # type: ignore[method-assign]


def read_types() -> None:
    """From now on the columns of a database's tables are read once for each dialect: tests that
    make a table of their own do it behind the start."""
    start = import_module("kernel.database.start")  # by this name the package has its function
    read_anew, known = start._read_types, dict[tuple[str, str], Types]()

    async def read(name: str) -> Types:
        place = name, start.dialect(name)
        if place not in known:
            known[place] = await read_anew(name)
        return known[place]

    vars(start).update(_read_types=read)


def read_statements() -> None:
    """From now on a statement is read once for the same tables; few tests have others."""
    read_anew = whose.places
    # By the tables: comparing them costs less than hashing them, and last come those in use.
    known: list[tuple[dict[str, str], dict[str, frozenset[int]]]] = []

    def read(text: str, of: Mapping[str, str]) -> frozenset[int]:
        read_before = next((read for tables, read in reversed(known) if tables == of), None)
        if read_before is None:
            known.append((dict(of), read_before := {}))
        if text not in read_before:
            read_before[text] = read_anew(text, of)
        return read_before[text]

    whose.places = read
