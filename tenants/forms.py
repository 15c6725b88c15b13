"""What people write into forms, checked and brought into one form; Invalid names the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

import orjson
import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from kernel.errors import Invalid
from tenants.roles import Role

Field = tuple[str, ...]

_EMAIL = re.compile(r"[^@\s\x00-\x1f<>\",;:\\]{1,64}@([\w-]{1,63}\.)+[\w-]{2,63}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?")
_CALENDAR = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,3})?")
_HOST = r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?"
_ORIGIN = re.compile(rf"(?:https://{_HOST}|http://(?:localhost|127\.0\.0\.1))(?::[0-9]{{1,5}})?")
_MOST_ORIGINS = 20
PASSWORD_LENGTHS = (12, 200)
_ROLES = [role for role in Role if role is not Role.STORE]


def line(text: str, field: Field, longest: int = 100) -> str:
    """One line of text without edges or double spaces, 1 to `longest` characters."""
    tidy = " ".join(_sound(text, field).split())
    if not tidy or len(tidy) > longest or any(map(_is_control, tidy)):
        raise Invalid(f"A line of 1 to {longest} characters is wanted.", field=field)
    return tidy


def lines(text: str, field: Field, longest: int = 1000) -> str:
    """Text of at most `longest` characters, perhaps none, perhaps of several lines."""
    tidy = _sound(text, field).replace("\r\n", "\n").strip()
    if len(tidy) > longest or any(_is_control(letter) for letter in tidy if letter != "\n"):
        raise Invalid(f"At most {longest} characters are wanted.", field=field)
    return tidy


def email(text: str, field: Field = ("email",)) -> str:
    """The address as it is written to: no edges, the domain in small letters."""
    # Whatever is longer is none: there is no use in reading it all.
    tidy = unicodedata.normalize("NFC", _sound(text[:1000], field).strip())
    if len(tidy) > 254 or not _EMAIL.fullmatch(tidy):
        raise Invalid("An e-mail address such as name@example.com is wanted.", field=field)
    local, _, domain = tidy.rpartition("@")
    return f"{local}@{domain.lower()}"


def password(text: str, field: Field = ("password",)) -> str:
    """The password in the form that is hashed (NFKC, as typed on any keyboard)."""
    least, most = PASSWORD_LENGTHS
    tidy = unicodedata.normalize("NFKC", _sound(text, field))
    if not least <= len(tidy) <= most or len(set(tidy)) < 5:
        raise Invalid(
            f"A password of {least} to {most} characters, 5 different ones at least, is wanted.",
            field=field,
        )
    return tidy


def role(text: str, field: Field = ("role",)) -> Role:
    """One of the roles that a person can have."""
    if text in _ROLES:
        return Role(text)
    raise Invalid("A role is one of " + ", ".join(_ROLES) + ".", field=field)


def country(text: str, field: Field = ("country",)) -> str:
    """An ISO 3166 code of two letters that has telephone numbers of its own."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("A country's code of two letters such as ES is wanted.", field=field)
    return code


def locale(text: str, field: Field = ("locale",)) -> str:
    """A BCP 47 tag such as es-ES that CLDR knows."""
    tidy = text.strip()
    try:
        if not _LOCALE.fullmatch(tidy):
            raise ValueError
        return str(Locale.parse(tidy, sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        raise Invalid("A locale such as es-ES or zh-Hans-CN is wanted.", field=field) from None


def time_zone(text: str, field: Field = ("time_zone",)) -> str:
    """An IANA time zone such as Europe/Madrid."""
    if text.strip() not in _time_zones():
        raise Invalid("A time zone such as Europe/Madrid is wanted.", field=field)
    return text.strip()


def currency(text: str, field: Field = ("currency",)) -> str:
    """An ISO 4217 code that is legal tender somewhere today."""
    code = text.strip().upper()
    if code not in _currencies():
        raise Invalid("A currency's code of three letters such as EUR is wanted.", field=field)
    return code


def holidays(text: str, field: Field = ("holidays",)) -> str:
    """Whose public holidays count: a country (ES) or a part of one (ES-CT); empty for none."""
    code = text.strip().upper()
    match = _CALENDAR.fullmatch(code)
    if code and (not match or match[1] not in phonenumbers.SUPPORTED_REGIONS):
        raise Invalid("A calendar such as ES or ES-CT, or nothing, is wanted.", field=field)
    return code


def origins(given: Sequence[str], field: Field = ("allowed_origins",)) -> str:
    """Origins of browser applications, sorted, as JSON; http only on a developer's own machine."""
    tidy = sorted({one.strip().rstrip("/").lower() for one in given})
    if len(tidy) > _MOST_ORIGINS or not all(map(_ORIGIN.fullmatch, tidy)):
        raise Invalid(
            f"At most {_MOST_ORIGINS} origins such as https://desk.example.com are wanted; "
            "http only for localhost.",
            field=field,
        )
    return orjson.dumps(tidy).decode()


def whole(number: int, least: int, most: int, field: Field) -> int:
    """A whole number from the least to the most."""
    if not least <= number <= most:
        raise Invalid(f"A whole number from {least} to {most} is wanted.", field=field)
    return number


def _sound(text: str, field: Field) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid("The text holds characters that cannot be kept.", field=field)
    return text


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc"


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _currencies() -> frozenset[str]:
    by_territory = get_global("territory_currencies").values()
    return frozenset(
        code
        for history in by_territory
        for code, _begin, end, is_tender in history
        if is_tender and end is None
    )
