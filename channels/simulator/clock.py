"""The simulator's own clock: it moves, runs faster or stands still, and keeps appointments.

Every window, delay, expiry and retry counts by it. It starts from the house's clock, so a test that
moves `kernel.clock` in the same process moves this one as well.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

import structlog

from kernel import clock as house

_AT_ONCE = 200
_LONGEST_SLEEP = 0.2  # seconds; the house's clock may be moved without a word


class Clock:
    """Time in microseconds since the epoch, as the simulated platform sees it."""

    def __init__(self) -> None:
        self._real = house.now()
        self._here = self._real
        self._speed = 1.0
        self._appointments: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._changed = asyncio.Event()

    def now(self) -> int:
        """Microseconds since the epoch."""
        return self._here + int((house.now() - self._real) * self._speed)

    @property
    def speed(self) -> float:
        """Simulated seconds per real second; 0 stands still."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Run so much faster than the real time; 0 stands still until it is moved."""
        self._put(self.now())
        self._speed = speed
        self._changed.set()

    def move(self, microseconds: int) -> None:
        """Put the clock forward (or back); what falls due on the way is done at its own moment."""
        target = self.now() + microseconds
        while self._appointments and self._appointments[0][0] <= target:
            self._put(max(self._appointments[0][0], self._here))
            self._keep_next()
        self._put(target)
        self._changed.set()

    def at(self, when: int, do: Callable[[], None]) -> None:
        """Do this at that moment of the simulated time."""
        heapq.heappush(self._appointments, (when, next(self._numbers), do))
        if self._appointments[0][0] == when:
            self._changed.set()

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do this so many simulated seconds from now; never before the caller is through."""
        self.at(self.now() + int(seconds * house.SECOND), do)

    @property
    def is_due(self) -> bool:
        """Whether an appointment waits to be kept now."""
        return bool(self._appointments) and self._appointments[0][0] <= self.now()

    def forget(self) -> None:
        """Drop every appointment."""
        self._appointments.clear()

    async def run(self) -> None:
        """Keep the appointments, until cancelled."""
        while True:
            self._changed.clear()
            for _ in range(_AT_ONCE):
                if not self.is_due:
                    break
                self._keep_next()
            if self.is_due:
                await asyncio.sleep(0)
                continue
            try:
                await asyncio.wait_for(self._changed.wait(), self._pause())
            except TimeoutError:
                continue

    def _pause(self) -> float | None:
        if not self._appointments or self._speed <= 0:
            return None
        wait = (self._appointments[0][0] - self.now()) / house.SECOND / self._speed
        return min(max(wait, 0.0), _LONGEST_SLEEP)

    def _keep_next(self) -> None:
        _when, _number, do = heapq.heappop(self._appointments)
        try:
            do()
        except Exception:
            # One broken appointment must not stop the clock of a whole town.
            structlog.get_logger("simulator").exception("appointment_failed")

    def _put(self, here: int) -> None:
        self._real = house.now()
        self._here = here
