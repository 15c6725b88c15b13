"""WooCommerce's webhooks and resources → what a shop tells (contract: WooCommerce)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from commerce.told import Buyer, Customer, Deletion, Order, Product, Refund, Told, Variant
from commerce.wire.fields import (
    Item,
    count,
    email,
    items,
    line,
    mapping,
    moment,
    money,
    name,
    phone,
    text,
)

# Their status of an order → our words for payment and fulfilment.
_STATUSES = {
    "pending": ("pending", "none"),
    "on-hold": ("pending", "none"),
    "checkout-draft": ("pending", "none"),
    "processing": ("paid", "none"),
    "completed": ("paid", "fulfilled"),
    "refunded": ("refunded", "none"),
    "cancelled": ("voided", "none"),
    "failed": ("failed", "none"),
}


def read(topic: str, body: Item, at: int) -> list[Told]:
    """What a delivery tells; [] for a topic that is not used. `at`: when it came in."""
    resource, _, event = topic.partition(".")
    reader = _READERS.get(resource)
    external_id = text(body, "id")
    if reader is None or external_id is None:
        return []
    if event == "deleted":
        if resource == "order":
            return [Deletion("order", external_id, at)]
        return [Deletion("product", external_id, at)] if resource == "product" else []
    told = list(reader(body, at))
    if event == "restored" and resource != "customer":
        kind = "order" if resource == "order" else "product"
        told.append(Deletion(kind, external_id, at, is_back=True))  # type: ignore[arg-type]
    return told


def _order(body: Item, at: int) -> Iterator[Told]:
    order_id = text(body, "id") or ""
    told_at = moment(body, "date_modified_gmt", "date_created_gmt") or at
    status = text(body, "status") or "pending"
    payment, fulfilment = _STATUSES.get(status, ("pending", "none"))
    if status == "trash":
        yield Deletion("order", order_id, told_at)
    currency = text(body, "currency") or ""
    yield Order(
        external_id=order_id,
        at=told_at,
        placed_at=moment(body, "date_created_gmt") or told_at,
        currency=currency,
        total=money(body, "total") or 0,
        buyer=_buyer(body),
        number=text(body, "number") or "",
        payment=payment,
        fulfilment=fulfilment,
        discount=money(body, "discount_total"),
        tax=money(body, "total_tax"),
        shipping=money(body, "shipping_total"),
        coupons=tuple(code for one in items(body, "coupon_lines") if (code := text(one, "code"))),
        paid_at=moment(body, "date_paid_gmt"),
        cancelled_at=told_at if status == "cancelled" else None,
        lines=tuple(
            line(one, title="name", variant="variation_id") for one in items(body, "line_items")
        ),
        refunds=tuple(
            Refund(
                external_id=text(one, "id") or "",
                at=told_at,
                # They write what went back as less than nothing: "-5.00".
                amount=abs(money(one, "total") or 0),
                currency=currency,
                order=order_id,
            )
            for one in items(body, "refunds")
        ),
    )


def _customer(body: Item, at: int) -> Iterator[Told]:
    billing = mapping(body, "billing")
    country = text(billing, "country")
    yield Customer(
        buyer=Buyer(
            customer=text(body, "id"),
            email=email(body, "email") or email(billing, "email"),
            phone=phone(billing, country, "phone"),
            name=name(body) or name(billing),
        ),
        at=moment(body, "date_modified_gmt", "date_created_gmt") or at,
    )


def _product(body: Item, at: int) -> Iterator[Told]:
    product_id = text(body, "id") or ""
    yield Product(
        external_id=product_id,
        at=moment(body, "date_modified_gmt", "date_created_gmt") or at,
        title=text(body, "name") or "",
        state="active" if body.get("status") == "publish" else text(body, "status") or "active",
        url=text(body, "permalink"),
        variants=(
            Variant(
                external_id=product_id,
                sku=text(body, "sku"),
                price=money(body, "price", "regular_price"),
                stock=count(body, "stock_quantity"),
            ),
        ),
    )


def _buyer(body: Item) -> Buyer:
    """Customer 0 is a guest."""
    billing, customer = mapping(body, "billing"), text(body, "customer_id")
    return Buyer(
        customer=None if customer == "0" else customer,
        email=email(billing, "email"),
        phone=phone(billing, text(billing, "country"), "phone"),
        name=name(billing) or name(mapping(body, "shipping")),
    )


_READERS: dict[str, Callable[[Item, int], Iterator[Told]]] = {
    "order": _order,
    "customer": _customer,
    "product": _product,
}
