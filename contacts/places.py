"""Where somebody's clock stands: zones of countries and countries of zones (F23).

Countries are ISO 3166 codes, zones are names of the IANA database.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_in(country: str | None) -> str | None:
    """The zone in which most people of a country live; None for a country that has none."""
    return zones_of_countries().get(country) if country else None


@cache
def zones_of_countries() -> dict[str, str]:
    """The zone in which most people live, by country."""
    first: dict[str, str] = {}
    for zone, country in _countries().items():
        first.setdefault(country, zone)
    return {**first, **pace_page()["zones"]}


def country_of(zone: str | None) -> str | None:
    """The country of a zone, where it lies in one."""
    return _countries().get(zone) if zone else None


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether there is a zone of this name."""
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


@cache
def pace_page() -> dict[str, Any]:
    """`pace.toml`: what holds until a tenant changes it."""
    return tomllib.loads(Path(__file__).with_name("pace.toml").read_text())


@cache
def _countries() -> dict[str, str]:
    """Countries by zone, in the order of the database's own table."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {zone: country for country, _, zone, *_ in rows}
