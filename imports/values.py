"""Cells as values: texts, numbers, times, countries; Wrong with a code where they are none."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from imports.columns import tidy
from kernel import clock

_LONGEST = 300
_EMAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@[^@\s,;<>()\"]{1,190}\.[^@\s.,;<>()\"]{2,63}")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_FORMULA = "="
# What spreadsheets write so that a number stays a text: ="0034600111222".
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_DATE = re.compile(
    r"(\d{1,4})[./\-](\d{1,2})[./\-](\d{1,4})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp][Mm])?)?"
)
# Names of countries are read in the languages of our customers.
_LANGUAGES = ("en", "zh", "ru", "es", "de", "pt", "fr", "it", "ar", "id", "tr", "nl")


class Wrong(Exception):
    """The cell is no such value; the code says what would be right."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=8192)
def text(cell: str) -> str:
    """A cell in one line, without spaces around; Wrong for a formula and what cannot be shown."""
    if (quoted := _TEXT_FORMULA.fullmatch(cell.strip())) is not None:
        cell = quoted[1]
    if cell.startswith(_FORMULA):
        raise Wrong("FORMULA")
    cell = " ".join(cell.split())
    if len(cell) > _LONGEST:
        raise Wrong("TOO_LONG")
    if not cell.isprintable() and _UNSTORABLE.search(cell):
        raise Wrong("BAD_CHARACTERS")
    return cell


def email(cell: str) -> str:
    """An e-mail address."""
    if not _EMAIL.fullmatch(cell):
        raise Wrong("BAD_EMAIL")
    return cell


@lru_cache(maxsize=1024)
def country(cell: str) -> str:
    """A country's code (ISO 3166), from a code or its name in one of a dozen languages."""
    found = cell.upper() if cell.upper() in _codes() else _countries().get(tidy(cell))
    if found is None:
        raise Wrong("BAD_COUNTRY")
    return found


@lru_cache(maxsize=1024)
def language(cell: str) -> str:
    """A language in BCP 47: `es`, `es-ES`."""
    try:
        found = Locale.parse(cell.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        raise Wrong("BAD_LANGUAGE") from None
    return str(found).replace("_", "-")


@lru_cache(maxsize=1024)
def currency(cell: str) -> str:
    """A currency's code (ISO 4217)."""
    if cell.upper() not in get_global("all_currencies"):
        raise Wrong("BAD_CURRENCY")
    return cell.upper()


@lru_cache(maxsize=8192)
def time(cell: str, zone: str, is_month_first: bool) -> int:
    """A time in microseconds; one without a zone is meant in this one."""
    cell = cell.strip()
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        at = _other_date(cell, is_month_first)
    try:
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
        micros = clock.micros(at)
    except OverflowError:
        raise Wrong("BAD_DATE") from None
    if not 0 <= micros <= clock.now() + clock.DAY:
        raise Wrong("BAD_DATE")
    return micros


@lru_cache(maxsize=8192)
def number(cell: str, is_comma: bool) -> int:
    """A decimal number in 1/10,000; thousands may be parted, a currency's sign may stand by it."""
    bare = cell.strip(" \u00a0€$£¥₽").replace("\u00a0", "").replace(" ", "").replace("'", "")
    bare = bare.replace(".", "").replace(",", ".") if is_comma else bare.replace(",", "")
    try:
        value = Decimal(bare).scaleb(4)
    except InvalidOperation:
        raise Wrong("BAD_NUMBER") from None
    if not value.is_finite() or value != value.to_integral_value() or abs(value) > 10**15:
        raise Wrong("BAD_NUMBER")
    return int(value)


def _other_date(cell: str, is_month_first: bool) -> datetime:
    match = _DATE.fullmatch(cell)
    if match is None:
        raise Wrong("BAD_DATE")
    first, second, third = int(match[1]), int(match[2]), int(match[3])
    if len(match[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third if len(match[3]) == 4 else 2000 + third
        month, day = (first, second) if is_month_first else (second, first)
    hour, minute, second = (int(match[group] or 0) for group in (4, 5, 6))
    if match[7]:
        hour = hour % 12 + (12 if match[7].lower() == "pm" else 0)
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise Wrong("BAD_DATE") from None


@cache
def _codes() -> frozenset[str]:
    return frozenset(
        code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()
    ) - {"ZZ", "EU", "EZ", "UN", "QO", "XA", "XB"}


@cache
def _countries() -> dict[str, str]:
    return {
        tidy(name): code
        for tongue in reversed(_LANGUAGES)
        for code, name in Locale(tongue).territories.items()
        if code in _codes()
    } | {"usa": "US", "uk": "GB", "uae": "AE", "eire": "IE", "rsa": "ZA", "korea": "KR"}
