"""When each recipient's message is due: for all at once, or by everybody's own clock (F23, F26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import contacts
import tenants
from kernel import clock


@dataclass(frozen=True, slots=True)
class Schedule:
    """Due at `at`, or as it stands for a zone or a country; microseconds."""

    at: int
    zones: Mapping[str, int] = field(default_factory=dict)

    def due(self, zone: str | None, country: str | None) -> int:
        """When it is due for somebody there; None where nobody knows."""
        return self.zones.get(zone or country or "", self.at)


async def schedule_of(campaign: Mapping[str, Any], now: int) -> Schedule:
    """When a campaign's messages are due, if it is or was launched at `now` at the latest.

    By a local hour each gets theirs when their clock shows that hour for the first time after the
    start; whose zone is unknown, by the tenant's clock.
    """
    start = campaign["starts_at"] or campaign["launched_at"] or now
    hour = campaign["local_hour"]
    if hour is None:
        return Schedule(start)
    zones = {zone: next_hour(start, hour, zone) for zone in available_timezones()}
    countries = {one: zones[zone] for one, zone in contacts.zones_of_countries().items()}
    home = (await tenants.read_settings()).time_zone
    return Schedule(zones[home], countries | zones)


def next_hour(start: int, hour: int, zone: str) -> int:
    """When a clock in the zone shows this full hour for the first time, from `start` on.

    An hour that the clocks skip that day comes when they have gone on.
    """
    here = ZoneInfo(zone)
    day = clock.moment(start).astimezone(here).date()
    while True:
        local = datetime(day.year, day.month, day.day, hour, tzinfo=here)
        at = clock.micros(local.astimezone(UTC))
        if at >= start:
            return at
        day += timedelta(days=1)
