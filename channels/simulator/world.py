"""One simulated platform: its town, clock, settings, limits, faults and ways out."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from random import Random

from channels.simulator.clock import Clock
from channels.simulator.faults import Faults
from channels.simulator.limits import Limits
from channels.simulator.live import Live
from channels.simulator.outbox import Outbox
from channels.simulator.settings import Settings
from channels.simulator.shapes import read_into, show
from channels.simulator.store import MediaStore, TemplateStore
from channels.simulator.town import Town


class World:
    """Everything of one simulator; every part finds the others here."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = Clock()
        self.town = Town()
        self.templates = TemplateStore()
        self.media = MediaStore()
        self.faults = Faults()
        self.live = Live()
        self.limits = Limits(self.settings, self.clock)
        # Chance for tests and demonstrations, not for secrets.
        self.dice = Random(20261101)  # noqa: S311 (a game, no secret)
        self.outbox = Outbox(self.town, self.settings, self.clock, self.dice)
        self.counts: Counter[str] = Counter()
        # Callback data of bare mode, with how often each came.
        self.bare_keys: Counter[str] = Counter()
        # How businesses reach this simulator; stands in the URLs of files that people send.
        self.base_url = "http://127.0.0.1"
        self.ending = asyncio.Event()
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the clock run."""
        self._ticking = asyncio.create_task(self.clock.run())

    async def stop(self) -> None:
        """End whatever hangs, streams or posts."""
        self.ending.set()
        self.live.end()
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        await self.outbox.stop()

    def reset(self) -> None:
        """An empty town with settings as at the start; the clock keeps its time, at speed 1."""
        self.clock.forget()
        self.clock.set_speed(1.0)
        self.outbox.forget()
        self.limits.forget()
        self.counts.clear()
        self.bare_keys.clear()
        self.faults.ordered.clear()
        self.templates.forget()
        self.media.forget()
        # The same objects stay: the parts hold on to them.
        self.town.forget()
        read_into(self.settings, show(Settings()))
        self.live.tell("town")

    async def settled(self, within: float = 5.0) -> bool:
        """Wait until nothing is due and every update went out or failed; False: it took longer.

        Appointments of the simulated future, such as another try, are not waited for.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        calm = 0
        while calm < 2:
            if loop.time() > deadline:
                return False
            calm = calm + 1 if self.outbox.is_idle and not self.clock.is_due else 0
            await asyncio.sleep(0.002)
        return True
