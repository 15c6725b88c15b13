"""Carts, and the products of shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Annotated, cast

import strawberry

import commerce as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, input_type, object_type
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.permissions import PERSONAL
from api.graphql.scalars import DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.money import Money, money, money_or_none
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from api.graphql.schema.orders import Order, OrderLine, load_orders, make_line
from api.graphql.schema.stores import Store, load_stores
from kernel import keys
from kernel.ids import Id
from tenants import Permission


@enum_type
class CartState(Enum):
    """What became of a cart."""

    OPEN = strawberry.enum_value("open", description="Somebody is about to buy.")
    ABANDONED = strawberry.enum_value(
        "abandoned", description="Nothing happened in it for half an hour."
    )
    RECOVERED = strawberry.enum_value("recovered", description="It became an order.")


@object_type
class Cart(Node):
    """What somebody is about to buy."""

    kind = "cart"
    row: strawberry.Private[room.CartRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The shop.")
    def store(self) -> Store:
        return cast(Store, self.asked.loader(load_stores).get(self.row["store_id"]))

    @strawberry.field(description="Whose it is, as soon as that is known.")
    def contact(self) -> Contact | None:
        contact_id = self.row["contact_id"]
        return self.asked.loader(load_contacts).get(contact_id) if contact_id else None

    @strawberry.field(description="What became of it.")
    def state(self) -> CartState:
        return CartState(self.row["state"])

    @strawberry.field(description="What is in it comes to so much.")
    def total(self) -> Money:
        return money(self.row["total"], self.row["currency"])

    @strawberry.field(description="What is in it.")
    def lines(self) -> list[OrderLine]:
        return cast(list[OrderLine], self.asked.loader(_load_lines).get(self.row["id"]))

    @strawberry.field(description="The way back to it.", directives=[PERSONAL])
    def url(self) -> str | None:
        row, sealed = self.row, self.row["url_sealed"]
        if sealed is None:
            return None
        if row["subject_id"] is None:
            return keys.house().open_text("cart.url", row["id"], sealed)
        return self.asked.unseal.text("cart.url", row["id"], row["subject_id"], sealed)

    @strawberry.field(description="When something happened in it last, by the shop's time.")
    def left_at(self) -> DateTime:
        return DateTime(self.row["left_at"])

    @strawberry.field(description="Since when it counts as abandoned, if it ever did.")
    def abandoned_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["abandoned_at"])

    @strawberry.field(description="When it became an order.")
    def recovered_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["recovered_at"])

    @strawberry.field(description="The order that it became.")
    def order(self) -> Order | None:
        order_id = self.row["order_id"]
        return self.asked.loader(load_orders).get(order_id) if order_id else None


@object_type
class ProductVariant:
    """A kind of a product."""

    external_id: str = strawberry.field(description="The shop's id of it.")
    title: str = strawberry.field(description="What tells it from the others: Blue / M.")
    sku: str | None = strawberry.field(description="The shop's own number of it.")
    price: Money | None = strawberry.field(description="What it costs.")
    stock: int | None = strawberry.field(
        description="How many are left; null where it is not told."
    )


@object_type
class Product(Node):
    """Something that a shop sells."""

    kind = "product"
    row: strawberry.Private[room.ProductRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The shop's id of it.")
    def external_id(self) -> str:
        return self.row["external_id"]

    @strawberry.field(description="The shop.")
    def store(self) -> Store:
        return cast(Store, self.asked.loader(load_stores).get(self.row["store_id"]))

    @strawberry.field(description="What it is called.")
    def title(self) -> str:
        return self.row["title"]

    @strawberry.field(description="active, draft, archived, or the shop's own word.")
    def state(self) -> str:
        return self.row["state"]

    @strawberry.field(description="The least that one of its variants costs.")
    def price(self) -> Money | None:
        return money_or_none(self.row["price"], self.row["currency"])

    @strawberry.field(description="How many are left of all variants; null where it is not told.")
    def stock(self) -> int | None:
        return self.row["stock"]

    @strawberry.field(description="Its page in the shop.")
    def url(self) -> str | None:
        return self.row["url"]

    @strawberry.field(description="Its sizes, colours and other kinds.")
    def variants(self) -> list[ProductVariant]:
        return cast(list[ProductVariant], self.asked.loader(_load_variants).get(self.row["id"]))


@input_type
class CartFilter:
    """Which carts are wanted; all conditions hold together."""

    store: strawberry.ID | None = strawberry.field(default=None, description="Of this shop.")
    contact: strawberry.ID | None = strawberry.field(default=None, description="Of this contact.")
    state: list[CartState] | None = strawberry.field(
        default=None, description="What became of it: one of these."
    )


CartFilterArg = Annotated[CartFilter | None, strawberry.argument(description="Which are wanted.")]
StoreArg = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this shop.")]


async def carts_page(
    info: Info, given: CartFilter | None, first: First, after: After, last: Last, before: Before
) -> Connection[Cart]:
    """The tenant's carts, the one left last first."""
    wanted = given or CartFilter()
    conditions = room.CartFilter(
        contact_id=read_id("contact", wanted.contact, "filter", "contact")
        if wanted.contact
        else None,
        store_id=read_id("store", wanted.store, "filter", "store") if wanted.store else None,
        states=None if wanted.state is None else [str(one.value) for one in wanted.state],
    )
    page = await read_page(
        PageArgs.read(first, after, last, before),
        PageList("carts", conditions),
        "DESC",
        lambda towards, place, limit: room.cart_page(
            conditions, towards, cast("tuple[int, Id] | None", place), limit
        ),
        lambda row: (row["left_at"], row["id"]),
        lambda: room.count_carts(conditions),
        partial(_make_carts, info.context),
    )
    await info.context.unseal.fetch()
    return page


async def products_page(
    info: Info,
    store: strawberry.ID | None,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[Product]:
    """The tenant's products, the newest first."""
    store_id = read_id("store", store, "store") if store else None

    def make(rows: Sequence[room.ProductRow]) -> list[Product]:
        return [Product(row=row, asked=info.context) for row in rows]

    return await read_page(
        PageArgs.read(first, after, last, before),
        PageList("products", store_id),
        "DESC",
        lambda towards, place, limit: room.product_page(
            store_id, towards, cast("tuple[int, Id] | None", place), limit
        ),
        lambda row: (row["created_at"], row["id"]),
        lambda: room.count_products(store_id),
        make,
    )


async def load_carts(asked: Context, ids: list[Id]) -> Mapping[Id, Cart]:
    """Carts by their ids."""
    rows = await room.carts_by_ids(ids)
    return {one.row["id"]: one for one in _make_carts(asked, list(rows.values()))}


async def load_products(asked: Context, ids: list[Id]) -> Mapping[Id, Product]:
    """Products by their ids."""
    rows = await room.products_by_ids(ids)
    return {row_id: Product(row=row, asked=asked) for row_id, row in rows.items()}


def _make_carts(asked: Context, rows: Sequence[room.CartRow]) -> list[Cart]:
    asked.unseal.want(row["subject_id"] for row in rows)
    return [Cart(row=row, asked=asked) for row in rows]


async def _load_lines(asked: Context, ids: list[Id]) -> Mapping[Id, list[OrderLine]]:
    found = await room.lines_of_carts(ids)
    carts = await asked.loader(load_carts).many(ids)
    return {
        one: [make_line(row, carts[one].row["currency"]) for row in found.get(one, ())]
        for one in carts
    }


async def _load_variants(asked: Context, ids: list[Id]) -> Mapping[Id, list[ProductVariant]]:
    found = await room.variants_of(ids)
    products = await asked.loader(load_products).many(ids)
    return {
        one: [
            ProductVariant(
                external_id=row["external_id"],
                title=row["title"],
                sku=row["sku"],
                price=money_or_none(row["price"], product.row["currency"]),
                stock=row["stock"],
            )
            for row in found.get(one, ())
        ]
        for one, product in products.items()
    }


KINDS.add("cart", Permission.COMMERCE_READ, load_carts)
KINDS.add("product", Permission.COMMERCE_READ, load_products)
