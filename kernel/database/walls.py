"""The walls between tenants in the database clients (decision 0008).

Every statement is read before it runs: each tenants' table in it must be bound to the tenant at
work. Below that stands PostgreSQL's row-level security, told in each transaction who is at work.
`tenancy.across_tenants` is the only way over both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient

from kernel import metrics, tenancy
from kernel.database import whose
from kernel.errors import NoTenant

# Roles without sign-in that a migration makes; a program takes one of them in each transaction.
APP, ACROSS = "rapport_app", "rapport_across"
# A tenant's own row is found by its id.
_COLUMNS = {"tenant": "id"}
_TENANT = re.compile(r"[0-9a-f]{32}")
_log = structlog.get_logger("walls")
_tables: dict[str, str] = {}


def build(columns: Iterable[tuple[str, str]]) -> None:
    """Learn the tenants' tables from (table, column) of a database's catalog."""
    for table, column in columns:
        if column == tenant_column(table):
            _tables[table] = column
    _places.cache_clear()


def tenant_column(table: str) -> str:
    """The column of a table that names the tenant, where it has one."""
    return _COLUMNS.get(table, "tenant_id")


def forget() -> None:
    """Before other databases are opened."""
    _tables.clear()
    _places.cache_clear()


def check(text: str, values: Sequence[Any] | None = None) -> None:
    """NoTenant for a statement that could touch rows of another than the tenant at work.

    The text is read once; after that a statement costs a look-up and a comparison.
    """
    if tenancy.is_across():
        return
    places = _places(text)
    if isinstance(places, str):
        raise _refused(text, places)
    for place in places:
        if values is None or values[place] != tenancy.current():
            raise _refused(text, "its values name another tenant")


def stand() -> str:
    """The statement that tells PostgreSQL who is at work, until the transaction ends.

    Nothing of it outlives the transaction, so it is safe behind PgBouncer (traps: Tortoise).
    """
    role, tenant = (ACROSS, "") if tenancy.is_across() else (APP, tenancy.current_or_none() or "")
    if tenant and not _TENANT.fullmatch(tenant):
        raise NoTenant("the tenant is no id")
    return f"SELECT set_config('role', '{role}', true), set_config('app.tenant', '{tenant}', true)"


@lru_cache(maxsize=4096)
def _places(text: str) -> frozenset[int] | str:
    """Where the tenant stands among a statement's values, or why it must not run."""
    try:
        return whose.places(text, _tables)
    except whose.Unbound as error:
        return str(error)


def _refused(text: str, why: str) -> NoTenant:
    # A fault of ours, and what an attack would look like: counted and logged, without the values.
    metrics.WALL.inc()
    statement = hashlib.sha256(text.encode()).hexdigest()[:12]
    _log.error("wall_held", why=why, statement=statement)
    return NoTenant(f"a statement does not keep to its tenant ({why}; {statement})")


class Checked(BaseDBAsyncClient):
    """A client, or one of its transactions, that runs nothing unchecked: ours and Tortoise's."""

    async def execute_query(self, query: str, values: Any = None) -> Any:
        """How many rows were changed or found, and the rows."""
        check(query, values)
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """Rows as dicts."""
        check(query, values)
        return await super().execute_query_dict(query, values)

    async def execute_insert(self, query: str, values: Any) -> Any:
        """Tortoise's way to insert a row."""
        check(query, values)
        return await super().execute_insert(query, values)

    async def execute_many(self, query: str, values: Any) -> None:
        """One statement for each list of values."""
        for some in values:
            check(query, some)
        await super().execute_many(query, values)

    async def execute_script(self, query: str) -> None:
        """Statements without values."""
        check(query)
        await super().execute_script(query)
