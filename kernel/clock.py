"""The only source of time. Times are integers: microseconds since 1970-01-01, UTC.

The same integer is stored by both databases, so that order and equality never depend on a text
form or a session's zone. Tests and the simulator move the clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_shift = 0


def now() -> int:
    """Microseconds since the epoch, as the house sees them."""
    return time.time_ns() // 1000 + _shift


def move(microseconds: int) -> None:
    """Put the clock forward (or back) by so much; for tests and the simulator."""
    global _shift
    _shift += microseconds


def reset() -> None:
    """Back to the machine's own time."""
    global _shift
    _shift = 0


def moment(microseconds: int) -> datetime:
    """The aware UTC datetime of a stored time."""
    return _EPOCH + timedelta(microseconds=microseconds)


def micros(at: datetime) -> int:
    """The stored form of an aware datetime; ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone has no place here")
    return (at - _EPOCH) // timedelta(microseconds=1)
