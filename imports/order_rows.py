"""Rows of a file of orders as orders: those of one order are read together, or refused together.

Counted is what has a customer, a quantity and a price above 0. A cancellation (by its number's
beginning, or because all of it is negative) is money back: it is no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from commerce import told
from imports import values
from imports.batches import Batch
from imports.cells import Cells, Person
from imports.columns import IDENTIFYING, Field
from imports.plans import Plan
from imports.reading import Source
from imports.rows import Row, Rows
from imports.scattered import Scattered
from imports.values import Wrong

_ROWS = 16_000
_UNIT = 10_000  # numbers come in 1/10,000


class _Line(NamedTuple):
    """A row of an order as values; money in 1/10,000, the time in microseconds."""

    row: int
    at: int
    quantity: int
    price: int
    product: str
    title: str
    currency: str


class _Columns(NamedTuple):
    """Where what a row of an order tells stands."""

    order: int
    at: int
    quantity: int
    price: int
    product: int
    title: int | None
    currency: int | None


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as the file tells it, or with `is_return` what was given back for one."""

    number: str
    rows: tuple[int, ...]
    person: Person
    at: int
    currency: str
    total: int
    lines: tuple[told.Line, ...]
    is_return: bool


class OrderRows:
    """Reads a file of orders batch by batch, in rounds: first the orders that stand together.

    `place` is the round, and the position and row to go on behind.
    """

    def __init__(
        self, plan: Plan, source: Source, scattered: Scattered, place: tuple[int, int, int]
    ) -> None:
        self._plan = plan
        self._source = source
        self._scattered = scattered
        self._cells = Cells(plan)
        self._columns = _columns(plan)
        self._who = [column for column, one in plan.mapping.items() if one in IDENTIFYING]
        self._round, position, number = place
        self._rows = self._open(position, number)
        self._waiting: list[Row] = []

    def next_batch(self) -> Batch:
        """Some thousand rows, of whole orders."""
        return self._apart() if self._round else self._together()

    def _open(self, position: int = 0, number: int = 0) -> Rows:
        rows = self._source.rows(self._plan.form, position, number)
        if position == 0:
            next(rows)
        return rows

    def _together(self) -> Batch:
        """The next orders whose rows stand together; rows of none are refused on the way."""
        batch, order, mine, is_whole = Batch(), "", list[Row](), False
        for row in chain(self._waiting, self._rows):
            named = self._order(row)
            if named != order:
                if mine:
                    self._take(batch, order, mine)
                    mine = []
                    if batch.done >= _ROWS:
                        self._waiting = [row]
                        batch.position, batch.row_number = self._rows.start, row.number - 1
                        return batch
                order, is_whole = named, not self._scattered.round_of(named)
            if not named:
                self._take_none(batch, row)
            elif is_whole:
                mine.append(row)
        if mine:
            self._take(batch, order, mine)
        self._waiting = []
        return self._end_of_round(batch)

    def _apart(self) -> Batch:
        """The scattered orders of this round."""
        batch, orders, order, is_mine = Batch(), dict[str, list[Row]](), "", False
        for row in self._open():
            named = self._order(row)
            if named != order:
                order = named
                is_mine = bool(named) and self._scattered.round_of(named) == self._round
            if is_mine:
                orders.setdefault(named, []).append(row)
        for order, mine in orders.items():
            self._take(batch, order, mine)
        return self._end_of_round(batch)

    def _end_of_round(self, batch: Batch) -> Batch:
        batch.is_last = self._round == self._scattered.rounds
        self._round += 1
        batch.round, batch.position, batch.row_number = self._round, 0, 0
        return batch

    def _order(self, row: Row) -> str:
        column = self._columns.order
        return row.cells[column].strip() if column < len(row.cells) else ""

    def _take_none(self, batch: Batch, row: Row) -> None:
        batch.done += 1
        if row.cells or row.trouble:
            batch.counts["rows"] += 1
            code = row.trouble or "NO_ORDER"
            batch.refuse(row.number, code, None if row.trouble else self._columns.order)

    def _take(self, batch: Batch, order: str, rows: list[Row]) -> None:
        """One order: into the batch, or all its rows among the problems."""
        batch.done += len(rows)
        batch.counts["rows"] += len(rows)
        has_mark = bool(self._plan.cancellation_prefix) and order.startswith(
            self._plan.cancellation_prefix
        )
        self._count(batch, rows, has_mark)
        named = [row for row in rows if self._names_somebody(row)]
        if not named:
            batch.counts["without_customer"] += len(rows)
            for row in rows:
                batch.refuse(row.number, "NO_CUSTOMER", self._who[0])
            return
        read = [line for row in rows if (line := self._line(batch, row)) is not None]
        person = self._person(batch, named[0])
        if person is None or len(read) < len(rows):
            self._refuse_others(batch, rows)
            return
        self._remark_others(batch, named)
        is_return = has_mark or all(line.quantity < 0 for line in read)
        wrong = [line for line in read if (line.quantity > 0) == is_return and line.quantity]
        for line in wrong:
            code = "BOUGHT_IN_RETURN" if is_return else "NEGATIVE_QUANTITY"
            batch.refuse(line.row, code, self._columns.quantity)
        total = sum(line.quantity * line.price for line in read)
        if wrong or not total:
            self._refuse_others(batch, rows, "NOT_WHOLE" if wrong else "NOTHING_BOUGHT")
            return
        for line in read:
            if not line.price or not line.quantity:
                if line.quantity:
                    batch.remark(line.row, "FREE", self._columns.price)
                else:
                    batch.remark(line.row, "ZERO_QUANTITY", self._columns.quantity)
        batch.items.append(
            Bought(
                order,
                tuple(row.number for row in rows),
                person,
                min(line.at for line in read if is_return or line.quantity * line.price),
                read[0].currency,
                abs(total),
                tuple(
                    told.Line(
                        title=line.title,
                        quantity=line.quantity,
                        price=line.price,
                        total=line.quantity * line.price,
                        sku=line.product,
                    )
                    for line in read
                    if line.quantity
                ),
                is_return,
            )
        )

    def _count(self, batch: Batch, rows: list[Row], has_mark: bool) -> None:
        """What the rows are as they stand, taken in or not."""
        price, is_comma, free = self._columns.price, self._plan.is_decimal_comma, 0
        for row in rows:
            if price < len(row.cells):
                free += _is_free(row.cells[price], is_comma)
        batch.counts["free"] += free
        batch.counts["duplicates"] += len(rows) - len({tuple(row.cells) for row in rows})
        if has_mark:
            batch.counts["cancellations"] += len(rows)

    def _names_somebody(self, row: Row) -> bool:
        cells = row.cells
        return any(column < len(cells) and cells[column].strip() for column in self._who)

    def _person(self, batch: Batch, row: Row) -> Person | None:
        if row.number in batch.refused:
            return None
        found = self._cells.of(batch, row.number, row.cells, None)
        try:
            return self._cells.person(batch, row.number, found) if found else None
        except Wrong as wrong:
            batch.refuse(row.number, wrong.code, self._cells.last)
            return None

    def _line(self, batch: Batch, row: Row) -> _Line | None:
        """A row as values; None where it is refused. It runs for every row: columns are at hand."""
        if self._cells.is_refused(batch, row.number, row.cells, row.trouble):
            return None
        plan, columns, cells = self._plan, self._columns, row.cells
        if len(cells) < len(plan.headers):
            cells = [*cells, *[""] * (len(plan.headers) - len(cells))]
        column = columns.at
        try:
            at = values.time(cells[column], plan.time_zone, plan.is_month_first)
            column = columns.quantity
            quantity, rest = divmod(values.number(cells[column], plan.is_decimal_comma), _UNIT)
            if rest:
                raise Wrong("BAD_QUANTITY")
            column = columns.price
            price = values.number(cells[column], plan.is_decimal_comma)
            if price < 0:
                raise Wrong("NEGATIVE_PRICE")
            column = columns.product
            product = values.text(cells[column])
            if not product:
                raise Wrong("NO_PRODUCT")
            title, currency = product, plan.currency
            if columns.title is not None:
                column = columns.title
                title = values.text(cells[column]) or product
            if columns.currency is not None and cells[columns.currency].strip():
                column = columns.currency
                currency = values.currency(cells[column].strip())
        except Wrong as wrong:
            batch.refuse(row.number, wrong.code, column)
            return None
        return _Line(row.number, at, quantity, price, product, title, currency)

    def _refuse_others(self, batch: Batch, rows: list[Row], code: str = "NOT_WHOLE") -> None:
        for row in rows:
            if row.number not in batch.refused:
                batch.refuse(row.number, code)

    def _remark_others(self, batch: Batch, named: list[Row]) -> None:
        """Rows that name somebody else than the first."""
        first = [named[0].cells[column : column + 1] for column in self._who]
        for row in named[1:]:
            if [row.cells[column : column + 1] for column in self._who] != first:
                batch.remark(row.number, "NOT_ONE_ORDER", self._who[0])


def _columns(plan: Plan) -> _Columns:
    at = {field: column for column, field in plan.mapping.items()}
    return _Columns(
        at[Field.ORDER],
        at[Field.ORDERED_AT],
        at[Field.QUANTITY],
        at[Field.UNIT_PRICE],
        at[Field.PRODUCT],
        at.get(Field.PRODUCT_NAME),
        at.get(Field.CURRENCY),
    )


@lru_cache(maxsize=8192)
def _is_free(cell: str, is_comma: bool) -> bool:
    try:
        return values.number(cell, is_comma) <= 0
    except Wrong:
        return False
