"""Reads of what was bought: rows as stored, whole pages at once; sealed values still sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]
Place = tuple[int, Id]


class OrderRow(TypedDict):
    """An order; money in 1/10,000 of its currency, times in microseconds UTC."""

    id: Id
    store_id: Id
    external_id: str
    contact_id: Id | None
    number: str
    currency: str
    total: int
    subtotal: int | None
    discount: int | None
    tax: int | None
    shipping: int | None
    refunded: int
    base_total: int | None
    base_refunded: int | None
    payment: str
    fulfilment: str
    coupons: str
    is_test: int
    placed_at: int
    paid_at: int | None
    cancelled_at: int | None
    cancel_reason: str | None
    deleted_at: int | None
    created_at: int
    updated_at: int


class CartRow(TypedDict):
    """A cart; the way back to it is sealed under `subject_id`, or the house's key without one."""

    id: Id
    store_id: Id
    contact_id: Id | None
    subject_id: Id | None
    currency: str
    total: int
    url_sealed: bytes | None
    state: str
    left_at: int
    abandoned_at: int | None
    recovered_at: int | None
    order_id: Id | None
    created_at: int
    updated_at: int


class ProductRow(TypedDict):
    """A product; `price` is the least of its variants', `stock` what is left of all."""

    id: Id
    store_id: Id
    external_id: str
    title: str
    state: str
    currency: str
    price: int | None
    stock: int | None
    url: str | None
    deleted_at: int | None
    created_at: int
    updated_at: int


class LineRow(TypedDict):
    """A line of an order or a cart (`of_id`)."""

    of_id: Id
    product: str | None
    variant: str | None
    sku: str | None
    title: str
    quantity: int
    price: int
    total: int


class ParcelRow(TypedDict):
    """A parcel; where it is told is sealed under `subject_id`, or the house's key without one."""

    id: Id
    order_id: Id
    subject_id: Id | None
    state: str
    shipment: str | None
    carrier: str | None
    tracking_sealed: bytes | None
    at: int


class RefundRow(TypedDict):
    """Money given back for an order."""

    id: Id
    order_id: Id
    amount: int
    currency: str
    at: int


class VariantRow(TypedDict):
    """A kind of a product."""

    product_id: Id
    external_id: str
    sku: str | None
    title: str
    price: int | None
    stock: int | None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders are wanted; None leaves a condition out. Deleted ones are left out always."""

    contact_id: Id | None = None
    store_id: Id | None = None
    payments: Sequence[str] | None = None
    fulfilments: Sequence[str] | None = None
    number: str | None = None
    is_cancelled: bool | None = None
    placed_from: int | None = None
    placed_before: int | None = None


@dataclass(frozen=True, slots=True)
class CartFilter:
    """Which carts are wanted; None leaves a condition out."""

    contact_id: Id | None = None
    store_id: Id | None = None
    states: Sequence[str] | None = None


async def order_page(
    wanted: OrderFilter, direction: Direction, after: Place | None, limit: int
) -> list[OrderRow]:
    """At most so many orders by when they were placed, beyond the place `after` (time, id)."""
    where = _of_orders(wanted, limit)
    found = await _page("shop_order", OrderRow, "placed_at", where, direction, after)
    return cast(list[OrderRow], found)


async def count_orders(wanted: OrderFilter) -> int:
    """How many orders the filter holds for."""
    return await _count("shop_order", _of_orders(wanted))


async def end_orders(
    contact_ids: Iterable[Id], direction: Direction, limit: int
) -> dict[Id, list[OrderRow]]:
    """At most so many orders of each contact by when they were placed, in that direction."""
    rows = await database.rows(
        f"""SELECT {_columns(OrderRow)}
              FROM (SELECT x.*, row_number() OVER (
                                    PARTITION BY x.contact_id
                                        ORDER BY x.placed_at {direction}, x.id {direction}) AS place
                      FROM ({{batch}}) AS b
                      JOIN shop_order x ON x.tenant_id = $1::uuid AND x.contact_id = b.id
                       AND x.deleted_at IS NULL) AS t
             WHERE t.place <= $2::bigint ORDER BY t.contact_id, t.place""",
        tenancy.current(),
        limit,
        batch=_batch(contact_ids),
    )
    return cast(dict[Id, list[OrderRow]], _grouped(rows, "contact_id"))


async def count_orders_of(contact_ids: Iterable[Id]) -> dict[Id, int]:
    """How many orders each contact has, deleted ones left out."""
    ids = list(contact_ids)
    rows = await database.rows(
        """SELECT b.id, count(*) AS n FROM ({batch}) AS b
             JOIN shop_order o ON o.tenant_id = $1::uuid AND o.contact_id = b.id
              AND o.deleted_at IS NULL
            GROUP BY b.id""",
        tenancy.current(),
        batch=_batch(ids),
    )
    return dict.fromkeys(ids, 0) | {row["id"]: row["n"] for row in rows}


async def cart_page(
    wanted: CartFilter, direction: Direction, after: Place | None, limit: int
) -> list[CartRow]:
    """At most so many carts by when they were left, beyond the place `after` (time, id)."""
    where = _of_carts(wanted, limit)
    return cast(list[CartRow], await _page("cart", CartRow, "left_at", where, direction, after))


async def count_carts(wanted: CartFilter) -> int:
    """How many carts the filter holds for."""
    return await _count("cart", _of_carts(wanted))


async def product_page(
    store_id: Id | None, direction: Direction, after: Place | None, limit: int
) -> list[ProductRow]:
    """At most so many products by when they came here, beyond the place `after` (time, id)."""
    where = _of_products(store_id, limit)
    found = await _page("product", ProductRow, "created_at", where, direction, after)
    return cast(list[ProductRow], found)


async def count_products(store_id: Id | None) -> int:
    """How many products there are."""
    return await _count("product", _of_products(store_id))


async def orders_by_ids(ids: Iterable[Id]) -> dict[Id, OrderRow]:
    """The orders with these ids, those of the current tenant only."""
    return cast(dict[Id, OrderRow], await _by_ids("shop_order", OrderRow, ids))


async def carts_by_ids(ids: Iterable[Id]) -> dict[Id, CartRow]:
    """The carts with these ids, those of the current tenant only."""
    return cast(dict[Id, CartRow], await _by_ids("cart", CartRow, ids))


async def products_by_ids(ids: Iterable[Id]) -> dict[Id, ProductRow]:
    """The products with these ids, those of the current tenant only."""
    return cast(dict[Id, ProductRow], await _by_ids("product", ProductRow, ids))


async def lines_of_orders(ids: Iterable[Id]) -> dict[Id, list[LineRow]]:
    """The lines of these orders, in order."""
    return cast(dict[Id, list[LineRow]], await _lines("order_line", "order_id", ids))


async def lines_of_carts(ids: Iterable[Id]) -> dict[Id, list[LineRow]]:
    """The lines of these carts, in order."""
    return cast(dict[Id, list[LineRow]], await _lines("cart_line", "cart_id", ids))


async def parcels_of(ids: Iterable[Id]) -> dict[Id, list[ParcelRow]]:
    """The parcels of these orders, the first sent first."""
    rows = await database.rows(
        """SELECT f.id, f.order_id, f.subject_id, f.state, f.shipment, f.carrier,
                  f.tracking_sealed, f.at
             FROM ({batch}) AS b
             JOIN fulfilment f ON f.tenant_id = $1::uuid AND f.order_id = b.id
            ORDER BY f.at, f.id""",
        tenancy.current(),
        batch=_batch(ids),
    )
    return cast(dict[Id, list[ParcelRow]], _grouped(rows, "order_id"))


async def refunds_of(ids: Iterable[Id]) -> dict[Id, list[RefundRow]]:
    """What was given back for these orders, the first first."""
    rows = await database.rows(
        """SELECT r.id, o.id AS order_id, r.amount, r.currency, r.at
             FROM ({batch}) AS b
             JOIN shop_order o ON o.tenant_id = $1::uuid AND o.id = b.id
             JOIN refund r ON r.tenant_id = $1::uuid AND r.store_id = o.store_id
              AND r.order_external_id = o.external_id
            ORDER BY r.at, r.id""",
        tenancy.current(),
        batch=_batch(ids),
    )
    return cast(dict[Id, list[RefundRow]], _grouped(rows, "order_id"))


async def variants_of(ids: Iterable[Id]) -> dict[Id, list[VariantRow]]:
    """The kinds of these products."""
    rows = await database.rows(
        """SELECT v.product_id, v.external_id, v.sku, v.title, v.price, v.stock
             FROM ({batch}) AS b
             JOIN variant v ON v.tenant_id = $1::uuid AND v.product_id = b.id
            ORDER BY v.external_id""",
        tenancy.current(),
        batch=_batch(ids),
    )
    return cast(dict[Id, list[VariantRow]], _grouped(rows, "product_id"))


def _of_orders(wanted: OrderFilter, *params: Any) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    where.add("t.deleted_at IS NULL")
    for column, kind, value in (
        ("contact_id =", "uuid", wanted.contact_id),
        ("store_id =", "uuid", wanted.store_id),
        ("number =", "text", wanted.number),
        ("placed_at >=", "bigint", wanted.placed_from),
        ("placed_at <", "bigint", wanted.placed_before),
    ):
        if value is not None:
            where.add(f"t.{column} ?::{kind}", value)
    for column, values in (("payment", wanted.payments), ("fulfilment", wanted.fulfilments)):
        if values is not None:
            where.add_any_of(f"t.{column}", "text", list(values))
    if wanted.is_cancelled is not None:
        where.add(f"t.cancelled_at IS {'NOT ' if wanted.is_cancelled else ''}NULL")
    return where


def _of_carts(wanted: CartFilter, *params: Any) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    if wanted.contact_id is not None:
        where.add("t.contact_id = ?::uuid", wanted.contact_id)
    if wanted.store_id is not None:
        where.add("t.store_id = ?::uuid", wanted.store_id)
    if wanted.states is not None:
        where.add_any_of("t.state", "text", list(wanted.states))
    return where


def _of_products(store_id: Id | None, *params: Any) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    where.add("t.deleted_at IS NULL")
    if store_id is not None:
        where.add("t.store_id = ?::uuid", store_id)
    return where


async def _page(
    table: str,
    shape: Any,
    column: str,
    where: Conditions,
    direction: Direction,
    after: Place | None,
) -> list[dict[str, Any]]:
    if after is not None:
        beyond = "<" if direction == "DESC" else ">"
        where.add(f"(t.{column}, t.id) {beyond} (?::bigint, ?::uuid)", *after)
    return await database.rows(
        where.into(
            f"""SELECT {_columns(shape)} FROM {table} t
                 WHERE t.tenant_id = $1::uuid
                   /* conditions */
                 ORDER BY t.{column} {direction}, t.id {direction} LIMIT $2::bigint"""
        ),
        *where.params,
    )


async def _count(table: str, where: Conditions) -> int:
    row = await database.row(
        where.into(
            f"SELECT count(*) AS n FROM {table} t WHERE t.tenant_id = $1::uuid /* conditions */"
        ),
        *where.params,
    )
    return int(row["n"]) if row else 0


async def _by_ids(table: str, shape: Any, ids: Iterable[Id]) -> dict[Id, dict[str, Any]]:
    rows = await database.rows(
        f"""SELECT {_columns(shape)} FROM ({{batch}}) AS b
             JOIN {table} t ON t.tenant_id = $1::uuid AND t.id = b.id""",
        tenancy.current(),
        batch=_batch(ids),
    )
    return {row["id"]: row for row in rows}


async def _lines(table: str, pointer: str, ids: Iterable[Id]) -> dict[Id, list[dict[str, Any]]]:
    rows = await database.rows(
        f"""SELECT l.{pointer} AS of_id, l.product, l.variant, l.sku, l.title, l.quantity, l.price,
                   l.total
              FROM ({{batch}}) AS b
              JOIN {table} l ON l.tenant_id = $1::uuid AND l.{pointer} = b.id
             ORDER BY l.{pointer}, l.position""",
        tenancy.current(),
        batch=_batch(ids),
    )
    return _grouped(rows, "of_id")


def _columns(shape: Any) -> str:
    return ", ".join(f"t.{name}" for name in shape.__annotations__)


def _batch(ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)])


def _grouped(rows: Iterable[dict[str, Any]], by: str) -> dict[Id, list[dict[str, Any]]]:
    grouped: dict[Id, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row[by], []).append(row)
    return grouped
