"""Models, SQLite and PostgreSQL say the same of every table: the check for drift."""

from __future__ import annotations

import importlib
from copy import deepcopy
from dataclasses import dataclass

from tortoise import Model

from kernel.database.start import rooms
from tests.house.catalogs import SQLITE_TYPE, Catalog, Column, Index
from tests.house.conftest import Catalogs

# Tables that no model describes, and why.
WITHOUT_MODEL = dict.fromkeys(
    ("person_key", "tenant_key"), "stands in the key database, which the ORM never opens"
)
# Where the two databases differ on purpose: SQLite numbers events itself, and its row id must be
# the primary key for that.
NUMBERED_BY_SQLITE = "outbox"


@dataclass(frozen=True)
class Field:
    """A column as a model declares it."""

    kinds: dict[str, str]
    is_nullable: bool


def models() -> dict[str, tuple[str, dict[str, Field]]]:
    """Table → the room that it stands in, and its columns by the model."""
    found: dict[str, tuple[str, dict[str, Field]]] = {}
    for room in rooms():
        module = importlib.import_module(f"{room.name}.models")
        for one in vars(module).values():
            if not isinstance(one, type) or not issubclass(one, Model):
                continue
            if one.__module__ != module.__name__ or one._meta.abstract:
                continue
            assert one._meta.db_table not in found, f"two models of {one._meta.db_table}"
            found[one._meta.db_table] = room.name, _fields(one)
    return found


def _fields(model: type[Model]) -> dict[str, Field]:
    return {
        (field.source_field or name): Field(
            {
                "sqlite": _sqlite(field.get_for_dialect("sqlite", "SQL_TYPE")),
                "postgresql": _postgresql(field.get_for_dialect("postgres", "SQL_TYPE")),
            },
            field.null,
        )
        for name, field in model._meta.fields_map.items()
    }


def _postgresql(declared: str) -> str:
    kind = declared.lower()
    return {"int": "integer", "json": "jsonb"}.get(kind, kind)


def _sqlite(declared: str) -> str:
    kind = declared.lower()
    return {"int": "integer", "bigint": "integer", "smallint": "integer", "json": "text"}.get(
        kind, kind
    )


def drift(dialect: str, catalog: Catalog, declared: dict[str, dict[str, Field]]) -> list[str]:
    """Where models and catalog part, both ways."""
    found = [f"{name}: has no model" for name in catalog.keys() - declared - WITHOUT_MODEL.keys()]
    found += [f"{name}: is not there" for name in declared.keys() - catalog.keys()]
    for name in catalog.keys() & declared.keys():
        columns, fields = catalog[name].columns, declared[name]
        found += [f"{name}.{one}: no model knows it" for one in columns.keys() - fields.keys()]
        found += [f"{name}.{one}: is not there" for one in fields.keys() - columns.keys()]
        for one in columns.keys() & fields.keys():
            said = Column(fields[one].kinds[dialect], fields[one].is_nullable)
            if said != columns[one]:
                found.append(f"{name}.{one}: {columns[one]}, the model says {said}")
    return sorted(found)


def differences(sqlite: Catalog, postgresql: Catalog) -> list[str]:
    """Where the two databases part."""
    found = [f"{name}: only in one" for name in sqlite.keys() ^ postgresql.keys()]
    for name in sqlite.keys() & postgresql.keys():
        one, other = deepcopy(sqlite[name]), deepcopy(postgresql[name])
        if name == NUMBERED_BY_SQLITE:
            assert one.key == ("position",)
            (key,) = (index for index in one.indexes if index.name == "outbox_key")
            one.key = key.columns
            one.indexes.remove(key)
        kinds = {
            column: Column(SQLITE_TYPE[shape.kind], shape.is_nullable)
            for column, shape in other.columns.items()
        }
        for what, ours, theirs in (
            ("columns", set(one.columns.items()), set(kinds.items())),
            ("key", {one.key}, {other.key}),
            ("indexes", one.indexes, other.indexes),
            ("foreign keys", one.foreign_keys, other.foreign_keys),
            ("checks", one.checks, other.checks),
            ("triggers", one.triggers, other.triggers),
        ):
            if ours != theirs:
                found.append(f"{name}: {what} differ: {ours ^ theirs}")
    return sorted(found)


def _declared() -> dict[str, dict[str, Field]]:
    return {table: fields for table, (_, fields) in models().items()}


def test_models_equal_the_catalogs(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        assert drift(dialect, every_catalog[dialect, "main"], _declared()) == []
        assert set(every_catalog[dialect, "keys"]) == {*WITHOUT_MODEL, "destroyed_mark"}


def test_both_databases_are_the_same(every_catalog: Catalogs) -> None:
    for database in ("main", "keys"):
        assert (
            differences(every_catalog["sqlite", database], every_catalog["postgresql", database])
            == []
        )


def test_drift_is_found(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        catalog = deepcopy(every_catalog[dialect, "main"])
        tag = catalog["tag"]
        tag.columns["colour"] = Column("text", True)
        tag.columns["name"] = Column("text", True)
        del tag.columns["created_at"], catalog["mention"]
        found = drift(dialect, catalog, _declared())
        assert [line.split(":")[0] for line in found] == [
            "mention",
            "tag.colour",
            "tag.created_at",
            "tag.name",
        ]


def test_differences_are_found(every_catalog: Catalogs) -> None:
    sqlite = deepcopy(every_catalog["sqlite", "main"])
    postgresql = every_catalog["postgresql", "main"]
    (name,) = (one for one in sqlite["tag"].indexes if one.name == "tag_name")
    sqlite["tag"].indexes.remove(name)
    sqlite["mention"].foreign_keys.pop()
    (part,) = (one for one in sqlite["send"].indexes if one.name == "send_due")
    sqlite["send"].indexes ^= {part, Index(part.name, part.columns, False, "state = 'sent'")}
    sqlite["media"].columns["size"] = Column("integer", False)
    sqlite["episode"].checks.pop()
    found = differences(sqlite, postgresql)
    assert [line.split(" differ")[0] for line in found] == [
        "episode: checks",
        "media: columns",
        "mention: foreign keys",
        "send: indexes",
        "tag: indexes",
    ]
