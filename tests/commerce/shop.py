"""A shop that tells of a purchase, and everything that is held of it, free of internal ids."""

from __future__ import annotations

from typing import Any

import orjson

import commerce
from commerce.told import (
    Buyer,
    Cart,
    Customer,
    Deletion,
    Line,
    Order,
    Parcel,
    Product,
    Refund,
    Told,
    Variant,
)
from kernel import clock, keys, tenancy
from kernel.ids import Id
from tests import stored

NOON = 1_782_900_000 * clock.SECOND
LEA = Buyer("7100000000001", "lea@example.com", "34600111222", "Lea Prat")
GUEST = Buyer(email="lea@example.com")


async def open_shop(address: str = "clara") -> Id:
    """A shop of the tenant's own, in euros."""
    return await commerce.connect_store("own", "Clara", address)


def at(minute: int) -> int:
    """So many minutes after noon."""
    return NOON + minute * clock.MINUTE


def order(minute: int, external_id: str = "9007199254740993", **more: Any) -> Order:
    """An order as told so many minutes after noon; its id is beyond 2^53."""
    return Order(
        **{
            "external_id": external_id,
            "at": at(minute),
            "placed_at": at(5),
            "currency": "EUR",
            "total": 72_0000,
            "buyer": LEA,
            "number": "#1001",
            "payment": "pending",
            "cart_tokens": ("checkout-1", "cart-1"),
            "lines": (Line("Tee", 2, 24_5000, 49_0000, product="8001"),),
            **more,
        }
    )


def cart(minute: int, external_id: str = "checkout-1", **more: Any) -> Cart:
    """A cart as told so many minutes after noon."""
    return Cart(
        **{
            "external_id": external_id,
            "at": at(minute),
            "currency": "EUR",
            "total": 67_0000,
            "buyer": GUEST,
            "url": f"https://clara.example/back/{external_id}",
            "lines": (Line("Tee", 2, 24_5000, 49_0000),),
            **more,
        }
    )


def refund(external_id: str = "r-1", amount: int = 18_0000, **more: Any) -> Refund:
    """Money given back a day later."""
    return Refund(
        **{
            "external_id": external_id,
            "at": at(1440),
            "amount": amount,
            "currency": "EUR",
            "order": "9007199254740993",
            **more,
        }
    )


PARCEL = Parcel("p-1", at(60), "success", "in_transit", "USPS", "9400100000000000000001")
# One purchase from the first cart to the last refund, as it happened.
STORY: tuple[Told, ...] = (
    cart(1),
    cart(3, buyer=LEA, cart_token="cart-1"),
    Customer(LEA, at(0), ("new",)),
    order(5),
    order(6, payment="paid"),
    order(60, payment="paid", fulfilment="fulfilled", parcels=(PARCEL,)),
    refund(),
    refund("r-2", 0),
    refund("r-2", 5_0000),
    order(1441, payment="partially_refunded", fulfilment="fulfilled", parcels=(PARCEL,)),
    Customer(LEA, at(1500), ("vip", "summer"), "unsubscribed", at(1499)),
    order(20, "2", total=119_0000, payment="paid", coupons=("WA10",), cart_tokens=()),
    order(21, "2", total=119_0000, payment="paid", cancelled_at=at(21), cancel_reason="customer"),
    order(1, "3", buyer=Buyer(), cart_tokens=(), is_test=True),
    Deletion("order", "3", at(9)),
    cart(30, "checkout-2", buyer=Buyer("25")),
    Product("8001", at(0), "Tee", variants=(Variant("9001", price=24_5000, stock=0),)),
    Product("8001", at(9), "Tee", variants=(Variant("9001", price=26_0000, stock=14),)),
    Product("8002", at(0), "Cap"),
    Deletion("product", "8002", at(8)),
)


async def state() -> dict[str, Any]:
    """All that the current tenant holds of its shops."""
    names = await _names()
    orders = await _rows("shop_order", "external_id", names)
    parcels = await stored.rows(
        "SELECT * FROM fulfilment WHERE tenant_id = $1::uuid", tenancy.current()
    )
    sealers = await keys.of(row["subject_id"] for row in parcels if row["subject_id"])
    return {
        "orders": orders,
        "lines": await _lines("order_line", "shop_order", "order_id"),
        "parcels": sorted(
            (
                row["external_id"],
                row["state"],
                row["shipment"],
                orjson.loads(
                    sealers[row["subject_id"]].open(
                        "fulfilment.tracking", row["id"], row["tracking_sealed"]
                    )
                )["number"],
            )
            for row in parcels
        ),
        "refunds": await _rows("refund", "external_id", names),
        "carts": await _rows("cart", "left_at", names),
        "cart lines": await _lines("cart_line", "cart", "cart_id"),
        "products": await _rows("product", "external_id", names),
        "variants": await _plain(
            "SELECT external_id, sku, title, price, stock FROM variant WHERE tenant_id = $1::uuid"
        ),
        "customers": await _rows("customer", "told_at", names),
        "tags": await _plain(
            """SELECT t.name FROM contact_tag ct JOIN tag t ON t.id = ct.tag_id
                WHERE ct.tenant_id = $1::uuid"""
        ),
        "consents": await _plain(
            "SELECT purpose, state, since FROM consent_state WHERE tenant_id = $1::uuid"
        ),
        "timeline": await _plain(
            """SELECT kind, at, amount, currency FROM activity
                WHERE tenant_id = $1::uuid AND kind IN ('order.placed', 'order.cancelled')"""
        ),
        "requests": await _plain(
            "SELECT kind, state, requested_at FROM store_request WHERE tenant_id = $1::uuid"
        ),
        "people": sorted(names.values(), key=repr),
    }


async def _names() -> dict[Id, tuple[Any, ...]]:
    """Each active contact by what is known of them, opened."""
    rows = await stored.rows(
        """SELECT c.id, c.subject_id, c.name_sealed, i.id AS identity_id, i.kind, i.value_sealed,
                  i.subject_id AS owner, i.first_at, i.last_at
             FROM contact c JOIN identity i ON i.tenant_id = c.tenant_id AND i.contact_id = c.id
            WHERE c.tenant_id = $1::uuid AND c.state = 'active'""",
        tenancy.current(),
    )
    sealers = await keys.of({row["owner"] for row in rows} | {row["subject_id"] for row in rows})
    found: dict[Id, set[Any]] = {}
    for row in rows:
        name = row["name_sealed"] and sealers[row["subject_id"]].open_text(
            "contact.name", row["id"], row["name_sealed"]
        )
        value = sealers[row["owner"]].open_text(
            "identity.value", row["identity_id"], row["value_sealed"]
        )
        mine = found.setdefault(row["id"], set())
        mine |= {("name", name), (row["kind"], value, row["first_at"], row["last_at"])}
    return {contact_id: tuple(sorted(ids, key=repr)) for contact_id, ids in found.items()}


_OURS = {"tenant_id", "id", "store_id", "created_at", "updated_at", "order_id", "subject_id"}


async def _rows(table: str, order_by: str, names: dict[Id, Any]) -> list[dict[str, Any]]:
    rows = await stored.rows(
        f"SELECT * FROM {table} WHERE tenant_id = $1::uuid ORDER BY {order_by}", tenancy.current()
    )
    return [
        {
            name: names[value] if name == "contact_id" and value else value
            for name, value in row.items()
            if name not in _OURS and not name.endswith(("_sealed", "token", "_tie"))
        }
        | {"is_ordered": row.get("order_id") is not None}
        for row in rows
    ]


async def _lines(table: str, of: str, pointer: str) -> list[Any]:
    return await _plain(
        f"""SELECT o.told_at, l.position, l.product, l.title, l.quantity, l.price, l.total
             FROM {table} l JOIN {of} o ON o.tenant_id = l.tenant_id AND o.id = l.{pointer}
            WHERE l.tenant_id = $1::uuid"""
    )


async def _plain(statement: str) -> list[Any]:
    rows = await stored.rows(statement, tenancy.current())
    return sorted((tuple(row.values()) for row in rows), key=repr)
