"""What can be wrong with a row, on one page: code → what would be right.

A problem names row, column and code, never the cell: reports are read and passed on. A remark
leaves the row in, without that cell; everything else leaves the row out.
"""

# ruff: noqa: E501 (a table: one line a code)

from __future__ import annotations

from typing import NamedTuple

# fmt: off
RIGHT = {
    # The row as such
    "ROW_TOO_LONG": "The row is longer than 1 MiB, or a cell longer than 128 KiB; shorten it.",
    "BAD_QUOTES": 'A quote is not closed, or stands within a quoted cell: write "" for one in a cell.',
    "BAD_CHARACTERS": "Characters are broken or cannot be shown; save the file as UTF-8.",
    "TOO_MANY_CELLS": "The row has more cells than the header; quote cells that hold the delimiter.",
    "FORMULA": "The cell is a formula; write its value.",
    "TOO_LONG": "The text has more than 300 characters; shorten it.",
    # Who
    "NOBODY": "Give a phone number, an e-mail address or a customer id.",
    "TWO_PEOPLE": "The phone, e-mail and customer id belong to different contacts; merge them first.",
    "SUPPRESSED": "This person was erased; they come back by a message or a yes of their own only.",
    "BAD_PHONE": "That is no phone number that exists; +34600111222 would be one.",
    "NO_COUNTRY": "Write the number as +34600111222, fill in the country, or choose a default country.",
    "BAD_EMAIL": "That is no e-mail address; name@example.com would be one.",
    "BAD_COUNTRY": "The country is not known; ES or Spain would be right.",
    "BAD_LANGUAGE": "The language is not known; es or es-ES would be right.",
    "BAD_TAG": "A tag has 1 to 60 characters, tags are parted by commas.",
    # What they allowed
    "NO_EVIDENCE": "There is no evidence of consent; the contact is kept and gets no marketing.",
    "NO_CONSENT_DATE": "Evidence needs the date of the consent; without it the contact gets no marketing.",
    "BAD_CONSENT_DATE": "The date of the consent cannot be read or lies ahead; 2026-03-31 would be right.",
    # What they bought
    "NO_ORDER": "Give the order's number.",
    "NO_CUSTOMER": "The order has nobody: no phone number, e-mail address or customer id in any of its rows.",
    "BAD_DATE": "The date cannot be read, or lies ahead; 2026-03-31 14:05 would be right.",
    "BAD_NUMBER": "That is no number, or has more than 4 decimals; 12.50 would be right.",
    "BAD_CURRENCY": "That is no currency; EUR would be one.",
    "NO_PRODUCT": "Give the product's number.",
    "ZERO_QUANTITY": "A quantity of 0 buys nothing; the row is left out of the order.",
    "NEGATIVE_QUANTITY": "A return has an order number of its own, with nothing bought in it.",
    "NEGATIVE_PRICE": "A price is 0 or more.",
    "FREE": "A price of 0 does not count as bought.",
    "NOT_ONE_ORDER": "Rows of one order name different customers; the first one counts.",
    "NOT_WHOLE": "Another row of the order is wrong; put that right and import all its rows again.",
    "NOTHING_BOUGHT": "Nothing in the order has a quantity and a price.",
    "BAD_QUANTITY": "A quantity is a whole number.",
    "BOUGHT_IN_RETURN": "A cancellation only takes back: its quantities are negative.",
    "KNOWN_ORDER": "The order is known already and stays as it is.",
    # When the import was taken back
    "TOUCHED_SINCE": "Somebody changed or used it since the import; it was kept.",
}
# fmt: on
_REMARKS = (
    "BAD_COUNTRY BAD_LANGUAGE BAD_TAG NO_EVIDENCE NO_CONSENT_DATE BAD_CONSENT_DATE FREE ZERO_QUANTITY "
    "NOT_ONE_ORDER"
)
REMARKS = frozenset(_REMARKS.split())


class Problem(NamedTuple):
    """Something wrong with a row; the column counts from 0, and is None for the row as a whole."""

    row: int
    code: str
    column: int | None = None

    @property
    def is_remark(self) -> bool:
        """Whether the row was taken in all the same."""
        return self.code in REMARKS
