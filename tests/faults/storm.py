"""A storm: agents who write at a steady pace, the platform as a program, and faults that strike."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from kernel import ids
from tests import stored
from tests.api.door import Door
from tests.faults.place import Place
from tests.faults.programs import Program, until
from tests.flows import market
from tests.servers import OwnPostgres, Redis

_AT_ONCE = 16
_PAGE = 1000
_SAY = """
mutation($input: MessageSendInput!) {
  messageSend(input: $input) { message { id } userErrors { code } }
}
"""


@dataclass(frozen=True)
class Size:
    """How many messages to how many people, at which pace a second, and how often faults strike.

    `still` is how long a worker is stopped, `away` how long a server is gone, `hang` how long the
    platform's answer hangs; all in seconds. `spoilt` is how many requests a fault of the platform
    meets.
    """

    messages: int
    people: int
    pace: float
    every: float
    still: float
    away: float
    hang: float
    spoilt: int


SHORT = Size(120, 120, 30.0, 1.5, 1.3, 0.3, 1.0, 3)
LONG = Size(10_000, 1_000, 40.0, 30.0, 20.0, 2.0, 30.0, 20)


class Town:
    """The simulator as a program of its own, asked over its control API."""

    def __init__(self, place: Place) -> None:
        self._place = place
        logs = place.house.settings.data / "logs"
        self.program = Program("channels.simulator", place.house.environ, logs / "simulator.log")
        self._root = f"{place.house.environ['RAPPORT_GRAPH_URL']}/control"

    async def start(self, document: market.Json) -> None:
        """Start it with this town."""
        file = self._place.house.settings.data / "town.json"
        file.write_text(json.dumps(document))
        await self.program.start("--town", str(file))
        await until(self._answers, "the simulator starts", within=30)

    async def hear_from(self, people: int) -> None:
        """Everybody writes, so that everybody can be answered."""
        waiting = iter(range(people))

        async def write_some() -> None:
            for one in waiting:
                await self._ask("POST", f"people/p{one}/acts", {"act": "text", "text": "Hola"})

        await asyncio.gather(*(write_some() for _ in range(_AT_ONCE)))

    async def spoils(self, times: int, kind: str, **more: Any) -> None:
        """So many of the next requests go wrong."""
        await self._ask("POST", "faults", {"kind": kind, "times": times, **more})

    async def count(self) -> int:
        """How many messages the platform took."""
        return int((await self._ask("GET", "counts"))["accepted"])

    async def accepted(self) -> list[dict[str, Any]]:
        """Every message that the platform took."""
        taken: list[dict[str, Any]] = []
        while True:
            page = await self._ask("GET", f"messages?after={len(taken)}&limit={_PAGE}")
            taken += page["messages"]
            if len(taken) >= page["total"]:
                return taken

    async def _answers(self) -> bool:
        try:
            return bool(await self._ask("GET", "health"))
        except aiohttp.ClientError:
            assert self.program.is_running, self.program.log.read_text()[-2000:]
            return False

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self._place.http.request(method, f"{self._root}/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@dataclass
class Agents:
    """Queue messages at a pace; each is asked for, under its key, until the API has taken it."""

    place: Place
    threads: list[str]
    size: Size
    asked_again: int = 0

    async def run(self) -> None:
        """Queue all of them; takes as long as the pace wants, or longer."""
        loop, hands = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)
        began = loop.time()
        async with asyncio.TaskGroup() as asking:
            for one in range(self.size.messages):
                await asyncio.sleep(began + one / self.size.pace - loop.time())
                await hands.acquire()
                asking.create_task(self._ask_for(one)).add_done_callback(lambda _: hands.release())

    async def _ask_for(self, one: int) -> None:
        door = Door(self.place.house.settings, self.place.root, self.place.http)
        given = {
            "conversation": self.threads[one % len(self.threads)],
            "content": {"text": {"body": f"Message {one}"}},
            "key": f"key-{one}",
        }
        while True:
            try:
                answer = await door.ask(_SAY, self.place.store.token, input=given)
            except (aiohttp.ClientError, TimeoutError):
                answer = {}
            if answer.get("data"):
                payload = answer["data"]["messageSend"]
                assert payload["message"], payload["userErrors"]
                return
            self.asked_again += 1
            await asyncio.sleep(0.3)


@dataclass
class Storm:
    """Faults that strike one after the other, for as long as the agents write."""

    place: Place
    size: Size
    redis: Redis
    postgres: OwnPostgres | None
    # Where the platform is to have faults as well.
    town: Town | None = None
    struck: Counter[str] = field(default_factory=Counter)
    # The most seconds after a fault of each kind until the platform took another message.
    stood_still: dict[str, float] = field(default_factory=dict)

    async def rage(self, work: asyncio.Task[Any]) -> None:
        """Strike every so many seconds until the work is done, each fault once at least."""
        faults = self._faults()
        for what, fault in itertools.cycle(faults.items()):
            if work.done() and len(self.struck) == len(faults):
                return
            await asyncio.gather(self._strike(what, fault, work), asyncio.sleep(self.size.every))
            self.struck[what] += 1

    async def _strike(
        self, what: str, fault: Callable[[], Awaitable[None]], work: asyncio.Task[Any]
    ) -> None:
        await fault()
        if self.town is None:
            return
        town, before = self.town, await self.town.count()

        async def goes_on() -> bool:
            return work.done() or await town.count() > before

        took = await until(goes_on, f"it goes on after: {what}", within=60, every=0.05)
        self.stood_still[what] = max(took, self.stood_still.get(what, 0.0))

    def _faults(self) -> dict[str, Callable[[], Awaitable[None]]]:
        faults = {
            "kill -9 of the worker": self._kill,
            f"SIGSTOP of the worker for {self.size.still:g} s": self._stop,
            "Redis restarted": self._restart_redis,
            "Redis flushed": self._flush_redis,
        }
        if self.postgres is not None:
            faults["PostgreSQL restarted at once"] = self._restart_postgres
        if self.town is not None:
            some, spoils = self.size.spoilt, self.town.spoils
            hang = partial(spoils, some, "hang", seconds=self.size.hang)
            faults |= {
                "connection dropped after the request": partial(spoils, some, "drop"),
                f"answers that hang for {self.size.hang:g} s": hang,
                "answers of 500": partial(spoils, some, "status", status=500),
                "broken answers": partial(spoils, some, "broken_json"),
            }
        return faults

    async def _kill(self) -> None:
        await until(self._is_at_work, "the worker is back", within=60)
        await self.place.worker.kill()

    async def _stop(self) -> None:
        await until(self._is_at_work, "the worker is back", within=60)
        self.place.worker.signal(signal.SIGSTOP)
        await asyncio.sleep(self.size.still)
        self.place.worker.signal(signal.SIGCONT)

    async def _restart_redis(self) -> None:
        self.redis.stop()
        await asyncio.sleep(self.size.away)
        self.redis.start()

    async def _flush_redis(self) -> None:
        self.redis.flush()

    async def _restart_postgres(self) -> None:
        assert self.postgres is not None
        await asyncio.to_thread(self.postgres.crash)
        await asyncio.sleep(self.size.away)
        self.postgres.start()  # here, for it ends with the thread that started it

    async def _is_at_work(self) -> bool:
        return self.place.worker.is_running


async def threads_of(place: Place, people: int) -> list[str]:
    """The threads of everybody who has written, once all are there."""

    async def are_there() -> bool:
        row = await stored.row("SELECT count(*) AS n FROM conversation")
        return bool(row and row["n"] == people)

    await until(are_there, "everybody is heard", within=60)
    rows = await stored.rows("SELECT id FROM conversation ORDER BY id")
    return [ids.show("conversation", row["id"]) for row in rows]
