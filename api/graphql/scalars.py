"""Scalars of the schema: their Python form inside, their text form outside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType
from zoneinfo import available_timezones

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from kernel import clock

# Microseconds since 1970-01-01 UTC inside, RFC 3339 outside.
DateTime = NewType("DateTime", int)
PhoneNumber = NewType("PhoneNumber", str)
Locale = NewType("Locale", str)
CountryCode = NewType("CountryCode", str)
CurrencyCode = NewType("CurrencyCode", str)
TimeZone = NewType("TimeZone", str)
URL = NewType("URL", str)
# A day without a zone inside, ISO 8601 outside.
Date = NewType("Date", date)
# 1/10,000 of the currency inside, a decimal number as text outside.
Amount = NewType("Amount", int)
JSON = NewType("JSON", object)

_FIRST = clock.micros(datetime(1970, 1, 1, tzinfo=UTC))
_LAST = clock.micros(datetime(9999, 12, 31, tzinfo=UTC))


def when(at: int | None) -> DateTime | None:
    """A stored time as it is shown; null where there is none."""
    return None if at is None else DateTime(at)


def show_time(at: int) -> str:
    """RFC 3339 in UTC; the fraction of the second only where there is one."""
    return clock.moment(at).isoformat().replace("+00:00", "Z")


def _time(given: Any) -> int:
    try:
        at = clock.micros(datetime.fromisoformat(given))
    except (TypeError, ValueError, OverflowError):
        raise _wrong("DateTime", "2026-10-01T12:00:00Z, with its zone") from None
    if not _FIRST <= at <= _LAST:
        raise _wrong("DateTime", "a time between the years 1970 and 9999")
    return at


def _date(given: Any) -> date:
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise _wrong("Date", "2026-10-01") from None


def _phone(given: Any) -> str:
    tidy = re.sub(r"[\s().\-]", "", given) if isinstance(given, str) else ""
    if not re.fullmatch(r"\+[1-9][0-9]{5,14}", tidy, re.ASCII):
        raise _wrong("PhoneNumber", "+34600111222, in E.164")
    return tidy


def _text_like(name: str, pattern: str, example: str) -> Any:
    def read(given: Any) -> str:
        if not isinstance(given, str) or not re.fullmatch(pattern, given, re.ASCII):
            raise _wrong(name, example)
        return given

    return read


def _time_zone(given: Any) -> str:
    if not isinstance(given, str) or given not in available_timezones():
        raise _wrong("TimeZone", "Europe/Madrid")
    return given


def show_amount(amount: int) -> str:
    """In units of the currency, with two to four decimals: 26.00."""
    whole, rest = divmod(abs(amount), 10_000)
    decimals = f"{rest:04}"
    shown = decimals[:2] + decimals[2:].rstrip("0")
    return f"{'-' if amount < 0 else ''}{whole}.{shown}"


def _amount(given: Any) -> int:
    if not isinstance(given, str) or not re.fullmatch(r"-?\d{1,11}(\.\d{1,4})?", given, re.ASCII):
        raise _wrong("Decimal", '"26.00", as a text')
    return int(Decimal(given) * 10_000)


def _as_is(value: Any) -> Any:
    return value


def _wrong(name: str, example: str) -> GraphQLError:
    return GraphQLError(f"{name} must look like {example}.")


def _scalar(name: str, description: str, read: Any, show: Any = _as_is) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=show, parse_value=read)


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: _scalar(
        "DateTime", "A moment in UTC, RFC 3339: 2026-10-01T12:00:00Z.", _time, show_time
    ),
    Date: _scalar("Date", "A day, ISO 8601: 2026-10-01.", _date, date.isoformat),
    PhoneNumber: _scalar("PhoneNumber", "A phone number in E.164: +34600111222.", _phone),
    Locale: _scalar(
        "Locale",
        "A language, perhaps with script and region, BCP 47: es or zh-Hans-CN.",
        _text_like("Locale", r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "es-ES"),
    ),
    CountryCode: _scalar(
        "CountryCode",
        "A country, ISO 3166-1 alpha-2: ES.",
        _text_like("CountryCode", r"[A-Z]{2}", "ES"),
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        "A currency, ISO 4217: EUR.",
        _text_like("CurrencyCode", r"[A-Z]{3}", "EUR"),
    ),
    TimeZone: _scalar("TimeZone", "A time zone by its IANA name: Europe/Madrid.", _time_zone),
    URL: _scalar(
        "URL",
        "An address; one that begins with a slash is meant from this server's own.",
        _text_like("URL", r"(https?:/)?/\S*", "https://example.com/page"),
    ),
    Amount: _scalar(
        "Decimal",
        "An amount in units of its currency, exact, as text: 26.00.",
        _amount,
        show_amount,
    ),
    JSON: _scalar("JSON", "Any JSON value, as the platform sent it.", _as_is),
}
