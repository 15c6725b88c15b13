"""Due dates by Regulation 1182/71: a table worked out by hand and calendar, not by this code."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from kernel import clock
from privacy.deadlines import Calendar

_TABLE = Path(__file__).with_name("due_dates.txt")


def test_a_hundred_due_dates() -> None:
    lines = [line.split() for line in _TABLE.read_text().splitlines() if line[0] != "#"]
    assert len(lines) == 100
    for received, zone, place, months, stood, due in lines:
        at = clock.micros(datetime.fromisoformat(received))
        found = Calendar(zone, place).due_day(at, int(months), int(stood))
        assert found == date.fromisoformat(due), (received, zone, place, months, stood)


def test_a_day_ends_at_midnight_of_the_zone_also_when_clocks_change() -> None:
    madrid = Calendar("Europe/Madrid", "ES")
    for day, end in (
        (date(2026, 3, 28), "2026-03-28T23:00Z"),
        (date(2026, 3, 29), "2026-03-29T22:00Z"),
        (date(2026, 10, 25), "2026-10-25T23:00Z"),
    ):
        assert madrid.end_of(day) == clock.micros(datetime.fromisoformat(end))
