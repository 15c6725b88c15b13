"""The cells of a row that are mapped, and the person in them: what files of both kinds share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import contacts
from imports import values
from imports.batches import Batch
from imports.columns import Field
from imports.plans import Plan
from imports.values import Wrong


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row is about; the phone is full international digits."""

    phone: str | None
    email: str | None
    customer: str | None
    name: str | None
    country: str | None


class Cells:
    """Reads the mapped cells of rows; `last` is the column that was looked at last."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = {field: column for column, field in plan.mapping.items()}
        self._width = len(plan.headers)
        self.last: int | None = None

    def is_refused(self, batch: Batch, number: int, cells: list[str], trouble: str | None) -> bool:
        """Whether the row as such is refused: it is broken, or wider than the header."""
        if trouble is None and len(cells) > self._width and any(cells[self._width :]):
            trouble = "TOO_MANY_CELLS"
        if trouble:
            batch.refuse(number, trouble)
        return trouble is not None

    def of(
        self, batch: Batch, number: int, cells: list[str], trouble: str | None
    ) -> dict[int, str] | None:
        """Column → text of the mapped cells that hold something; None where the row is refused."""
        if self.is_refused(batch, number, cells, trouble):
            return None
        found = {}
        for column in self._plan.mapping:
            if column < len(cells) and cells[column]:
                try:
                    found[column] = values.text(cells[column])
                except Wrong as wrong:
                    batch.refuse(number, wrong.code, column)
                    return None
        return found

    def get(self, found: dict[int, str], field: Field) -> str | None:
        """The text of a field, None where there is none."""
        self.last = self._columns.get(field)
        return (found.get(self.last) or None) if self.last is not None else None

    def lenient(
        self,
        batch: Batch,
        number: int,
        found: dict[int, str],
        field: Field,
        read: Callable[[str], str],
    ) -> str | None:
        """The value of a field that the row can do without."""
        cell = self.get(found, field)
        try:
            return read(cell) if cell else None
        except Wrong as wrong:
            batch.remark(number, wrong.code, self.last)
            return None

    def person(self, batch: Batch, number: int, found: dict[int, str]) -> Person:
        """Who it is; Wrong for a phone or an e-mail address that is none."""
        country = self.lenient(batch, number, found, Field.COUNTRY, values.country)
        email = self.get(found, Field.EMAIL)
        email = values.email(email) if email else None
        customer = self.get(found, Field.CUSTOMER)
        name = self.get(found, Field.NAME)
        if name is None:
            parts = (self.get(found, Field.FIRST_NAME), self.get(found, Field.LAST_NAME))
            name = " ".join(part for part in parts if part) or None
        phone = self.get(found, Field.PHONE)
        if phone:
            phone = _digits(phone, country or self._plan.country)
        return Person(phone, email, customer, name, country)


def _digits(cell: str, country: str | None) -> str:
    if country is None and not cell.lstrip("(").startswith(("+", "00")):
        raise Wrong("NO_COUNTRY")
    digits = contacts.read_phone(cell, country)
    if digits is None:
        raise Wrong("BAD_PHONE")
    return digits
