"""How many people a portfolio may write to first in 24 hours, by the platform's word (5.5)."""

from __future__ import annotations

import re

# TIER_250, TIER_2K, TIER_10K, and plain numbers in some webhooks; what comes next may be TIER_5M.
_NUMBERED = re.compile(r"(?:TIER_)?(\d{1,12})([KM]?)", re.IGNORECASE)
_TIMES = {"": 1, "K": 1_000, "M": 1_000_000}
# Of every so many one is kept for service: an order's notice never waits for a promotion.
_KEPT = 10


def people_of(tier: str | None) -> int | None:
    """How many people a tier allows; None where it has no end or says nothing that is known.

    A word that nobody knows holds nobody back: the platform still says no itself (131048).
    """
    found = _NUMBERED.fullmatch((tier or "").strip())
    return int(found[1]) * _TIMES[found[2].upper()] if found else None


def open_to_promotions(people: int) -> int:
    """How many of these people promotions may reach; the others are kept for service."""
    return people - people // _KEPT
