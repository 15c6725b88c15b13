"""Forgetting a shop (contract: shop/redact): part by part, until none of its rows is left."""

from __future__ import annotations

from collections.abc import Sequence

from commerce.wire.shopify import COMPLIANCE
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

_AT_ONCE = 2000
# Before what they point at: a table, the tables whose rows belong to its own, by which column.
_TABLES: tuple[tuple[str, Sequence[str], str], ...] = (
    ("cart", ("cart_line",), "cart_id"),
    ("visit", (), ""),
    ("refund", (), ""),
    ("shop_order", ("fulfilment", "order_token", "order_line"), "order_id"),
    ("customer", (), ""),
    ("product", ("variant",), "product_id"),
)


@database.unit_of_work
async def erase_part(store_id: Id) -> int:
    """Delete some of what a shop of the current tenant told; how many rows, 0 once none is left.

    The connection stays, closed, so that its late words are known for what they are.
    """
    for table, parts, column in _TABLES:
        rows = await database.rows(
            f"""SELECT id FROM {table}
                 WHERE tenant_id = $1::uuid AND store_id = $2::uuid LIMIT $3::bigint""",
            tenancy.current(),
            store_id,
            _AT_ONCE,
        )
        if rows:
            await _delete(table, parts, column, [row["id"] for row in rows])
            return len(rows)
    return await _forget_deletions_and_deliveries(store_id)


async def _delete(table: str, parts: Sequence[str], column: str, row_ids: Sequence[Id]) -> None:
    which = Batch({"id": "uuid"}, [[one] for one in row_ids])
    for part, key in (*((part, column) for part in parts), (table, "id")):
        await database.run(
            f"""DELETE FROM {part} WHERE tenant_id = $1::uuid
                  AND {key} IN (SELECT b.id FROM ({{batch}}) AS b)""",
            tenancy.current(),
            batch=which,
        )


async def _forget_deletions_and_deliveries(store_id: Id) -> int:
    """What it deleted, and what still lies in its envelopes."""
    await database.run(
        "DELETE FROM deletion WHERE tenant_id = $1::uuid AND store_id = $2::uuid",
        tenancy.current(),
        store_id,
    )
    return await database.run(
        f"""DELETE FROM store_delivery
             WHERE store_id = $1::uuid AND topic NOT IN ({", ".join(_QUOTED)})""",
        store_id,
    )


_QUOTED = [f"'{topic}'" for topic in sorted(COMPLIANCE)]
