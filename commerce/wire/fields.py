"""Fields of foreign JSON, read with patience: what does not fit is None."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from commerce.told import Line
from contacts import read_phone
from kernel import clock

Item = Mapping[str, Any]

_LONGEST = 500
_MOST_MONEY = 10**17
_MOST_COUNT = 10**12


def text(item: Item, *names: str) -> str | None:
    """The first of these fields that is a text or a number and not blank, as text.

    Ids go beyond 2^53 and stay exact: orjson reads them as integers.
    """
    for name in names:
        value = item.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return _storable(value.strip())
    return None


def mapping(item: Item, name: str) -> Item:
    """An object; empty where it is none."""
    value = item.get(name)
    return value if isinstance(value, Mapping) else {}


def items(item: Item, name: str) -> Iterator[Item]:
    """The objects of a list."""
    value = item.get(name)
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (one for one in value if isinstance(one, Mapping))


def money(item: Item, *names: str) -> int | None:
    """The first of these fields that is an amount, in 1/10,000: "26.00" or 26.0 → 260000.

    Currencies without decimals come without them ("3300") and need no care.
    """
    for name in names:
        value = item.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        try:
            amount = Decimal(str(value)) * 10_000
            exact = int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        except (InvalidOperation, ValueError, OverflowError):
            continue
        if abs(exact) < _MOST_MONEY:
            return exact
    return None


def count(item: Item, name: str) -> int | None:
    """A whole number."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < _MOST_COUNT else None


def moment(item: Item, *names: str) -> int | None:
    """The first of these fields that is a time; one without a zone is UTC (contract, trap 4)."""
    for name in names:
        value = item.get(name)
        if not isinstance(value, str):
            continue
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            continue
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        try:
            micros = clock.micros(at)
        except OverflowError:
            continue
        if micros >= 0:
            return micros
    return None


def email(item: Item, *names: str) -> str | None:
    """The first of these fields that looks like an e-mail address."""
    for name in names:
        address = text(item, name)
        if address and len(address) <= 254:
            local, _, domain = address.rpartition("@")
            if local and "." in domain and " " not in address:
                return address
    return None


def phone(item: Item, country: str | None, *names: str) -> str | None:
    """The first of these fields that is a phone number, as full international digits."""
    for name in names:
        written = text(item, name)
        digits = read_phone(written, country) if written else None
        if digits:
            return digits
    return None


def name(item: Item) -> str | None:
    """First and last name, as far as they are there."""
    parts = [text(item, "first_name"), text(item, "last_name")]
    return " ".join(part for part in parts if part) or None


def line(item: Item, *, title: str, variant: str) -> Line:
    """A line of a cart or an order; `title` and `variant` are the platform's names of them."""
    quantity = count(item, "quantity") or 0
    price = money(item, "price") or 0
    total = money(item, "line_price", "total")
    kind = text(item, variant)
    return Line(
        title=text(item, title, "name") or "",
        quantity=quantity,
        price=price,
        total=price * quantity if total is None else total,
        product=text(item, "product_id"),
        variant=None if kind == "0" else kind,
        sku=text(item, "sku"),
    )


def _storable(value: str) -> str:
    """Without what databases refuse: NUL, and halves of characters."""
    return value.replace("\0", "").encode("utf-8", "ignore").decode()[:_LONGEST]
