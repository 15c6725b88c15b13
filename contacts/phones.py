"""Phone numbers: one form for one person's number, and what it tells about where they live."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from babel.core import get_global
from phonenumbers import timezone

from contacts.places import zone_in

_UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """What is derived from a number: ISO country, IANA zone, language; any may be unknown."""

    country: str | None
    time_zone: str | None
    language: str | None


NOWHERE = Place(None, None, None)


def canonical(digits: str) -> str:
    """The digits under which all variants of a number meet (F5: one person).

    Brazil's mobiles gained a 9 after the area code, Mexico's international form had a 1 and
    Argentina's has a 9 after the country code; the platform and stores write both forms.
    """
    if digits.startswith("55") and len(digits) == 12 and digits[4] in "6789":
        return f"{digits[:4]}9{digits[4:]}"
    if digits.startswith("521") and len(digits) == 13:
        return f"52{digits[3:]}"
    if digits.startswith("549") and len(digits) == 13:
        return f"54{digits[3:]}"
    return digits


def read_phone(text: str, country: str | None = None) -> str | None:
    """The full international digits of a number as people type it; None where it is none.

    `country` (ISO) tells what a number without its country code means: shops write them freely.
    """
    region = country.upper() if country else None
    # Mexico's older form is possible no more; what it became is.
    today = canonical("".join(re.findall(r"\d", text)))
    for written in (text, f"+{text.removeprefix('00')}", f"+{today}"):
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    return None


def national(digits: str) -> str:
    """The digits of a full international number as they are dialled within its country."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.national_significant_number(number)


@lru_cache(maxsize=4096)
def place_of(digits: str) -> Place:
    """Country, time zone and language of a number in full international digits."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return NOWHERE
    country = phonenumbers.region_code_for_number(number)
    if country is None or len(country) != 2 or not country.isalpha():
        return NOWHERE
    zones = [zone for zone in timezone.time_zones_for_number(number) if zone != _UNKNOWN_ZONE]
    # A mobile number names every zone of its country: where most people live is meant.
    usual = zone_in(country)
    zone = usual if usual in zones else next(iter(zones), None)
    return Place(country, zone, _language_of(country))


@lru_cache(maxsize=512)
def place_of_user_id(user_id: str) -> Place:
    """What the country code in front of a user id tells (contract 4.2: `FR.1349…`)."""
    country, dot, _ = user_id.partition(".")
    if not dot or country not in phonenumbers.SUPPORTED_REGIONS:
        return NOWHERE
    example = phonenumbers.example_number(country)
    zones = timezone.time_zones_for_number(example) if example else ()
    return Place(country, zones[0] if len(zones) == 1 else None, _language_of(country))


def _language_of(country: str) -> str | None:
    """The language that most people of a country speak (CLDR likely subtags)."""
    likely = get_global("likely_subtags").get(f"und_{country}")
    return likely.split("_")[0] if likely else None
