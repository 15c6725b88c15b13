"""Rows of a tenant's own shop → what a shop tells: read strictly, for who wrote them can mend them.

Each mistake is told with its field and what would be right. Times carry their zone, amounts are
decimal numbers or texts, ids are texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from commerce.storefront import read_link_token
from commerce.told import (
    FULFILMENTS,
    NOBODY,
    PAYMENTS,
    Buyer,
    Cart,
    Customer,
    Line,
    Order,
    Parcel,
    Product,
    Refund,
    Told,
    Variant,
    Visit,
    VisitKind,
)
from contacts import read_phone
from kernel import clock
from kernel.errors import Invalid

RowKind = Literal["customers", "products", "carts", "orders", "refunds", "events"]

_LONGEST = 500
_MOST_LINES = 500
_MOST_MONEY = 10**17
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def read(kind: RowKind, row: object, country: str) -> Told:
    """What a row tells; Invalid names the field that is wrong. `country` is the shop's own."""
    reading = _Row(row, (), country)
    told = _READERS[kind](reading)
    reading.must_be_read()
    return told


class _Row:
    """One object of a row; what nobody asked for is a mistake (a field's name typed wrongly)."""

    def __init__(self, given: object, path: tuple[str, ...], country: str) -> None:
        if not isinstance(given, Mapping):
            raise Invalid("A row is an object.", field=path)
        self._given: Mapping[str, Any] = given
        self._path = path
        self._country = country
        self._read: set[str] = set()

    def must_be_read(self) -> None:
        """Invalid for a field that there is not."""
        unknown = sorted(self._given.keys() - self._read)
        if unknown:
            known = ", ".join(sorted(self._read))
            raise self.wrong(str(unknown[0]), f"There is no such field; there are {known}.")

    def wrong(self, name: str, message: str, code: str = "INVALID") -> Invalid:
        """A mistake in this field."""
        return Invalid(message, code=code, field=(*self._path, name))

    def value(self, name: str) -> Any:
        """The field as it came; None where it is missing."""
        self._read.add(name)
        return self._given.get(name)

    def text(self, name: str) -> str | None:
        """A text of at most 500 characters, or a whole number as one; None where it is missing."""
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or len(value) > _LONGEST or _CONTROLS.search(value):
            raise self.wrong(name, f"{name} is a text of at most {_LONGEST} characters.")
        return value.strip() or None

    def required(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if value is None:
            raise self.wrong(name, f"{name} is missing.", "MISSING")
        return value

    def one_of(self, name: str, words: Sequence[str], usual: str) -> str:
        """One of these words."""
        value = self.text(name) or usual
        if value not in words:
            raise self.wrong(name, f"{name} is one of {', '.join(words)}.")
        return value

    def currency(self) -> str:
        """ISO 4217."""
        value = self.required("currency")
        if not _CURRENCY.fullmatch(value):
            raise self.wrong("currency", "currency is three capital letters: EUR.")
        return value

    def money(self, name: str) -> int | None:
        """An amount of 0 or more, in 1/10,000; None where it is missing."""
        value = self.value(name)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise ValueError
            amount = Decimal(str(value)) * 10_000
            exact = int(amount)
            if amount != exact or not 0 <= exact < _MOST_MONEY:
                raise ValueError
        except (InvalidOperation, ValueError, OverflowError):
            message = f"{name} is an amount of 0 or more with at most four decimals: 26.00."
            raise self.wrong(name, message) from None
        return exact

    def amount(self, name: str) -> int:
        """An amount that must be there."""
        value = self.money(name)
        if value is None:
            raise self.wrong(name, f"{name} is missing.", "MISSING")
        return value

    def whole(self, name: str, least: int, advice: str = "") -> int | None:
        """A whole number of at least so much; None where it is missing."""
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 10**9:
            raise self.wrong(name, f"{name} is a whole number of {least} or more{advice}.")
        return value

    def moment(self, name: str) -> int | None:
        """A time with its zone, RFC 3339; None where it is missing."""
        value = self.value(name)
        if value is None:
            return None
        try:
            at = clock.micros(datetime.fromisoformat(value))
        except (TypeError, ValueError, OverflowError):
            at = -1
        if at < 0:
            raise self.wrong(name, f"{name} is a time with its zone: 2026-10-01T12:00:00Z.")
        return at

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self.value(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, f"{name} is true or false.")
        return bool(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.value(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(name, f"{name} is a list of texts.")
        return tuple(one.strip()[:_LONGEST] for one in value[:_MOST_LINES] if one.strip())

    def rows(self, name: str) -> list[_Row]:
        """A list of objects."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > _MOST_LINES:
            raise self.wrong(name, f"{name} is a list of at most {_MOST_LINES} objects.")
        return [
            _Row(one, (*self._path, name, str(place)), self._country)
            for place, one in enumerate(value)
        ]

    def buyer(self, name: str) -> Buyer:
        """Who it is: an object with any of id, email, phone, name, country."""
        given = self.value(name)
        if given is None:
            return NOBODY
        row = _Row(given, (*self._path, name), self._country)
        buyer = row.as_buyer("id")
        row.must_be_read()
        return buyer

    def as_buyer(self, id_name: str) -> Buyer:
        """The fields of a person, read here."""
        country = self.text("country")
        if country is not None and not _COUNTRY.fullmatch(country):
            raise self.wrong("country", "country is two capital letters: ES.")
        written, email = self.text("phone"), self.text("email")
        phone = read_phone(written, country or self._country) if written else None
        if written and phone is None:
            raise self.wrong(
                "phone", "phone is no number of its country; write it as +34600111222."
            )
        if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            raise self.wrong("email", "email is no e-mail address.")
        return Buyer(self.text(id_name), email, phone, self.text("name"))


def _customer(row: _Row) -> Customer:
    row.required("id")
    return Customer(
        buyer=row.as_buyer("id"),
        at=row.moment("updated_at") or clock.now(),
        tags=row.texts("tags") if row.value("tags") is not None else None,
    )


def _product(row: _Row) -> Product:
    return Product(
        external_id=row.required("id"),
        at=row.moment("updated_at") or clock.now(),
        title=row.required("title"),
        state=row.one_of("state", ("active", "draft", "archived"), "active"),
        currency=row.currency() if row.value("currency") is not None else None,
        url=row.text("url"),
        variants=tuple(_each(row.rows("variants"), _variant)),
    )


def _variant(row: _Row) -> Variant:
    return Variant(
        external_id=row.required("id"),
        sku=row.text("sku"),
        title=row.text("title") or "",
        price=row.money("price"),
        stock=row.whole("stock", 0),
    )


def _cart(row: _Row) -> Cart:
    return Cart(
        external_id=row.required("id"),
        at=row.moment("updated_at") or clock.now(),
        currency=row.currency(),
        total=row.amount("total"),
        buyer=row.buyer("customer"),
        url=row.text("url"),
        completed_at=row.moment("completed_at"),
        lines=tuple(_each(row.rows("lines"), _line)),
    )


def _order(row: _Row) -> Order:
    placed_at = row.moment("placed_at")
    if placed_at is None:
        raise row.wrong("placed_at", "placed_at is missing.", "MISSING")
    order_id, currency, cart = row.required("id"), row.currency(), row.text("cart")
    return Order(
        external_id=order_id,
        at=row.moment("updated_at") or clock.now(),
        placed_at=placed_at,
        currency=currency,
        total=row.amount("total"),
        buyer=row.buyer("customer"),
        number=row.text("number") or "",
        payment=row.one_of("payment", PAYMENTS, "paid"),
        fulfilment=row.one_of("fulfilment", FULFILMENTS, "none"),
        discount=row.money("discount"),
        tax=row.money("tax"),
        shipping=row.money("shipping"),
        coupons=row.texts("coupons"),
        is_test=row.flag("test"),
        paid_at=row.moment("paid_at"),
        cancelled_at=row.moment("cancelled_at"),
        cancel_reason=row.text("cancel_reason"),
        cart_tokens=(cart,) if cart else (),
        lines=tuple(_each(row.rows("lines"), _line)),
        parcels=tuple(_each(row.rows("parcels"), _parcel)),
    )


def _line(row: _Row) -> Line:
    quantity = row.whole("quantity", 1, "; what comes back is told as a refund")
    price = row.amount("price")
    count = 1 if quantity is None else quantity
    total = row.money("total")
    return Line(
        title=row.required("title"),
        quantity=count,
        price=price,
        total=price * count if total is None else total,
        product=row.text("product"),
        variant=row.text("variant"),
        sku=row.text("sku"),
    )


def _parcel(row: _Row) -> Parcel:
    return Parcel(
        external_id=row.required("id"),
        at=row.moment("at") or clock.now(),
        state=row.text("state") or "success",
        shipment=row.text("shipment"),
        carrier=row.text("carrier"),
        tracking=row.text("tracking"),
        tracking_url=row.text("tracking_url"),
    )


def _refund(row: _Row) -> Refund:
    return Refund(
        external_id=row.required("id"),
        at=row.moment("at") or clock.now(),
        amount=row.amount("amount"),
        currency=row.currency(),
        order=row.required("order"),
    )


def _visit(row: _Row) -> Visit:
    kinds = get_args(VisitKind)
    kind: VisitKind = row.one_of("kind", kinds, "")  # type: ignore[assignment]
    if not row.flag("consent"):
        raise row.wrong(
            "consent",
            "Only what a visitor allowed is kept: consent is true once they did.",
            "NO_CONSENT",
        )
    return Visit(
        external_id=row.required("id"),
        at=row.moment("at") or clock.now(),
        kind=kind,
        contact_id=read_link_token(row.required("link_token")),
        product=row.text("product"),
        seconds=row.whole("seconds", 0),
        step=row.text("step"),
        query=row.text("query"),
    )


def _each(rows: Sequence[_Row], read_one: Callable[[_Row], Any]) -> list[Any]:
    found = []
    for row in rows:
        found.append(read_one(row))
        row.must_be_read()
    return found


_READERS: dict[RowKind, Callable[[_Row], Told]] = {
    "customers": _customer,
    "products": _product,
    "carts": _cart,
    "orders": _order,
    "refunds": _refund,
    "events": _visit,
}
