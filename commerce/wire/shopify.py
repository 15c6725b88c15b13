"""Shopify's webhooks and resources → what a shop tells (contract: Shopify)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from commerce.told import (
    Buyer,
    Cart,
    Customer,
    Deletion,
    Order,
    Parcel,
    Product,
    Refund,
    Request,
    RequestKind,
    Told,
    Uninstalled,
    Variant,
)
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

Reader = Callable[[Item, int], Iterator[Told]]


def read(topic: str, body: Item, at: int) -> list[Told]:
    """What a delivery tells; [] for a topic that is not used. `at`: when it was triggered."""
    reader = _READERS.get(topic)
    return list(reader(body, at)) if reader else []


def _checkout(body: Item, at: int) -> Iterator[Told]:
    token = text(body, "token", "id")
    if token is None:
        return
    yield from _nested_customer(body, at)
    yield Cart(
        external_id=token,
        at=moment(body, "updated_at", "created_at") or at,
        currency=text(body, "currency", "presentment_currency") or "",
        total=money(body, "total_price") or 0,
        buyer=_buyer(body, "phone", "sms_marketing_phone"),
        cart_token=text(body, "cart_token"),
        url=text(body, "abandoned_checkout_url"),
        completed_at=moment(body, "completed_at"),
        lines=tuple(line(one, title="title", variant="variant_id") for one in _lines(body)),
    )


def _order(body: Item, at: int) -> Iterator[Told]:
    order_id = text(body, "id")
    if order_id is None:
        return
    told_at = moment(body, "updated_at", "created_at") or at
    currency = text(body, "currency") or ""
    tokens = (text(body, "checkout_token"), text(body, "cart_token"))
    yield from _nested_customer(body, at)
    yield Order(
        external_id=order_id,
        at=told_at,
        placed_at=moment(body, "processed_at", "created_at") or told_at,
        currency=currency,
        total=money(body, "total_price", "current_total_price") or 0,
        buyer=_buyer(body, "phone"),
        number=text(body, "name", "order_number") or "",
        payment=text(body, "financial_status") or "pending",
        fulfilment=text(body, "fulfillment_status") or "none",
        subtotal=money(body, "subtotal_price"),
        discount=money(body, "total_discounts"),
        tax=money(body, "total_tax"),
        shipping=money(mapping(mapping(body, "total_shipping_price_set"), "shop_money"), "amount"),
        coupons=tuple(code for one in items(body, "discount_codes") if (code := text(one, "code"))),
        is_test=body.get("test") is True,
        cancelled_at=moment(body, "cancelled_at"),
        cancel_reason=text(body, "cancel_reason"),
        cart_tokens=tuple(token for token in tokens if token),
        lines=tuple(line(one, title="title", variant="variant_id") for one in _lines(body)),
        parcels=tuple(_parcels(body, told_at)),
        refunds=tuple(
            refund
            for one in items(body, "refunds")
            for refund in _refund({**one, "order_id": order_id}, told_at, currency)
        ),
    )


def _refund(body: Item, at: int, currency: str = "") -> Iterator[Refund]:
    """Money given back is the sum of the successful transactions of kind refund."""
    refund_id = text(body, "id")
    if refund_id is None:
        return
    paid_back = [
        one
        for one in items(body, "transactions")
        if one.get("kind") == "refund" and one.get("status") == "success"
    ]
    yield Refund(
        external_id=refund_id,
        at=moment(body, "created_at", "processed_at") or at,
        amount=sum(money(one, "amount") or 0 for one in paid_back),
        currency=next((code for one in paid_back if (code := text(one, "currency"))), currency),
        order=text(body, "order_id") or "",
    )


def _customer(body: Item, at: int) -> Iterator[Told]:
    if text(body, "id") is None:
        return
    consent = mapping(body, "sms_marketing_consent")
    tags = text(body, "tags") or ""
    yield Customer(
        buyer=_customer_as_buyer(body),
        at=moment(body, "updated_at", "created_at") or at,
        tags=tuple(tag.strip() for tag in tags.split(",") if tag.strip())
        if "tags" in body
        else None,
        sms=text(consent, "state"),
        sms_at=moment(consent, "consent_updated_at"),
        sms_evidence={
            "state": text(consent, "state"),
            "opt_in_level": text(consent, "opt_in_level"),
            "collected_from": text(consent, "consent_collected_from"),
        },
    )


def _nested_customer(body: Item, at: int) -> Iterator[Told]:
    yield from _customer(mapping(body, "customer"), at)


def _product(body: Item, at: int) -> Iterator[Told]:
    product_id = text(body, "id")
    if product_id is None:
        return
    yield Product(
        external_id=product_id,
        at=moment(body, "updated_at", "created_at") or at,
        title=text(body, "title") or "",
        state=text(body, "status") or "active",
        variants=tuple(
            Variant(
                external_id=text(one, "id") or "",
                sku=text(one, "sku"),
                title=text(one, "title") or "",
                price=money(one, "price"),
                stock=count(one, "inventory_quantity"),
            )
            for one in items(body, "variants")
        ),
    )


def _product_deleted(body: Item, at: int) -> Iterator[Told]:
    product_id = text(body, "id")
    if product_id is not None:
        yield Deletion("product", product_id, at)


def _uninstalled(_body: Item, at: int) -> Iterator[Told]:
    yield Uninstalled(at)


def _request(kind: RequestKind) -> Reader:
    def read_request(body: Item, at: int) -> Iterator[Told]:
        customer = mapping(body, "customer")
        own_id = text(mapping(body, "data_request"), "id")
        orders = body.get("orders_requested") or body.get("orders_to_redact")
        yield Request(
            kind=kind,
            external_id=own_id or f"{text(customer, 'id') or text(body, 'shop_id')}|{at}",
            at=at,
            buyer=Buyer(
                customer=text(customer, "id"),
                email=email(customer, "email"),
                phone=phone(customer, None, "phone"),
            ),
            orders=tuple(str(one) for one in orders) if isinstance(orders, list) else (),
        )

    return read_request


def _buyer(body: Item, *phones: str) -> Buyer:
    """Who bought; what their own record says goes before what was typed into this checkout."""
    customer = mapping(body, "customer")
    billing, shipping = mapping(body, "billing_address"), mapping(body, "shipping_address")
    own = _customer_as_buyer(customer)
    country = text(billing, "country_code") or text(shipping, "country_code")
    return Buyer(
        customer=own.customer,
        email=own.email or email(body, "email", "contact_email"),
        phone=own.phone
        or phone(body, country, *phones)
        or phone(billing, country, "phone")
        or phone(shipping, text(shipping, "country_code") or country, "phone"),
        name=own.name or name(billing) or name(shipping),
    )


def _customer_as_buyer(customer: Item) -> Buyer:
    address = mapping(customer, "default_address")
    country = text(address, "country_code")
    return Buyer(
        customer=text(customer, "id"),
        email=email(customer, "email"),
        phone=phone(customer, country, "phone") or phone(address, country, "phone"),
        name=name(customer) or name(address),
    )


def _lines(body: Item) -> Iterator[Item]:
    yield from items(body, "line_items")


def _parcels(body: Item, at: int) -> Iterator[Parcel]:
    for one in items(body, "fulfillments"):
        numbers = one.get("tracking_numbers")
        first = numbers[0] if isinstance(numbers, list) and numbers else None
        yield Parcel(
            external_id=text(one, "id") or "",
            at=moment(one, "created_at", "updated_at") or at,
            state=text(one, "status") or "",
            shipment=text(one, "shipment_status"),
            carrier=text(one, "tracking_company"),
            tracking=text(one, "tracking_number") or (str(first) if first else None),
            tracking_url=text(one, "tracking_url"),
        )


COMPLIANCE = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
_READERS: dict[str, Reader] = {
    "checkouts/create": _checkout,
    "checkouts/update": _checkout,
    "orders/create": _order,
    "orders/updated": _order,
    "orders/paid": _order,
    "orders/fulfilled": _order,
    "orders/partially_fulfilled": _order,
    "orders/cancelled": _order,
    "refunds/create": _refund,
    "customers/create": _customer,
    "customers/update": _customer,
    "products/create": _product,
    "products/update": _product,
    "products/delete": _product_deleted,
    "app/uninstalled": _uninstalled,
    "customers/data_request": _request("data_request"),
    "customers/redact": _request("customer_redact"),
    "shop/redact": _request("shop_redact"),
}
