"""How fast a number may send: what the platform allows it, less while its quality is low (5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Messages a second by the platform's level; a level that nobody knows is the usual one.
_STANDARD, _BY_LEVEL = 80, {"HIGH": 1000}
# Who is blocked and reported sends less, so that it goes no further down.
_BY_QUALITY = {"YELLOW": 2, "RED": 4}


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second: what it may send now, and at most; `reason` says why less, if it is."""

    now: int
    most: int
    reason: str | None = None


def speed_of(row: Mapping[str, Any], now: int) -> Speed:
    """The speed of a number by its row."""
    allowed = _BY_LEVEL.get(row["throughput"] or "", _STANDARD)
    part = _BY_QUALITY.get(row["quality"] or "", 1)
    most = allowed // part
    return Speed(most, most, f"QUALITY_{row['quality']}" if part > 1 else None)
