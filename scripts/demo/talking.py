"""The talks of the founding day: customers write and react in the simulator, agents answer through
the ledger of sends as everybody does, and the worker delivers.

Whose turn it is stands in the thread: what is there is never said again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import aiohttp

import conversations
from conversations import Outgoing, content
from kernel import database, tenancy
from kernel.errors import Conflict
from kernel.ids import Id
from scripts.demo.acquaintance import threads_of
from scripts.demo.customers import Customer
from scripts.demo.houses import House

_WITHIN = 60.0  # seconds
_LOOK_EVERY = 0.15
_TOGETHER = 25
_AT_ONCE = 8
_LONGEST_TALK = 16


@dataclass(frozen=True)
class Desk:
    """Where a house answers: its tenant, and the agents who take turns."""

    house: House
    tenant_id: Id
    agents: tuple[Id, ...]


async def hold_talks(desks: Sequence[Desk], customers: Collection[Customer], simulator: str) -> int:
    """Let the customers talk with the houses; how many talks did not come to their end.

    Talks that were broken off go on. aiohttp.ClientError when the simulator does not help.
    """
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    wait = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(simulator, connector=connector, timeout=wait) as control:
        halls = [
            _Hall(desk, [one for one in customers if one.house == desk.house], control)
            for desk in desks
        ]
        return sum(await asyncio.gather(*(hall.hold() for hall in halls)))


class _Hall:
    """The talks with one house."""

    def __init__(
        self, desk: Desk, customers: list[Customer], control: aiohttp.ClientSession
    ) -> None:
        self._desk = desk
        self._open = {one.id: one for one in customers}
        self._control = control
        self._threads: dict[str, Id] = {}
        self._begun: set[str] = set()

    async def hold(self) -> int:
        """Until all are through, or for a minute; how many are not."""
        deadline = time.monotonic() + _WITHIN
        with tenancy.acting_for(self._desk.tenant_id):
            while self._open and time.monotonic() < deadline:
                said = await self._said()
                self._open = {
                    key: one for key, one in self._open.items() if said[key] < len(one.talk)
                }
                await self._begin(said)
                await self._answer(said)
                await asyncio.sleep(_LOOK_EVERY)
        return len(self._open)

    async def _said(self) -> dict[str, int]:
        """How many messages stand in each thread."""
        if new := [one for key, one in self._open.items() if key not in self._threads]:
            found = await threads_of(new)
            self._threads |= {key: thread["id"] for key, thread in found.items()}
        threads = {key: self._threads[key] for key in self._open if key in self._threads}
        messages = await conversations.last_messages(threads.values(), _LONGEST_TALK)
        return {key: len(messages.get(threads.get(key, ""), ())) for key in self._open}

    async def _begin(self, said: Mapping[str, int]) -> None:
        """Let those write whose turn it is now; what they say later is in their behaviour."""
        new = [one for key, one in self._open.items() if key not in self._begun]
        self._begun |= self._open.keys()
        await asyncio.gather(
            *(self._write(one, one.talk[said[one.id]]) for one in new if said[one.id] % 2 == 0)
        )

    async def _write(self, customer: Customer, text: str) -> None:
        act = {"act": "text", "number": customer.house.phone_number_id, "text": text}
        async with self._control.post(f"/control/people/{customer.id}/acts", json=act) as answer:
            answer.raise_for_status()

    async def _answer(self, said: Mapping[str, int]) -> None:
        due = [one for key, one in self._open.items() if said[key] % 2 == 1]
        # In the order in which everybody else locks threads.
        due.sort(key=lambda one: self._threads[one.id])
        for at in range(0, len(due), _TOGETHER):
            for refused in await self._queue(due[at : at + _TOGETHER], said):
                del self._open[refused]

    @database.unit_of_work
    async def _queue(self, due: Sequence[Customer], said: Mapping[str, int]) -> list[str]:
        """Say the house's next line to each; those to whom it may say nothing any more."""
        refused = []
        for one in due:
            place, agents = said[one.id], self._desk.agents
            out = Outgoing(
                conversation_id=self._threads[one.id],
                content=content.Text(one.talk[place]),
                origin="person",
                origin_id=agents[place // 2 % len(agents)],
                key=f"demo {one.id} {place}",
            )
            try:
                await conversations.queue(out)
            except Conflict:
                refused.append(one.id)
        return refused
