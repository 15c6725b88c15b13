"""The segments that every tenant begins with, as `ready_made.toml` tells of them (F36)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from kernel import clock, database, events, ids, tenancy
from kernel.events import Event

_FILE = Path(__file__).parent / "ready_made.toml"


@cache
def ready_made() -> Mapping[str, Mapping[str, Any]]:
    """Name and rule of each, by its code."""
    return tomllib.loads(_FILE.read_text())


@database.unit_of_work
async def install() -> None:
    """Give the current tenant those that it has not; one that it put away, or named otherwise,
    stays so.
    """
    now = clock.now()
    made = await database.insert(
        "segment",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "name": told["name"],
                "code": code,
                "rule": orjson.dumps(told["rule"]).decode(),
                "version": 1,
                "filled_version": 0,
                "seen_to": now,
                "created_at": now,
                "updated_at": now,
            }
            for code, told in ready_made().items()
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    await events.record(*(Event("segment.changed", {"segment": row["id"]}) for row in made))


async def install_missing() -> int:
    """Give them to the tenants that have none of them; to how many."""
    with tenancy.across_tenants("tenants from before begin with segments too"):
        rows = await database.rows(
            """SELECT t.id FROM tenant t
                WHERE t.state = 'active'
                  AND NOT EXISTS (SELECT 1 FROM segment s
                                   WHERE s.tenant_id = t.id AND s.code IS NOT NULL)
                LIMIT 50"""
        )
    for row in rows:
        with tenancy.acting_for(row["id"]):
            await install()
    return len(rows)
