"""What the platform has said that bars a message: of its reader, country, number (F24)."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.reasons import Reason, reason
from kernel import clock

# What was barred once may be allowed again; nobody tells.
_BARRED_FOR = 30 * clock.DAY
# Whether a number's quality has risen again.
_LOOK_AGAIN = clock.HOUR


@dataclass(frozen=True, slots=True)
class Barriers:
    """Facts of `gate_facts.sql`; times in microseconds, None where there is no such thing."""

    unreachable_because: int | None = None
    barred_at: int | None = None
    enough_until: int = 0
    promotions_held_until: int = 0
    quality: str | None = None

    def to_them(self, now: int) -> Reason | None:
        """Whether nothing reaches them from here (contract 6)."""
        if self.unreachable_because is not None:
            return reason("UNREACHABLE_CONTACT")
        if self.barred_at is not None and self.barred_at + _BARRED_FOR > now:
            return reason("COUNTRY_BARRED")
        return None

    def to_promotions(self, now: int) -> Reason | None:
        """Whether promotions wait while service goes on, for the person or for the number."""
        if self.enough_until > now:
            return reason("ENOUGH_PROMOTIONS", until=self.enough_until)
        if self.promotions_held_until > now:
            return reason("PROMOTIONS_HELD", until=self.promotions_held_until)
        if self.quality == "RED":
            return reason("QUALITY_RED", until=now + _LOOK_AGAIN)
        return None


NO_BARRIERS = Barriers()
