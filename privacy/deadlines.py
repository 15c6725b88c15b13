"""When a request is due (F47): periods in months by Regulation (EEC, Euratom) No 1182/71.

The day of receipt does not count (3(1)); a period in months ends with the day of the same date in
its last month, or with that month's last day (3(2)(c)), whole; where that is a public holiday, a
Saturday or a Sunday, with the next working day (3(4)). The zone of the tenant decides which day.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from kernel import clock
from tenants import TenantSettings

# GDPR 12(3): one month, and two more where the reasons are told within the first.
MONTHS, LONGER = 1, 3


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose days count: a zone, and public holidays of a country (ES) or a part of it (ES-CT)."""

    zone: str
    place: str

    @classmethod
    def of(cls, tenant: TenantSettings) -> Calendar:
        """The tenant's; where it keeps no calendar of holidays, that of its country."""
        return cls(tenant.time_zone, tenant.holidays or tenant.country)

    def day_of(self, at: int) -> date:
        """The day that it is there at this moment."""
        return clock.moment(at).astimezone(ZoneInfo(self.zone)).date()

    def end_of(self, day: date) -> int:
        """The moment at which a day ends there."""
        midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.zone))
        return clock.micros(midnight)

    def due_day(self, received_at: int, months: int = MONTHS, stood: int = 0) -> date:
        """The last day for a request received then, whose clock stood still for so many days."""
        day = _months_later(self.day_of(received_at), months) + timedelta(days=stood)
        holidays = _holidays(self.place)
        while day.weekday() >= 5 or day in holidays:
            day += timedelta(days=1)
        return day


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def _holidays(place: str) -> HolidayBase:
    country, _, part = place.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        # A part, or a country, whose days off nobody has written down.
        return _holidays(country) if part else HolidayBase()
