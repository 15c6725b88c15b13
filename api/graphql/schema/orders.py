"""Orders, with their lines, parcels and refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import orjson
import strawberry

import commerce as room
from api.graphql.context import Context, Info
from api.graphql.described import input_type, object_type
from api.graphql.nested import Nested
from api.graphql.pages import (
    After,
    Before,
    Connection,
    Direction,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.permissions import PERSONAL
from api.graphql.scalars import DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.filters import TimeCondition
from api.graphql.schema.money import Money, money, money_or_none
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from api.graphql.schema.stores import Store, load_stores
from kernel import keys
from kernel.ids import Id
from tenants import Permission

if TYPE_CHECKING:
    from api.graphql.schema.attribution import Attribution


@object_type
class OrderLine:
    """One line of an order or a cart."""

    title: str = strawberry.field(description="What it is.")
    quantity: int = strawberry.field(description="How many.")
    price: Money = strawberry.field(description="What one costs.")
    total: Money = strawberry.field(description="What the line comes to.")
    product_id: str | None = strawberry.field(description="The shop's id of the product.")
    variant_id: str | None = strawberry.field(description="The shop's id of the variant.")
    sku: str | None = strawberry.field(description="The shop's own number of it.")


@object_type
class Parcel:
    """A part of an order on its way."""

    row: strawberry.Private[room.ParcelRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="What the shop calls its state: success, cancelled and so on.")
    def state(self) -> str:
        return self.row["state"]

    @strawberry.field(description="Where it is: in_transit, delivered and so on.")
    def shipment(self) -> str | None:
        return self.row["shipment"]

    @strawberry.field(description="Who carries it.")
    def carrier(self) -> str | None:
        return self.row["carrier"]

    @strawberry.field(description="When it was sent.")
    def sent_at(self) -> DateTime:
        return DateTime(self.row["at"])

    @strawberry.field(description="Its number with the carrier.", directives=[PERSONAL])
    def tracking_number(self) -> str | None:
        return self._tracking().get("number")

    @strawberry.field(description="Where it can be followed.", directives=[PERSONAL])
    def tracking_url(self) -> str | None:
        return self._tracking().get("url")

    def _tracking(self) -> Mapping[str, str | None]:
        row, sealed = self.row, self.row["tracking_sealed"]
        if row["subject_id"] is None and sealed is not None:
            return cast(
                "Mapping[str, str | None]",
                orjson.loads(keys.house().open("fulfilment.tracking", row["id"], sealed)),
            )
        opened = row["subject_id"] and self.asked.unseal.json(
            "fulfilment.tracking", row["id"], row["subject_id"], sealed
        )
        return opened or {}


@object_type
class Refund:
    """Money given back."""

    amount: Money = strawberry.field(description="How much.")
    at: DateTime = strawberry.field(description="When.")


@object_type
class Order(Node):
    """What somebody bought."""

    kind = "order"
    row: strawberry.Private[room.OrderRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="The shop's id of it.")
    def external_id(self) -> str:
        return self.row["external_id"]

    @strawberry.field(description="Its number as the customer sees it.")
    def number(self) -> str:
        return self.row["number"]

    @strawberry.field(description="The shop.")
    def store(self) -> Store:
        return cast(Store, self.asked.loader(load_stores).get(self.row["store_id"]))

    @strawberry.field(description="Who bought; null for a guest who left nothing to know them by.")
    def contact(self) -> Contact | None:
        contact_id = self.row["contact_id"]
        return self.asked.loader(load_contacts).get(contact_id) if contact_id else None

    @strawberry.field(description="What it came to when it was placed.")
    def total(self) -> Money:
        return money(self.row["total"], self.row["currency"])

    @strawberry.field(description="What was given back of it.")
    def refunded(self) -> Money:
        return money(self.row["refunded"], self.row["currency"])

    @strawberry.field(
        description="The total in the tenant's own currency; null while no rate is given for it."
    )
    async def base_total(self) -> Money | None:
        if self.row["base_total"] is None:
            return None
        base = await self.asked.loader(_load_base).one("base")
        return money(self.row["base_total"], base or "")

    @strawberry.field(description="What the things cost, before shipping and taxes.")
    def subtotal(self) -> Money | None:
        return money_or_none(self.row["subtotal"], self.row["currency"])

    @strawberry.field(description="What was taken off.")
    def discount(self) -> Money | None:
        return money_or_none(self.row["discount"], self.row["currency"])

    @strawberry.field(description="The taxes in it.")
    def tax(self) -> Money | None:
        return money_or_none(self.row["tax"], self.row["currency"])

    @strawberry.field(description="What shipping cost.")
    def shipping(self) -> Money | None:
        return money_or_none(self.row["shipping"], self.row["currency"])

    @strawberry.field(
        description="pending, failed, authorized, partially_paid, paid, partially_refunded, "
        "refunded, voided, or newer."
    )
    def payment(self) -> str:
        return self.row["payment"]

    @strawberry.field(description="none, partial, fulfilled, restocked, or newer.")
    def fulfilment(self) -> str:
        return self.row["fulfilment"]

    @strawberry.field(description="The discount codes that were used.")
    def coupons(self) -> list[str]:
        return cast(list[str], orjson.loads(self.row["coupons"]))

    @strawberry.field(description="Whether it is a test, which never counts.")
    def is_test(self) -> bool:
        return bool(self.row["is_test"])

    @strawberry.field(description="When it was placed, by the shop's time.")
    def placed_at(self) -> DateTime:
        return DateTime(self.row["placed_at"])

    @strawberry.field(description="When it was paid, as far as it was told.")
    def paid_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["paid_at"])

    @strawberry.field(description="When it was called off.")
    def cancelled_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["cancelled_at"])

    @strawberry.field(description="Why it was called off, in the shop's word.")
    def cancel_reason(self) -> str | None:
        return self.row["cancel_reason"]

    @strawberry.field(description="When the shop deleted it; such orders stand in no list.")
    def deleted_at(self) -> DateTime | None:
        return cast("DateTime | None", self.row["deleted_at"])

    @strawberry.field(description="What was bought.")
    def lines(self) -> list[OrderLine]:
        return cast(list[OrderLine], self.asked.loader(_load_lines).get(self.row["id"]))

    @strawberry.field(description="What is on its way, the first sent first.")
    def parcels(self) -> list[Parcel]:
        return cast(list[Parcel], self.asked.loader(_load_parcels).get(self.row["id"]))

    @strawberry.field(description="What was given back, the first first.")
    def refunds(self) -> list[Refund]:
        return cast(list[Refund], self.asked.loader(_load_refunds).get(self.row["id"]))

    @strawberry.field(description="What brought it; null where nothing is known to have.")
    async def attribution(
        self,
    ) -> Annotated[Attribution, strawberry.lazy("api.graphql.schema.attribution")] | None:
        from api.graphql.schema.attribution import load_attributions

        return await self.asked.loader(load_attributions).one(self.row["id"])


@input_type
class OrderFilter:
    """Which orders are wanted; all conditions hold together."""

    store: strawberry.ID | None = strawberry.field(default=None, description="Of this shop.")
    contact: strawberry.ID | None = strawberry.field(default=None, description="Of this contact.")
    number: str | None = strawberry.field(default=None, description="With this number.")
    payment: list[str] | None = strawberry.field(
        default=None, description="Paid like this: one of these."
    )
    fulfilment: list[str] | None = strawberry.field(
        default=None, description="Sent like this: one of these."
    )
    cancelled: bool | None = strawberry.field(
        default=None, description="Whether it was called off."
    )
    placed_at: TimeCondition | None = strawberry.field(
        default=None, description="By when it was placed."
    )


OrderFilterArg = Annotated[OrderFilter | None, strawberry.argument(description="Which are wanted.")]


async def orders_page(
    info: Info, given: OrderFilter | None, first: First, after: After, last: Last, before: Before
) -> Connection[Order]:
    """The tenant's orders, the newest first."""
    wanted, placed = given or OrderFilter(), (given and given.placed_at) or TimeCondition()
    conditions = room.OrderFilter(
        contact_id=read_id("contact", wanted.contact, "filter", "contact")
        if wanted.contact
        else None,
        store_id=read_id("store", wanted.store, "filter", "store") if wanted.store else None,
        payments=wanted.payment,
        fulfilments=wanted.fulfilment,
        number=wanted.number,
        is_cancelled=wanted.cancelled,
        placed_from=placed.after,
        placed_before=placed.before,
    )
    return await read_page(
        PageArgs.read(first, after, last, before),
        PageList("orders", conditions),
        "DESC",
        lambda towards, place, limit: room.order_page(
            conditions, towards, cast("tuple[int, Id] | None", place), limit
        ),
        lambda row: (row["placed_at"], row["id"]),
        lambda: room.count_orders(conditions),
        partial(_make, info.context),
    )


def orders_of(
    asked: Context, contact_id: Id, first: First, after: After, last: Last, before: Before
) -> Connection[Order]:
    """The orders of a contact, the newest first."""
    return _ORDERS.page(asked, contact_id, first, after, last, before)


async def load_orders(asked: Context, ids: list[Id]) -> Mapping[Id, Order]:
    """Orders by their ids."""
    rows = await room.orders_by_ids(ids)
    return {row_id: Order(row=row, asked=asked) for row_id, row in rows.items()}


def make_line(row: room.LineRow, currency: str) -> OrderLine:
    """A line as it is shown."""
    return OrderLine(
        title=row["title"],
        quantity=row["quantity"],
        price=money(row["price"], currency),
        total=money(row["total"], currency),
        product_id=row["product"],
        variant_id=row["variant"],
        sku=row["sku"],
    )


async def _load_lines(asked: Context, ids: list[Id]) -> Mapping[Id, list[OrderLine]]:
    found = await room.lines_of_orders(ids)
    orders = await asked.loader(load_orders).many(ids)
    return {
        one: [make_line(row, orders[one].row["currency"]) for row in found.get(one, ())]
        for one in orders
    }


async def _load_parcels(asked: Context, ids: list[Id]) -> Mapping[Id, list[Parcel]]:
    found = await room.parcels_of(ids)
    asked.unseal.want(row["subject_id"] for rows in found.values() for row in rows)
    return {one: [Parcel(row=row, asked=asked) for row in found.get(one, ())] for one in ids}


async def _load_refunds(_asked: Context, ids: list[Id]) -> Mapping[Id, list[Refund]]:
    found = await room.refunds_of(ids)
    return {
        one: [
            Refund(amount=money(row["amount"], row["currency"]), at=DateTime(row["at"]))
            for row in found.get(one, ())
        ]
        for one in ids
    }


async def _load_base(_asked: Context, names: list[str]) -> Mapping[str, str]:
    return dict.fromkeys(names, await room.base_currency())


async def _orders_beyond(
    contact_id: Id, direction: Direction, place: tuple[int, Id], limit: int
) -> list[room.OrderRow]:
    wanted = room.OrderFilter(contact_id=contact_id)
    return await room.order_page(wanted, direction, place, limit)


def _make(asked: Context, rows: Sequence[room.OrderRow]) -> list[Order]:
    return [Order(row=row, asked=asked) for row in rows]


_ORDERS: Nested[room.OrderRow, Order] = Nested(
    "ordersOfContact",
    "DESC",
    room.end_orders,
    _orders_beyond,
    room.count_orders_of,
    lambda row: (row["placed_at"], row["id"]),
    _make,
)
KINDS.add("order", Permission.COMMERCE_READ, load_orders)
