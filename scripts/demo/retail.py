"""A year of real orders (UCI Online Retail), where the folder of samples has them."""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import commerce
from kernel import clock

told = commerce.told
FILE = "data/orders/online_retail.csv.xz"
_AT_ONCE = 2000
_CURRENCY = "GBP"
Row = dict[str, str]


def real_orders(samples: Path) -> Iterator[list[told.Order | told.Refund]]:
    """The orders and refunds of the file, some at a time; lines without a customer are nobody's.

    An order is an invoice's lines with a quantity and a price; an invoice whose number begins with
    C is money given back.
    """
    found: list[told.Order | told.Refund] = []
    with lzma.open(samples / FILE, "rt", encoding="utf-8", newline="") as file:
        for invoice, rows in _invoices(csv.DictReader(file)):
            one = _refund(invoice, rows) if invoice.startswith("C") else _order(invoice, rows)
            found += [one] if one else []
            if len(found) == _AT_ONCE:
                yield found
                found = []
    yield found


def _invoices(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The lines of each invoice; nearly always they stand together in the file."""
    together: dict[str, list[Row]] = {}
    for row in rows:
        if row["CustomerID"]:
            together.setdefault(row["InvoiceNo"], []).append(row)
    yield from together.items()


def _order(invoice: str, rows: list[Row]) -> told.Order | None:
    lines = tuple(
        told.Line(
            title=row["Description"],
            quantity=int(row["Quantity"]),
            price=_money(row["UnitPrice"]),
            total=int(row["Quantity"]) * _money(row["UnitPrice"]),
            product=row["StockCode"],
        )
        for row in rows
        if int(row["Quantity"]) > 0 and _money(row["UnitPrice"]) > 0
    )
    if not lines:
        return None
    at = min(_moment(row) for row in rows)
    return told.Order(
        external_id=invoice,
        at=at,
        placed_at=at,
        currency=_CURRENCY,
        total=sum(line.total for line in lines),
        buyer=_buyer(rows),
        number=invoice,
        lines=lines,
    )


def _refund(invoice: str, rows: list[Row]) -> told.Refund:
    return told.Refund(
        external_id=invoice,
        at=min(_moment(row) for row in rows),
        amount=-sum(int(row["Quantity"]) * _money(row["UnitPrice"]) for row in rows),
        currency=_CURRENCY,
        buyer=_buyer(rows),
    )


def _buyer(rows: list[Row]) -> told.Buyer:
    return told.Buyer(customer=rows[0]["CustomerID"].removesuffix(".0"))


def _money(text: str) -> int:
    return int(Decimal(text) * 10_000)


def _moment(row: Row) -> int:
    return clock.micros(datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC))
