"""Every column says how it is kept; every table that points at a person is in the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy

from privacy import COLUMNS, STORES, Keeping, Store
from tests.house.catalogs import Catalog, Column, ForeignKey
from tests.house.conftest import Catalogs

# Columns by which a row points at a person: the owner of its key, or the contact.
POINTERS = frozenset({"subject_id", "contact_id", "survivor_id", "merged_id"})
# Bytes that are neither sealed nor keyed: links of chains, over what is.
CHAINS = frozenset({"hash", "chain_hash"})
# Sealed under another name: a person's key, wrapped by its tenant's.
WRAPPED = ("person_key", "wrapped")


def faults_of_keeping(
    catalog: Catalog, columns: Mapping[str, Mapping[str, Keeping]] = COLUMNS
) -> list[str]:
    """Columns that the table of columns leaves out, or says something else of than their names."""
    found = []
    for name, table in catalog.items():
        kept = columns.get(name, {})
        found += [f"{name}.{one}: not in the table" for one in table.columns.keys() - kept.keys()]
        found += [f"{name}.{one}: there is none" for one in kept.keys() - table.columns.keys()]
        for one in table.columns.keys() & kept.keys():
            if kept[one] not in _by_name(name, one):
                found.append(f"{name}.{one}: is {kept[one]} by the table, not by its name")
            kind = table.columns[one].kind
            is_bytes = kind in ("bytea", "blob")
            if is_bytes != (kept[one] != "clear" or one in CHAINS):
                found.append(f"{name}.{one}: is {kept[one]} in a column of {kind}")
    return sorted(found)


def faults_of_manifest(catalog: Catalog, stores: Sequence[Store] = STORES) -> list[str]:
    """Tables that point at a person and are not in the manifest, or not as they could be erased."""
    found = []
    listed = {store.table: store for store in stores}
    if len(listed) < len(stores):
        found.append("a table stands in the manifest twice")
    for name, table in catalog.items():
        pointers = POINTERS & table.columns.keys()
        if name in listed and listed[name].pointer not in pointers:
            found.append(f"{name}: {listed[name].pointer} is no pointer of it")
        if name not in listed and pointers:
            found.append(f"{name}: points at a person by {sorted(pointers)}")
    gone: set[str] = set()
    for store in stores:
        for name, table in catalog.items():
            holds = any(one.table == store.table for one in table.foreign_keys)
            if store.fate == "deleted" and holds and name not in gone:
                found.append(f"{store.table}: cannot be deleted, {name} points at its rows")
        gone |= {store.table} if store.fate == "deleted" else set()
    return sorted(found)


def _by_name(table: str, column: str) -> set[str]:
    """What a column with this name may be."""
    if column.endswith("_sealed") or (table, column) == WRAPPED:
        return {"sealed"}
    if column == "token" or column.endswith("_token"):
        return {"keyed", "searched"}
    return {"clear"}


def _whole(every_catalog: Catalogs, dialect: str) -> Catalog:
    return every_catalog[dialect, "main"] | every_catalog[dialect, "keys"]


def test_every_column_says_how_it_is_kept(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        catalog = _whole(every_catalog, dialect)
        assert faults_of_keeping(catalog) == []
        assert set(COLUMNS) == set(catalog)


def test_every_table_that_points_at_a_person_is_in_the_manifest(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        assert faults_of_manifest(_whole(every_catalog, dialect)) == []
    assert STORES[-1].table == "contact"


def test_a_column_kept_otherwise_is_found(every_catalog: Catalogs) -> None:
    for dialect, blob in (("sqlite", "blob"), ("postgresql", "bytea")):
        catalog = deepcopy(_whole(every_catalog, dialect))
        catalog["contact"].columns |= {
            "birthday": Column("text", True),
            "email_sealed": Column("text", True),
            "photo": Column(blob, True),
        }
        columns = {**COLUMNS, "contact": dict(COLUMNS["contact"])}
        columns["contact"] |= {"email_sealed": "sealed", "photo": "clear", "name_sealed": "clear"}
        assert faults_of_keeping(catalog, columns) == [
            "contact.birthday: not in the table",
            "contact.email_sealed: is sealed in a column of text",
            "contact.name_sealed: is clear by the table, not by its name",
            f"contact.name_sealed: is clear in a column of {blob}",
            f"contact.photo: is clear in a column of {blob}",
        ]


def test_a_store_that_was_forgotten_is_found(every_catalog: Catalogs) -> None:
    catalog = deepcopy(_whole(every_catalog, "postgresql"))
    catalog["diary"] = deepcopy(catalog["tag"])
    catalog["diary"].columns["contact_id"] = Column("uuid", False)
    catalog["diary"].foreign_keys = {
        ForeignKey(("tenant_id", "media_id"), "media", ("tenant_id", "id"), "no action")
    }
    stores = [store for store in STORES if store.table != "contact_tag"]
    assert faults_of_manifest(catalog, stores) == [
        "contact_tag: points at a person by ['contact_id']",
        "diary: points at a person by ['contact_id']",
        "media: cannot be deleted, diary points at its rows",
    ]
