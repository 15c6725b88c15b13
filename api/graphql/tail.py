"""The one reader of the outbox in this process, which feeds all open subscriptions.

Subscribers get what happens from now on through a queue of their own; one that is too slow to
empty it is let go and can go on later from its last cursor, for the outbox keeps everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field

import structlog

from kernel import bells, events
from kernel.errors import TryLater
from kernel.events import Cursor, Event
from kernel.ids import Id

# How many events a subscriber may be behind; and how long the tail sleeps when no bell rings.
_ROOM = 1000
_SLEEP = 1.0
_AT_ONCE = 500
_log = structlog.get_logger("tail")


@dataclass(eq=False, slots=True)
class _Listener:
    tenant_id: Id
    waiting: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(_ROOM + 1))
    is_behind: bool = False


class Tail:
    """See the module. It reads only while somebody listens."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._cursor: Cursor = events.START
        self._starting = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def follow(self, tenant_id: Id, after: Cursor | None) -> AsyncGenerator[Event, None]:
        """A tenant's events behind a cursor, then all that happen, in order, each once.

        TryLater (SUBSCRIBER_TOO_SLOW) for who does not keep up.
        """
        async with self._listening(tenant_id) as listener:
            seen = after or self._cursor
            if after is not None:
                async for event in _missed(tenant_id, after):
                    seen = event.cursor
                    yield event
            while True:
                arrived = await listener.waiting.get()
                if arrived is None:
                    raise TryLater(
                        "You are too far behind; subscribe again after your last cursor.",
                        code="SUBSCRIBER_TOO_SLOW",
                        after=1.0,
                    )
                if arrived.cursor > seen:
                    seen = arrived.cursor
                    yield arrived

    async def stop(self) -> None:
        """Let everybody go."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._starting = asyncio.Lock()  # a lock stays with the loop on which somebody waited

    @asynccontextmanager
    async def _listening(self, tenant_id: Id) -> AsyncIterator[_Listener]:
        listener = _Listener(tenant_id)
        async with self._starting:
            if self._task is None:
                self._cursor = await events.newest()
            self._listeners.add(listener)
            if self._task is None:
                # In a context of its own: it serves all tenants, not the one that came first.
                self._task = asyncio.create_task(self._read(), context=Context())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _read(self) -> None:
        """Until nobody listens any more; the next listener starts it again."""
        while self._listeners:
            try:
                while happened := await events.read(self._cursor, _AT_ONCE):
                    self._cursor = happened[-1].cursor
                    self._pass_on(happened)
                await bells.wait(events.BELL, _SLEEP)
            except Exception as error:
                _log.warning("tail_stumbled", exc_info=error)
                await asyncio.sleep(_SLEEP)
        self._task = None

    def _pass_on(self, happened: list[Event]) -> None:
        for listener in self._listeners:
            for event in happened:
                if event.tenant_id != listener.tenant_id or listener.is_behind:
                    continue
                if listener.waiting.qsize() >= _ROOM:
                    listener.is_behind = True
                    listener.waiting.put_nowait(None)
                else:
                    listener.waiting.put_nowait(event)


async def _missed(tenant_id: Id, after: Cursor) -> AsyncIterator[Event]:
    while happened := await events.read(after, _AT_ONCE, tenant_id=tenant_id):
        for event in happened:
            yield event
        after = happened[-1].cursor


TAIL = Tail()
