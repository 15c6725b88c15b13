"""Loading in sets: who asks for one row joins the question for all rows wanted at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Loader(Generic[K, V]):
    """Rows of one kind in one request, by key; each is read once.

    `load` answers for many keys; what it leaves out does not exist.
    """

    __slots__ = ("_after", "_known", "_load", "_waiting")

    def __init__(
        self,
        load: Callable[[list[K]], Awaitable[Mapping[K, V]]],
        after: Callable[[], Awaitable[None]],
    ) -> None:
        self._load = load
        self._after = after
        self._known: dict[K, V | None] = {}
        self._waiting: dict[K, asyncio.Future[V | None]] = {}

    def get(self, key: K) -> V | None:
        """The row, or None. Where it was not read yet this is an awaitable of it.

        It is typed as what the executor makes of it: that awaits whatever a resolver returns.
        """
        if key in self._known:
            return self._known[key]
        if key not in self._waiting:
            loop = asyncio.get_running_loop()
            if not self._waiting:
                loop.call_soon(self._begin)
            self._waiting[key] = loop.create_future()
        return cast("V | None", self._waiting[key])

    async def one(self, key: K) -> V | None:
        """The row, or None, read together with what others ask for at the same moment."""
        found = self.get(key)
        return cast("V | None", await found) if isinstance(found, asyncio.Future) else found

    async def many(self, keys: Iterable[K]) -> dict[K, V]:
        """The rows of these keys, read now in one go."""
        wanted = dict.fromkeys(keys)
        missing = [key for key in wanted if key not in self._known]
        if missing:
            found = await self._load(missing)
            self._known.update({key: found.get(key) for key in missing})
        return {key: row for key in wanted if (row := self._known[key]) is not None}

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, {}
        task = asyncio.ensure_future(self._answer(waiting))
        _running.add(task)
        task.add_done_callback(_running.discard)

    async def _answer(self, waiting: dict[K, asyncio.Future[V | None]]) -> None:
        try:
            found = await self.many(waiting)
            await self._after()
        except BaseException as error:
            for future in waiting.values():
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # seen here, should nobody await it any more
            if not isinstance(error, Exception):
                raise
            return
        for key, future in waiting.items():
            if not future.done():
                future.set_result(found.get(key))


_running: set[asyncio.Task[None]] = set()
