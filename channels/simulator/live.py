"""What just happened in town, for whoever watches: the page's server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson

from channels.simulator.shapes import Json

_KEPT = 1000
_HEARTBEAT = 15.0  # seconds


class Live:
    """Tells every watcher what happened; who does not read falls behind and loses the oldest."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[Json | None]] = set()

    def tell(self, what: str, **details: str | None) -> None:
        """Something happened: "chat" (with number and person), "town" or "clock"."""
        for watcher in self._watchers:
            if watcher.full():
                watcher.get_nowait()
            watcher.put_nowait({"what": what, **details})

    def end(self) -> None:
        """Send every watcher home."""
        for watcher in self._watchers:
            if watcher.full():
                watcher.get_nowait()
            watcher.put_nowait(None)

    async def watch(self) -> AsyncIterator[bytes]:
        """The stream of one watcher, as text/event-stream."""
        watcher: asyncio.Queue[Json | None] = asyncio.Queue(_KEPT)
        self._watchers.add(watcher)
        try:
            yield b": watching\n\n"
            while True:
                try:
                    told = await asyncio.wait_for(watcher.get(), _HEARTBEAT)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if told is None:
                    return
                yield b"data: " + orjson.dumps(told) + b"\n\n"
        finally:
            self._watchers.discard(watcher)
