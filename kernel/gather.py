"""Group commit: many requests share one transaction (traps: Speed).

At thousands a second a commit each would sink the house.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

# A request waits so many seconds for company, then those that wait are committed together. Not too
# many at once, and in two commits side by side: so there is always something to do meanwhile.
_GATHER = 0.005
_MOST = 128
_SIDE_BY_SIDE = 2


class Gathering(Generic[T]):
    """Things of this process that wait for their common commit; `store` commits them.

    The first waits so many seconds for the others.
    """

    def __init__(
        self, store: Callable[[Sequence[T]], Awaitable[None]], seconds: float = _GATHER
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._gatherer: _Gatherer[T] | None = None

    async def add(self, one: T) -> None:
        """When this returns, it is durable; what `store` raised is raised here."""
        loop = asyncio.get_running_loop()
        if self._gatherer is None or self._gatherer.loop is not loop:
            self._gatherer = _Gatherer(loop, self._store, self._seconds)
        await self._gatherer.add(one)


class _Gatherer(Generic[T]):
    """What waits in one event loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        store: Callable[[Sequence[T]], Awaitable[None]],
        seconds: float,
    ) -> None:
        self.loop = loop
        self.store = store
        self.seconds = seconds
        self.waiting: list[tuple[T, asyncio.Future[None]]] = []
        self.since = 0.0
        self.gathers = False
        self.tasks: set[asyncio.Task[None]] = set()

    def add(self, one: T) -> asyncio.Future[None]:
        stored = self.loop.create_future()
        if not self.waiting:
            self.since = self.loop.time()
        self.waiting.append((one, stored))
        if not self.gathers and len(self.tasks) < _SIDE_BY_SIDE:
            task = self.loop.create_task(self.commit())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return stored

    async def commit(self) -> None:
        while self.waiting and not self.gathers:
            self.gathers = True
            # Under load the time has passed while the earlier ones were committed.
            await asyncio.sleep(self.since + self.seconds - self.loop.time())
            self.gathers = False
            together, self.waiting = self.waiting[:_MOST], self.waiting[_MOST:]
            error: BaseException | None = None
            try:
                await self.store([one for one, _ in together])
            except Exception as trouble:
                error = trouble
            for _, stored in together:
                if stored.done():
                    continue
                if error:
                    stored.set_exception(error)
                else:
                    stored.set_result(None)
