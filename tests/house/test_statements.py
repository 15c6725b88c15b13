"""Statements: a table is written only by its folder, and none leaves the tenant out."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tortoise import Model

from tests.house import sources
from tests.house.conftest import Catalogs
from tests.house.test_keys_of_rows import GLOBAL
from tests.house.test_models_and_catalogs import WITHOUT_MODEL, models
from tests.servers import ROOT

_WRITE = re.compile(
    r"\b(?:INSERT\s+INTO|DELETE\s+FROM|(?<!FOR )(?<!DO )(?<!KEY )UPDATE)\s+([a-z_]+\b|\{[^}]*\})"
)
_TOUCH = re.compile(r"\b(?:FROM|JOIN|INTO|(?<!FOR )(?<!DO )(?<!KEY )UPDATE)\s+([a-z_]+)\b")

_SAYS_WHOSE = re.compile(r"\btenant_id\s*=|\bINSERT\s+INTO\s+\S+\s*\(\s*tenant_id\b")

# Files that write a table whose name is handed in, and why they may.
HANDED_IN = {
    "kernel/database/statements.py": "insert() is handed the table by the room that owns it",
    "kernel/aging.py": "rows that grow old are handed in by the room that owns the table",
    "kernel/chain.py": "a chain is handed in by the room that owns the table",
    "kernel/leases.py": "deliveries are settled for the room that owns the table",
    "commerce/saving.py": "a table is handed in by the file that owns it",
    "privacy/closing/running.py": "every table of a tenant that leaves goes",
    "privacy/turning.py": "what stands under a tenant's own key is sealed anew wherever it stands",
    "privacy/erasure_steps.py": "every store of the manifest is handed in, in the order of erasure",
}
# Calls that write the table that they name first.
WRITERS = {"database.insert", "saving.save", "saving.insert_lines", "leases.settle"}
# Statements on tenants' tables that hold for all tenants: how many a file has, and why.
ACROSS = {
    "analytics/alerts.py": (1, "figures of all tenants are watched by one clock"),
    "kernel/events.py": (2, "readers follow all tenants, and drop what all of them have passed"),
    "kernel/sql/read_outbox.postgresql.sql": (1, "durable readers follow all tenants"),
    "kernel/sql/read_outbox.sqlite.sql": (1, "durable readers follow all tenants"),
    "kernel/sql/newest_in_outbox.postgresql.sql": (1, "a reader begins behind all tenants"),
    "kernel/sql/newest_in_outbox.sqlite.sql": (1, "a reader begins behind all tenants"),
    "campaigns/sql/claim_campaign.sql": (1, "audiences are frozen by whoever is free"),
    "campaigns/steps.py": (1, "campaigns of all tenants are looked after by one clock"),
    "channels/number_asking.py": (1, "numbers of all tenants are asked by one clock"),
    "channels/template_listing.py": (1, "accounts of all tenants are asked by one clock"),
    "commerce/pull.py": (1, "shops of all tenants are asked by one clock"),
    "commerce/carts.py": (1, "carts of all tenants are left by one clock"),
    "counters/anew.py": (1, "tenants are counted anew by whoever is free"),
    "segments/facts.py": (1, "facts of all tenants change by one clock"),
    "segments/keeping.py": (1, "time passes for the segments of all tenants"),
    "segments/state.py": (1, "facts of all tenants are kept by one clock"),
    "contacts/consent_requests.py": (1, "requests of all tenants fall due by one clock"),
    "channels/sql/claim_media.sql": (1, "files of all tenants are fetched by whoever is free"),
    "conversations/by_email.py": (1, "whoever is free mails for all tenants"),
    "conversations/ledger_reads.py": (1, "what waits in all tenants is counted together"),
    "conversations/mailing_ends.py": (1, "mailings of all tenants end by one clock"),
    "conversations/overdue.py": (1, "leases of all tenants run out by one clock"),
    "conversations/steps.py": (1, "snoozes of all tenants end by one clock"),
    "imports/forgetting.py": (1, "files of all tenants grow old by one clock"),
    "privacy/holds.py": (1, "holds of all tenants end by one clock"),
    "scoring/standing.py": (1, "contacts of all tenants are judged by one clock"),
    "scoring/silences.py": (1, "silent threads of all tenants fall due by one clock"),
    "privacy/sql/claim_erasure.sql": (1, "erasures of all tenants are worked off by any worker"),
    "imports/sql/claim_import.sql": (1, "imports of all tenants are done by whoever is free"),
    "links/queries.py": (1, "a link of a touchpoint names no tenant"),
    "privacy/breach_clock.py": (1, "breaches of all tenants fall due by one clock"),
    "privacy/due.py": (1, "requests of all tenants fall due by one clock"),
    "privacy/letters.py": (1, "letters of all tenants are sent by whoever is free"),
    "privacy/store_requests.py": (1, "shops of all tenants are forgotten by whoever is free"),
    "privacy/exports/claims.py": (1, "exports of all tenants are gathered by whoever is free"),
    "privacy/exports/steps.py": (1, "archives of all tenants expire by one clock"),
    "tenants/people.py": (1, "an account may be a person of several tenants"),
    "tenants/kept_answers.py": (1, "answers past their day are dropped for all tenants"),
    "tenants/endings.py": (1, "sessions of all tenants expire by one clock"),
    "privacy/closing/running.py": (1, "tenants that leave are worked off by whoever is free"),
    "scripts/restore.py": (1, "events of all tenants are numbered on behind a backup"),
}


@dataclass(frozen=True)
class Statement:
    """A text that holds SQL, and where it stands."""

    file: str
    line: int
    text: str

    @property
    def room(self) -> str:
        """The folder that it belongs to."""
        return self.file.split("/")[0]


def statements() -> Iterator[Statement]:
    """Every text of the house that holds SQL."""
    for path in sources.python_files():
        module = sources.tree(path)
        docstrings = sources.docstrings(module)
        for line, text in sources.texts(module):
            if line not in docstrings and (_TOUCH.search(text) or _WRITE.search(text)):
                yield Statement(str(path.relative_to(ROOT)), line, text)
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and sources.called(node) in WRITERS:
                name = next((text for _, text in sources.texts(node.args[0])), "{handed in}")
                file = str(path.relative_to(ROOT))
                yield Statement(file, node.lineno, f"INSERT INTO {name} (tenant_id")
    for path in sorted(ROOT.glob("*/sql/*.sql")):
        text = re.sub(r"--.*", "", path.read_text())
        yield Statement(str(path.relative_to(ROOT)), 1, text)


def foreign_writes(found: list[Statement], rooms: Mapping[str, str]) -> list[str]:
    """Writes to a table that stands in another room."""
    faults = []
    for one in found:
        for table in _WRITE.findall(one.text):
            if table.startswith("{"):
                if one.file not in HANDED_IN and not _names_only_its_own(one, rooms):
                    faults.append(f"{one.file}:{one.line} writes {table}, whatever that is")
            elif table in rooms and rooms[table] != one.room:
                faults.append(f"{one.file}:{one.line} writes {table}, which is {rooms[table]}'s")
    return sorted(faults)


def without_tenant(found: list[Statement], tables: set[str]) -> list[str]:
    """Statements on tenants' tables that do not say whose rows they mean."""
    return sorted(
        f"{one.file}:{one.line} touches {', '.join(sorted(touched))}"
        for one in found
        if (touched := tables & set(_TOUCH.findall(one.text))) and not _SAYS_WHOSE.search(one.text)
    )


def _names_only_its_own(one: Statement, rooms: Mapping[str, str]) -> bool:
    """Whether all tables that the file names as texts of their own stand in its room."""
    path = ROOT / one.file
    if not path.exists():
        return False
    named = {text for _, text in sources.texts(sources.tree(path)) if text in rooms}
    return bool(named) and all(rooms[table] == one.room for table in named)


@pytest.fixture(scope="module")
def found() -> list[Statement]:
    return list(statements())


@pytest.fixture(scope="module")
def rooms() -> dict[str, str]:
    kernels = dict.fromkeys(WITHOUT_MODEL, "kernel")
    return {table: room for table, (room, _) in models().items()} | kernels


@pytest.fixture(scope="module")
def of_tenants(every_catalog: Catalogs) -> set[str]:
    return set(every_catalog["sqlite", "main"]) - set(GLOBAL)


def test_a_table_is_written_only_by_its_folder(
    found: list[Statement], rooms: dict[str, str]
) -> None:
    assert foreign_writes(found, rooms) == []
    # The walk sees what it should: every table but those of features to come has its writer.
    written = {table for one in found for table in _WRITE.findall(one.text)}
    assert set(rooms) - written <= {"send", "send_key"}


def test_every_statement_names_its_tenant(found: list[Statement], of_tenants: set[str]) -> None:
    without = Counter(line.split(":")[0] for line in without_tenant(found, of_tenants))
    assert without == {file: count for file, (count, _) in ACROSS.items()}


def test_no_front_door_hands_out_a_model() -> None:
    for room in sources.folders():
        module = __import__(room)
        for name in getattr(module, "__all__", ()):
            one = getattr(module, name)
            assert not (isinstance(one, type) and issubclass(one, Model)), f"{room}.{name}"


def test_nothing_is_read_past_the_manager() -> None:
    # Tortoise's raw() and joins cross tenants (traps: Tortoise).
    for path in sources.python_files():
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.Call):
                last = sources.called(node).rpartition(".")[2]
                assert last not in ("raw", "select_related", "prefetch_related"), path


def test_broken_rules_are_found(rooms: dict[str, str], of_tenants: set[str]) -> None:
    doctored = [
        Statement("workers/inbound.py", 1, "UPDATE contact SET name_at = 0 WHERE tenant_id = $1"),
        Statement("workers/inbound.py", 2, "DELETE FROM {table} WHERE tenant_id = $1"),
        Statement("contacts/tags.py", 3, "INSERT INTO message (tenant_id) VALUES ($1)"),
        Statement("contacts/tags.py", 4, "SELECT 1 FROM tag WHERE id = $1 FOR UPDATE OF tag"),
        Statement("contacts/sql/x.sql", 5, "SELECT 1 FROM tenant t JOIN contact_tag c ON true"),
    ]
    assert foreign_writes(doctored, rooms) == [
        "contacts/tags.py:3 writes message, which is conversations's",
        "workers/inbound.py:1 writes contact, which is contacts's",
        "workers/inbound.py:2 writes {table}, whatever that is",
    ]
    assert without_tenant(doctored, of_tenants) == [
        "contacts/sql/x.sql:5 touches contact_tag",
        "contacts/tags.py:4 touches tag",
    ]


def test_the_walk_reads_what_it_should(tmp_path: Path) -> None:
    module = ast.parse('x = f"UPDATE {table} SET a = {b!r}"\ny = ("SELECT 1 " "FROM tag")')
    assert dict(sources.texts(module)) == {
        1: "UPDATE {table} SET a = {b}",
        2: "SELECT 1 FROM tag",
    }
