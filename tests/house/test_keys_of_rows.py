"""Keys of rows: the tenant stands first in every key, and every foreign key has its index."""

from __future__ import annotations

from dataclasses import replace

from tests.house.catalogs import Catalog, ForeignKey, Index
from tests.house.conftest import Catalogs

# Tables that belong to no tenant, and why.
GLOBAL = {
    "tenant": "is the tenant",
    "account": "one address signs in to several tenants",
    "recovery_code": "is an account's",
    "account_proof": "is an account's",
    "mail": "goes to accounts as well, which have no tenant",
    "reader": "durable readers follow all tenants",
    "destroyed_mark": "one list of what was destroyed serves all tenants",
    "platform_app": "an app of the platform serves several tenants",
    "route": "leads from an id of the platform to its tenant, before any tenant is known",
    "delivery": "one delivery holds updates of several tenants",
    "delivery_key": "the deduplication of deliveries",
    "aside": "updates for numbers that no tenant has connected",
    "store_route": "leads from a shop's address to its tenant, before any tenant is known",
    "store_delivery": "is claimed before its tenant is known",
}
# Of these a tenant has one row.
ONE_A_TENANT = {"facts_state"}
# SQLite numbers events by its row id, so their real key is a unique index there.
KEYED_BY_INDEX = {("sqlite", "outbox"): "outbox_key"}


def faults_of_keys(dialect: str, catalog: Catalog) -> list[str]:
    """What is wrong with primary keys, uniques and foreign keys."""
    found = []
    for name, table in catalog.items():
        if name in GLOBAL:
            continue
        key, uniques = table.key, {one for one in table.indexes if one.is_unique}
        if (dialect, name) in KEYED_BY_INDEX:
            (stand_in,) = (one for one in uniques if one.name == KEYED_BY_INDEX[dialect, name])
            key = stand_in.columns
        if key[:1] != ("tenant_id",) or (len(key) == 1) != (name in ONE_A_TENANT):
            found.append(f"{name}: its key is {key}")
        if "tenant_id" in table.columns and table.columns["tenant_id"].is_nullable:
            found.append(f"{name}: a row may have no tenant")
        found += [
            f"{name}: unique {one.name} begins with {one.columns[0]}"
            for one in uniques
            if one.columns[0] != "tenant_id"
        ]
        found += [
            f"{name}: foreign key {one.columns} → {one.table} leaves the tenant out"
            for one in table.foreign_keys
            if not _keeps_to_its_tenant(one)
        ]
    return sorted(found)


def faults_of_indexes(catalog: Catalog) -> list[str]:
    """Foreign keys that no index begins with: deleting what they point at would scan the table."""
    return sorted(
        f"{name}: no index begins with {one.columns}"
        for name, table in catalog.items()
        for one in table.foreign_keys
        if not any(
            set(columns[: len(one.columns)]) == set(one.columns)
            for columns in [
                table.key,
                *(index.columns for index in table.indexes if not index.where),
            ]
        )
    )


def _keeps_to_its_tenant(one: ForeignKey) -> bool:
    if one.table == "tenant":
        return one.columns == ("tenant_id",)
    if one.table in GLOBAL:
        return True  # there is no tenant to keep to
    return one.columns[0] == one.targets[0] == "tenant_id"


def test_the_tenant_stands_first_in_every_key(every_catalog: Catalogs) -> None:
    found = {place: faults_of_keys(place[0], one) for place, one in every_catalog.items()}
    assert found == {place: [] for place in every_catalog}


def test_every_foreign_key_has_its_index(every_catalog: Catalogs) -> None:
    found = {place: faults_of_indexes(one) for place, one in every_catalog.items()}
    assert found == {place: [] for place in every_catalog}


def test_the_list_of_global_tables_is_true(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        tables = every_catalog[dialect, "main"]
        # Routes point at a tenant, but must be found without one.
        without = {name for name, table in tables.items() if "tenant_id" not in table.columns}
        assert set(GLOBAL) == without | {"route", "store_route"}


def test_broken_rules_are_found(every_catalog: Catalogs) -> None:
    for (dialect, database), catalog in every_catalog.items():
        if database == "keys":
            continue
        table = catalog["identity"]
        away = ForeignKey(("contact_id",), "contact", ("id",), "no action")
        bare = Index("identity_bare", ("token",), True, "")
        unindexed = {one for one in table.indexes if one.name != "identity_contact"}
        doctored: dict[str, Catalog] = {
            "key": {"identity": replace(table, key=("id",))},
            "unique": {"identity": replace(table, indexes=table.indexes | {bare})},
            "away": {"identity": replace(table, foreign_keys={away})},
            "index": {"identity": replace(table, indexes=unindexed)},
        }
        assert faults_of_keys(dialect, doctored["key"]) == ["identity: its key is ('id',)"]
        assert faults_of_keys(dialect, doctored["unique"]) == [
            "identity: unique identity_bare begins with token"
        ]
        assert faults_of_keys(dialect, doctored["away"]) == [
            "identity: foreign key ('contact_id',) → contact leaves the tenant out"
        ]
        assert faults_of_indexes(doctored["index"]) == [
            "identity: no index begins with ('tenant_id', 'contact_id')"
        ]
