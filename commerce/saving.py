"""Writing what shops told: rows whole, and the lists that hang on them anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.told import Line
from kernel import database, tenancy
from kernel.database import Batch, RunAgain
from kernel.ids import Id

Record = dict[str, Any]


async def save(table: str, name: str, records: Sequence[Record]) -> None:
    """Insert or overwrite rows that the shop and `name` tell apart.

    RunAgain when another worker made one of them meanwhile, under another id.
    """
    if not records:
        return
    columns = [one for one in records[0] if one not in ("tenant_id", "id", "created_at")]
    saved = await database.insert(
        table,
        sorted(records, key=lambda one: one["id"]),
        conflict=f"ON CONFLICT (tenant_id, store_id, {name}) DO UPDATE SET "
        + ", ".join(f"{one} = excluded.{one}" for one in columns),
        returning="id",
    )
    if {row["id"] for row in saved} != {one["id"] for one in records}:
        raise RunAgain


async def clear(table: str, owner: str, owners: Sequence[Id]) -> None:
    """Take away what hangs on these owners (`owner` is the column that names them)."""
    if owners:
        await database.run(
            f"""DELETE FROM {table} WHERE tenant_id = $1::uuid
                  AND {owner} IN (SELECT b.id FROM ({{batch}}) AS b)""",
            tenancy.current(),
            batch=Batch({"id": "uuid"}, [[one] for one in owners]),
        )


async def insert_lines(table: str, owner: str, lines: Mapping[Id, Sequence[Line]]) -> None:
    """Write the lines of orders or carts, in their order."""
    await database.insert(
        table,
        [
            {
                "tenant_id": tenancy.current(),
                owner: owner_id,
                "position": position,
                "product": line.product,
                "variant": line.variant,
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "price": line.price,
                "total": line.total,
            }
            for owner_id, held in lines.items()
            for position, line in enumerate(held)
        ],
    )
