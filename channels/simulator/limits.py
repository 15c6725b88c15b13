"""The platform's limits, counted on the simulated clock (contract 1.4, 5.5 to 5.8)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from channels.simulator.clock import Clock
from channels.simulator.errors import GraphError
from channels.simulator.records import Number
from channels.simulator.settings import Settings
from kernel.clock import DAY, HOUR, SECOND

# Users per day and portfolio, outside of a window; no entry: unlimited (contract 5.5).
TIERS = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_2000": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: int


@dataclass(slots=True)
class _Pair:
    burst_from: int
    sent: int
    free_at: int


class Limits:
    """What was used up of every limit."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        """Start all counts anew."""
        self._throughput: dict[str, _Bucket] = {}
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._calls: dict[str, deque[int]] = {}
        self._reached: dict[str, dict[str, int]] = {}
        self._marketing: dict[str, deque[int]] = {}
        self._refused: dict[tuple[str, str], deque[int]] = {}

    def per_second(self, number: Number) -> int:
        """A number's messages per second, in and out together (contract 5.6)."""
        limits = self._settings.limits
        if number.coexistence:
            return limits.throughput_coexistence
        return limits.throughput_high if number.throughput == "HIGH" else limits.throughput

    def check_throughput(self, number: Number) -> None:
        """130429 when the number has sent and received its share of this second."""
        if self._settings.limits.on and self._bucket(number).tokens < 1:
            raise GraphError(130429)

    def count_throughput(self, number: Number) -> None:
        """One message more, in or out."""
        bucket = self._bucket(number)
        bucket.tokens = max(bucket.tokens - 1, 0)

    def check_pair(self, number_id: str, recipient: str) -> None:
        """131056 when this pair has to wait: a burst of n is paid by n times 6 s (contract 5.7)."""
        limits = self._settings.limits
        pair, now = self._pairs.get((number_id, recipient)), self._clock.now()
        if not limits.on or pair is None or now >= pair.free_at:
            return
        in_burst = now - pair.burst_from < limits.pair_seconds * SECOND
        if not in_burst or pair.sent >= limits.pair_burst:
            raise GraphError(131056)

    def count_pair(self, number_id: str, recipient: str) -> None:
        """One message more between these two."""
        key, now = (number_id, recipient), self._clock.now()
        pair = self._pairs.get(key)
        if pair is None or now >= pair.free_at:
            pair = self._pairs[key] = _Pair(now, 0, now)
        pair.sent += 1
        pair.free_at += int(self._settings.limits.pair_seconds * SECOND)

    def check_calls(self, key: str, most: int) -> None:
        """80007 when this hour's calls are used up (contract 1.4); counts the call."""
        calls = self._fresh(self._calls.setdefault(key, deque()), HOUR)
        if self._settings.limits.on and len(calls) >= most:
            raise GraphError(80007)
        calls.append(self._clock.now())

    def may_reach(self, business_id: str, tier: str, person_id: str) -> bool:
        """Whether the portfolio may write to this person outside of a window today; counts it."""
        now = self._clock.now()
        reached = self._reached.setdefault(business_id, {})
        for gone in [one for one, at in reached.items() if at <= now - DAY]:
            del reached[gone]
        if person_id not in reached:
            is_full = len(reached) >= TIERS.get(tier, 1 << 60)
            if is_full and self._settings.limits.on:
                return False
            reached[person_id] = now
        return True

    def may_market(self, waba_id: str, person_id: str) -> bool:
        """Whether the person's share of marketing is not used up; counts it (contract 5.8).

        It is one share for all businesses. Who tries too often is shut out for a day.
        """
        limits = self._settings.limits
        span = int(limits.marketing_seconds * SECOND)
        had = self._fresh(self._marketing.setdefault(person_id, deque()), span)
        refused = self._fresh(self._refused.setdefault((waba_id, person_id), deque()), DAY)
        is_full = len(had) >= limits.marketing_per_user
        if limits.on and (is_full or len(refused) >= limits.marketing_retries):
            refused.append(self._clock.now())
            return False
        had.append(self._clock.now())
        return True

    def _fresh(self, times: deque[int], span: int) -> deque[int]:
        while times and times[0] <= self._clock.now() - span:
            times.popleft()
        return times

    def _bucket(self, number: Number) -> _Bucket:
        now, most = self._clock.now(), float(self.per_second(number))
        bucket = self._throughput.setdefault(number.id, _Bucket(most, now))
        bucket.tokens = min(most, bucket.tokens + (now - bucket.at) / SECOND * most)
        bucket.at = now
        return bucket
