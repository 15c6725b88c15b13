"""Tiny factories: a house with its owner, and what a test sees from outside."""

from __future__ import annotations

from typing import Any

import tenants
from kernel import tenancy
from kernel.ids import Id
from tests import stored

PASSWORD = "correct horse battery"
EMAIL = "owner@costa.example"


async def found(**changes: Any) -> tenants.Founded:
    """A tenant in Spain; `changes` overrule what is filled in."""
    filled: dict[str, Any] = {
        "name": "Costa Clara",
        "country": "ES",
        "locale": "es-ES",
        "time_zone": "Europe/Madrid",
        "currency": "EUR",
        "owner_email": EMAIL,
        "owner_name": "Marta Vidal",
        "password": PASSWORD,
    }
    return await tenants.found(**{**filled, **changes})


async def add(tenant_id: Id, email: str, role: str, name: str = "Nuria Sala") -> Id:
    """A further person with the same password."""
    with tenancy.acting_for(tenant_id):
        return await tenants.add_person(email, name, role, PASSWORD)


async def count(table: str) -> int:
    """How many rows a table has, of all tenants."""
    with tenancy.across_tenants("a test counts"):
        row = await stored.row(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"]) if row else 0


async def events_of(tenant_id: Id) -> list[str]:
    """The kinds of the tenant's events, in the order in which they were recorded."""
    with tenancy.across_tenants("a test reads the outbox"):
        rows = await stored.rows(
            "SELECT kind FROM outbox WHERE tenant_id = $1::uuid ORDER BY position, id", tenant_id
        )
    return [row["kind"] for row in rows]
