"""Contacts that turned out to be one person: what they bought goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from contacts import Merge
from kernel import database, tenancy


async def follow_merges(merges: Sequence[Merge]) -> None:
    """What was bought by contacts that were joined into others is their survivors' now."""
    for table in ("customer", "shop_order", "refund", "cart", "visit"):
        for one in merges:
            await database.run(
                f"""UPDATE {table} SET contact_id = $2::uuid
                     WHERE tenant_id = $1::uuid AND contact_id = $3::uuid""",
                tenancy.current(),
                one.survivor_id,
                one.merged_id,
            )
