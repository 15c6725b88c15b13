"""Every tenants' table of PostgreSQL has its row-level security, and few ways lead over it."""

from __future__ import annotations

import ast
import asyncio
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.house import sources
from tests.house.conftest import Catalogs
from tests.servers import ROOT, Postgres

# Who reaches over the wall: how many times in each file, and why there is no other way.
OVER_THE_WALL = {
    "analytics/alerts.py": (1, "figures of all tenants are watched by one clock"),
    "channels/media.py": (1, "whoever is free fetches the files of all tenants"),
    "campaigns/launching.py": (1, "audiences are frozen by whoever is free"),
    "campaigns/steps.py": (1, "campaigns of all tenants are looked after by one clock"),
    "channels/numbers.py": (3, "a delivery finds its tenant by ids of the platform"),
    "channels/outages.py": (1, "numbers of all tenants are watched by one clock"),
    "channels/number_asking.py": (1, "numbers of all tenants are asked by one clock"),
    "channels/template_listing.py": (1, "accounts of all tenants are asked by one clock"),
    "commerce/connections.py": (1, "a shop's delivery finds the tenants that claim its address"),
    "commerce/deliveries.py": (1, "shops' deliveries find their tenants"),
    "commerce/carts.py": (1, "carts of all tenants are left by one clock"),
    "commerce/pull.py": (1, "shops of all tenants are asked by one clock"),
    "contacts/consent_requests.py": (1, "requests of all tenants fall due by one clock"),
    "conversations/by_email.py": (1, "whoever is free mails for all tenants"),
    "conversations/claims.py": (1, "whoever is free sends for all tenants"),
    "conversations/ledger_reads.py": (1, "what waits in all tenants is counted together"),
    "conversations/mailing_ends.py": (1, "mailings of all tenants end by one clock"),
    "conversations/overdue.py": (1, "leases of all tenants run out by one clock"),
    "conversations/steps.py": (1, "snoozes of all tenants end by one clock"),
    "counters/anew.py": (1, "tenants are counted anew by whoever is free"),
    "imports/claims.py": (1, "whoever is free reads the files of all tenants"),
    "imports/forgetting.py": (1, "files of all tenants grow old by one clock"),
    "privacy/holds.py": (1, "holds of all tenants end by one clock"),
    "privacy/erasing.py": (1, "whoever is free forgets people of all tenants"),
    "kernel/chain.py": (1, "the chainer looks for tenants that have rows to link"),
    "kernel/events.py": (3, "durable readers follow all tenants"),
    "kernel/turning.py": (1, "keys of all tenants are turned by one clock"),
    "links/queries.py": (1, "a link of a touchpoint names no tenant"),
    "privacy/breach_clock.py": (1, "breaches of all tenants fall due by one clock"),
    "privacy/due.py": (1, "requests of all tenants fall due by one clock"),
    "privacy/letters.py": (1, "letters of all tenants are sent by whoever is free"),
    "privacy/store_requests.py": (1, "shops of all tenants are forgotten by whoever is free"),
    "privacy/exports/claims.py": (1, "whoever is free gathers what is held on people"),
    "privacy/exports/steps.py": (1, "archives of all tenants expire by one clock"),
    "privacy/closing/running.py": (1, "tenants that leave are worked off by whoever is free"),
    "kernel/versions.py": (1, "keys of all tenants are turned by one clock"),
    "segments/facts.py": (1, "facts of all tenants change by one clock"),
    "segments/keeping.py": (1, "time passes for the segments of all tenants"),
    "segments/ready_made.py": (1, "tenants from before begin with segments too"),
    "segments/state.py": (1, "facts of all tenants are kept by one clock"),
    "tenants/index_versions.py": (1, "keys of all tenants are turned by one clock"),
    "tenants/kept_answers.py": (1, "answers of all tenants go after a day"),
    "tenants/nights.py": (1, "what is done for every tenant begins with who they are"),
    "tenants/origins.py": (1, "a browser asks before it says for which tenant"),
    "tenants/people.py": (1, "an account signs in before any tenant is known"),
    "tenants/endings.py": (1, "sessions of all tenants expire by one clock"),
    "scoring/standing.py": (1, "contacts of all tenants are judged by one clock"),
    "scoring/silences.py": (1, "silent threads of all tenants fall due by one clock"),
}
_WALLS = """
    SELECT c.relname AS name, c.relrowsecurity AS is_on, c.relforcerowsecurity AS is_forced,
           pg_get_expr(p.polqual, p.polrelid) AS condition, p.polcmd::text AS command,
           p.polwithcheck IS NULL AS checks_the_same, p.polroles = '{0}' AS is_for_all
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'wall'
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
"""
_OTHER_POLICIES = """
    SELECT relname AS name, polname AS policy, polroles::regrole[]::text[] AS roles
      FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE polname <> 'wall'
"""
_OWNED = """
    SELECT relname FROM pg_class JOIN pg_roles r ON r.oid = relowner
     WHERE r.rolname LIKE 'rapport%'
"""
_ROLES = """
    SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole AS is_mighty FROM pg_roles
     WHERE rolname LIKE 'rapport%' ORDER BY rolname
"""


def faults_of_walls(tables: dict[str, str], walls: dict[str, dict[str, Any]]) -> list[str]:
    """What is wrong with the walls of the tenants' tables (with their tenant columns)."""
    found = []
    for name, column in sorted(tables.items()):
        wall = walls[name]
        condition = (
            f"({column} = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"
        )
        if not (wall["is_on"] and wall["is_forced"]):
            found.append(f"{name}: row-level security is not on and forced")
        if wall["condition"] != condition or wall["command"] != "*":
            found.append(f"{name}: its wall is {wall['condition']}")
        elif not (wall["checks_the_same"] and wall["is_for_all"]):
            found.append(f"{name}: its wall does not hold for every row and role")
    return found


@pytest.fixture(scope="module")
def main(postgres: Postgres, postgres_template: tuple[str, str]) -> str:
    return postgres.owner_url(postgres_template[0])


@pytest.fixture(scope="module")
def keys(postgres: Postgres, postgres_template: tuple[str, str]) -> str:
    return postgres.owner_url(postgres_template[1])


def _read(url: str, query: str) -> list[dict[str, Any]]:
    async def read() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(url)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(read())


def test_every_tenants_table_has_its_wall(every_catalog: Catalogs, main: str, keys: str) -> None:
    for database, url in (("main", main), ("keys", keys)):
        catalog = every_catalog["postgresql", database]
        tables = {name: "tenant_id" for name, one in catalog.items() if "tenant_id" in one.columns}
        tables |= {"tenant": "id"} if database == "main" else {}
        walls = {row["name"]: row for row in _read(url, _WALLS)}
        assert faults_of_walls(tables, walls) == []
        assert {name for name, wall in walls.items() if wall["is_on"]} == set(tables)


def test_only_the_other_role_sees_over_a_wall(main: str, keys: str) -> None:
    for url in (main, keys):
        for policy in _read(url, _OTHER_POLICIES):
            assert (policy["policy"], policy["roles"]) == ("over_wall", ["rapport_across"]), policy
        assert _read(url, _OWNED) == []
    assert [tuple(role.values()) for role in _read(main, _ROLES)] == [
        ("rapport", False),
        ("rapport_across", False),
        ("rapport_app", False),
    ]


def test_few_places_reach_over_the_wall() -> None:
    found = Counter(
        str(path.relative_to(ROOT))
        for path in sources.python_files()
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Call) and sources.called(node) == "tenancy.across_tenants"
    )
    assert found == {file: count for file, (count, _) in OVER_THE_WALL.items()}


def test_broken_rules_are_found() -> None:
    whole = {
        "is_on": True,
        "is_forced": True,
        "condition": "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true),"
        " ''::text))::uuid)",
        "command": "*",
        "checks_the_same": True,
        "is_for_all": True,
    }
    walls = {
        "bare": {**whole, "is_forced": False},
        "open": {**whole, "condition": None},
        "read": {**whole, "command": "r"},
        "half": {**whole, "checks_the_same": False},
        "fine": whole,
    }
    assert faults_of_walls(dict.fromkeys(walls, "tenant_id"), walls) == [
        "bare: row-level security is not on and forced",
        "half: its wall does not hold for every row and role",
        f"open: its wall is {None}",
        f"read: its wall is {whole['condition']}",
    ]
