"""Every column stands in the data map; every table that points at a person is in the manifest."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from privacy import ACTIVITIES, RECIPIENTS, STORES, TABLES, Column, Store, Table, Way
from tests.house import catalogs, sources
from tests.house.catalogs import Catalog, ForeignKey
from tests.house.conftest import Catalogs
from tests.servers import ROOT

# Columns by which a row points at a person: the owner of its key, or the contact.
POINTERS = frozenset({"subject_id", "contact_id", "survivor_id", "merged_id"})
# Bytes that are neither sealed nor keyed: links of chains, over what is.
CHAINS = frozenset({"hash", "chain_hash", "cut_hash"})
# Sealed under another name: a person's key, wrapped by its tenant's.
WRAPPED = ("person_key", "wrapped")

# What a file seals under the tenant's own key; "" for what stands in no table.
HOUSE = {
    "privacy/processors.py": "processor.secret",
    "api/graphql/pages.py": "",
    "campaigns/wording.py": "campaign.content",
    "channels/numbers.py": "number.token",
    "channels/updates.py": "platform_update.payload",
    "commerce/carts.py": "cart.url",
    "commerce/parcels.py": "fulfilment.tracking",
    "commerce/requests.py": "store_request.payload",
    "commerce/storefront.py": "",
    "commerce/stores.py": "store.secrets store.token",
    "conversations/mailings.py": "mailing.content",
    "conversations/statuses.py": "message_status.extra",
    "imports/plans.py": "import_job.plan",
    "kernel/shelf.py": "",
    "privacy/breaches.py": "breach.words",
    "privacy/holds.py": "legal_hold.reason",
    "tenants/invitations.py": "invitation.email invitation.name",
    "tenants/kept_answers.py": "kept_answer.answer",
    "tenants/signup.py": "person.name",
}
# These only open what is sealed there, or seal anew what the map says.
HOUSE_OPENED = frozenset(
    {
        "api/graphql/schema/carts.py",
        "api/graphql/schema/orders.py",
        "channels/forgetting.py",
        "channels/template_listing.py",
        "commerce/connections.py",
        "commerce/forgetting.py",
        "commerce/pull.py",
        "conversations/wordings.py",
        "privacy/closing/archive.py",
        "privacy/exports/reading.py",
        "privacy/turning.py",
        "tenants/people.py",
    }
)


def faults_of_keeping(catalog: Catalog, tables: Mapping[str, Table] = TABLES) -> list[str]:
    """Columns that the data map leaves out, or says something else of than their names."""
    found = []
    for name, table in catalog.items():
        mapped = tables[name].columns if name in tables else {}
        found += [f"{name}.{one}: not in the map" for one in table.columns.keys() - mapped.keys()]
        found += [f"{name}.{one}: there is none" for one in mapped.keys() - table.columns.keys()]
        for one in table.columns.keys() & mapped.keys():
            kept = mapped[one].keeping
            if kept not in _by_name(name, one):
                found.append(f"{name}.{one}: is {kept} by the map, not by its name")
            kind = table.columns[one].kind
            is_bytes = kind in ("bytea", "blob")
            if is_bytes != (kept != "clear" or one in CHAINS):
                found.append(f"{name}.{one}: is {kept} in a column of {kind}")
    return sorted(found)


def faults_of_whose(catalog: Catalog, tables: Mapping[str, Table] = TABLES) -> list[str]:
    """Tables that do not say whose they are, or not so that the person can be given their rows."""
    found = []
    for name, table in tables.items():
        there = catalog[name].columns.keys()
        if table.activity not in ACTIVITIES:
            found.append(f"{name}: nothing is kept for {table.activity}")
        if table.whose != "contact":
            if POINTERS & there:
                found.append(f"{name}: points at a person, and is {table.whose}'s by the map")
            if table.is_exported or table.ways:
                found.append(f"{name}: is exported to nobody's person")
            if table.whose == "mixed" and not table.withheld:
                found.append(f"{name}: does not say why it is withheld")
            continue
        if not table.ways or not all(_leads(tables, table, set(), one) for one in table.ways):
            found.append(f"{name}: no way leads from its rows to the person")
        if table.is_exported == bool(table.withheld) or table.is_exported != bool(table.what):
            found.append(f"{name}: is exported under a title, or says why not")
        for one in {*table.key, *(column for way in table.ways for column in way.columns)} - there:
            found.append(f"{name}: there is no {one} to order or to follow")
    return sorted(found)


def _leads(tables: Mapping[str, Table], table: Table, passed: set[str], way: Way) -> bool:
    """Whether a way comes to the contact or its subjects, passing no table twice."""
    if way.table in ("contact", "subject"):
        return True
    through = tables.get(way.table)
    if through is None or way.table in passed or set(way.targets) - through.columns.keys():
        return False
    return all(_leads(tables, through, passed | {way.table}, one) for one in through.ways)


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


def test_every_column_stands_in_the_data_map(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        catalog = _whole(every_catalog, dialect)
        assert faults_of_keeping(catalog) == []
        assert set(TABLES) == set(catalog)
        assert faults_of_whose(catalog) == []
    assert {one for work in ACTIVITIES.values() for one in work.recipients} == set(RECIPIENTS)


def test_every_table_that_points_at_a_person_is_in_the_manifest(every_catalog: Catalogs) -> None:
    for dialect in ("sqlite", "postgresql"):
        assert faults_of_manifest(_whole(every_catalog, dialect)) == []
    assert STORES[-1].table == "contact"


def test_a_column_kept_otherwise_is_found(every_catalog: Catalogs) -> None:
    for dialect, blob in (("sqlite", "blob"), ("postgresql", "bytea")):
        catalog = deepcopy(_whole(every_catalog, dialect))
        catalog["contact"].columns |= {
            "birthday": catalogs.Column("text", True),
            "email_sealed": catalogs.Column("text", True),
            "photo": catalogs.Column(blob, True),
        }
        columns = {
            **TABLES["contact"].columns,
            "email_sealed": Column("sealed", "told", "email", "text"),
            "photo": Column("clear", "told", "photo", "text"),
            "name_sealed": Column("clear", "told", "name", "text"),
        }
        tables = {**TABLES, "contact": replace(TABLES["contact"], columns=columns)}
        assert faults_of_keeping(catalog, tables) == [
            "contact.birthday: not in the map",
            "contact.email_sealed: is sealed in a column of text",
            "contact.name_sealed: is clear by the map, not by its name",
            f"contact.name_sealed: is clear in a column of {blob}",
            f"contact.photo: is clear in a column of {blob}",
        ]


def test_a_table_that_is_lost_to_its_person_is_found(every_catalog: Catalogs) -> None:
    cart, line = TABLES["cart"], TABLES["cart_line"]
    tables = {
        **TABLES,
        "cart": replace(cart, ways=(Way(("id",), "cart_line", ("cart_id",)),)),
        "cart_line": replace(line, ways=(Way(("order_id",), "cart", ("id",)),)),
        "visit": replace(TABLES["visit"], whose="nobody", activity="fun"),
        "delivery": replace(TABLES["delivery"], withheld=""),
        "refund": replace(TABLES["refund"], what=""),
    }
    assert faults_of_whose(_whole(every_catalog, "sqlite"), tables) == [
        "cart: no way leads from its rows to the person",
        "cart_line: no way leads from its rows to the person",
        "cart_line: there is no order_id to order or to follow",
        "delivery: does not say why it is withheld",
        "refund: is exported under a title, or says why not",
        "visit: is exported to nobody's person",
        "visit: nothing is kept for fun",
        "visit: points at a person, and is nobody's by the map",
    ]


def test_a_store_that_was_forgotten_is_found(every_catalog: Catalogs) -> None:
    catalog = deepcopy(_whole(every_catalog, "postgresql"))
    catalog["diary"] = deepcopy(catalog["tag"])
    catalog["diary"].columns["contact_id"] = catalogs.Column("uuid", False)
    catalog["diary"].foreign_keys = {
        ForeignKey(("tenant_id", "media_id"), "media", ("tenant_id", "id"), "no action")
    }
    stores = [store for store in STORES if store.table != "contact_tag"]
    assert faults_of_manifest(catalog, stores) == [
        "contact_tag: points at a person by ['contact_id']",
        "diary: points at a person by ['contact_id']",
        "media: cannot be deleted, diary points at its rows",
    ]


def test_what_the_house_seals_is_sealed_anew_when_its_key_is_turned() -> None:
    callers = {
        str(path.relative_to(ROOT))
        for path in sources.python_files()
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Call) and sources.called(node) == "keys.house"
    }
    # Whoever adds one says here what it seals, and `house` in the data map.
    assert callers == HOUSE.keys() | HOUSE_OPENED
    mapped = {
        f"{name}.{column.removesuffix('_sealed')}"
        for name, table in TABLES.items()
        for column in table.house
    }
    assert mapped == {place for places in HOUSE.values() for place in places.split()}
