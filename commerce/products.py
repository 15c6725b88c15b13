"""Products: what a shop sells, at which price, and how many are left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from commerce import saving
from commerce.deletions import Gone
from commerce.told import Product
from kernel import clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id


async def write(
    store_id: Id, currency: str, told: Sequence[Product], gone: Mapping[str, Gone]
) -> list[Event]:
    """Write products and their variants, the newest word of each; what happened."""
    latest: dict[str, Product] = {}
    for one in told:
        known = latest.get(one.external_id)
        if known is None or _standing(one) > _standing(known):
            latest[one.external_id] = one
    before = await _hold(store_id, {*latest, *gone})
    fresh = {
        name: one
        for name, one in latest.items()
        if name not in before
        or _standing(one) > (before[name]["told_at"], before[name]["told_tie"])
    }
    rows, events = [], []
    for name in sorted({*fresh, *(before.keys() & gone.keys())}):
        old = before.get(name)
        row = _row(store_id, currency, fresh[name], old) if name in fresh else dict(old or {})
        row["deleted_at"] = gone[name].gone_at if name in gone and gone[name].is_gone else None
        if row == old:
            continue
        rows.append(row | {"updated_at": clock.now()})
        refs = {"product": row["id"], "store": store_id}
        events.append(Event("product.changed", refs))
        if old and old["stock"] == 0 and row["stock"]:
            events.append(Event("product.restocked", refs))
    await saving.save("product", "external_id", rows)
    await _save_variants(
        {row["id"]: fresh[row["external_id"]] for row in rows if row["external_id"] in fresh}
    )
    return events


def _row(store_id: Id, currency: str, one: Product, old: dict[str, Any] | None) -> dict[str, Any]:
    at, tie = _standing(one)
    prices = [kind.price for kind in one.variants if kind.price is not None]
    stocks = [kind.stock for kind in one.variants if kind.stock is not None]
    return {
        "tenant_id": tenancy.current(),
        "id": old["id"] if old else ids.new_id(),
        "store_id": store_id,
        "external_id": one.external_id,
        "title": one.title,
        "state": one.state,
        "currency": one.currency or currency,
        "price": min(prices, default=None),
        "stock": sum(stocks) if stocks else None,
        "url": one.url,
        "told_at": at,
        "told_tie": tie,
        "created_at": old["created_at"] if old else clock.now(),
        "updated_at": clock.now(),
    }


async def _hold(store_id: Id, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = await database.rows(
        """SELECT p.* FROM product p
            WHERE p.tenant_id = $1::uuid AND p.store_id = $2::uuid
              AND p.external_id = ANY (ARRAY(SELECT b.external_id FROM ({batch}) AS b))
            ORDER BY p.id FOR UPDATE OF p""",
        tenancy.current(),
        store_id,
        batch=Batch({"external_id": "text"}, [[name] for name in sorted(names)]),
    )
    return {row["external_id"]: row for row in rows}


async def _save_variants(products: Mapping[Id, Product]) -> None:
    await saving.clear("variant", "product_id", list(products))
    await database.insert(
        "variant",
        [
            {
                "tenant_id": tenancy.current(),
                "product_id": product_id,
                "external_id": kind.external_id,
                "sku": kind.sku,
                "title": kind.title,
                "price": kind.price,
                "stock": kind.stock,
            }
            for product_id, one in products.items()
            for kind in {kind.external_id: kind for kind in one.variants}.values()
        ],
    )


def _standing(one: Product) -> tuple[int, int]:
    return one.at, keys.index().tie("product.told", repr(one))
