"""By which version of the index key a tenant's people are found from now on (F50)."""

from __future__ import annotations

from kernel import database, keys, tenancy
from kernel.seal import Indexer


async def newest_index() -> Indexer:
    """Makes the tokens that the current tenant's people are found by from now on.

    Held in the open unit: whoever turns the key waits until what it writes is there. NotFound where
    that version is gone, as in a backup from before a turn; then the turn is made up first.
    """
    return keys.index_at(await index_version())


async def index_version() -> int:
    """Its version, held in the open unit."""
    row = await database.row(
        "SELECT t.index_version FROM tenant t WHERE t.id = $1::uuid FOR SHARE", tenancy.current()
    )
    return int(row["index_version"]) if row else int(keys.FIRST)


async def turn_index_version(before: int, version: int) -> None:
    """From here on this version makes the tokens; nothing where another turn was first."""
    await database.run(
        "UPDATE tenant SET index_version = $3 WHERE id = $1::uuid AND index_version = $2",
        tenancy.current(),
        before,
        version,
    )


async def turned_indexes() -> list[str]:
    """The tenants whose index key was ever turned."""
    with tenancy.across_tenants("keys of all tenants are turned by one clock"):
        rows = await database.rows("SELECT t.id FROM tenant t WHERE t.index_version > 1")
    return [row["id"] for row in rows]
