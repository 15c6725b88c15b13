"""A store with an API and a worker of its own, and what stands in its books."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

import channels
from kernel import clock, keys, tenancy
from kernel.leases import LEASE
from tests import stored
from tests.api.door import Store, open_store
from tests.conftest import House
from tests.faults.programs import Program, killed_at_the_end, until

_STARTS_WITHIN = 30.0


@dataclass
class Place:
    """A store, the two programs that serve it, and a client; nothing runs at first."""

    house: House
    store: Store
    http: aiohttp.ClientSession
    api: Program = field(init=False)
    worker: Program = field(init=False)

    def __post_init__(self) -> None:
        logs = self.house.settings.data / "logs"
        self.api = Program("api", self.house.environ, logs / "api.log")
        self.worker = Program("workers", self.house.environ, logs / "worker.log")

    @property
    def root(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.house.settings.port}"

    async def start_api(self) -> None:
        """Start the API and wait until it is ready."""
        await self.api.start()
        await until(self.is_ready, "the API starts", within=_STARTS_WITHIN)

    async def is_ready(self) -> bool:
        """Whether the API says so; fails when it has ended, or says that it is not migrated."""
        try:
            async with self.http.get(f"{self.root}/readyz") as answer:
                said = await answer.json()
        except aiohttp.ClientError:
            assert self.api.is_running, self.api.log.read_text()[-2000:]
            return False
        assert said["checks"]["migrations"] in ("ok", "down"), said
        return answer.status == 200


@asynccontextmanager
async def open_place(house: House) -> AsyncIterator[Place]:
    """A new store; its programs are killed at the end, where they still run."""
    channels.forget_apps()
    wait = aiohttp.ClientTimeout(total=20)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=wait) as http:
        place = Place(house, await open_store(), http)
        async with killed_at_the_end(place.api, place.worker):
            yield place


async def delivery_states() -> dict[str, int]:
    """How many deliveries stand in which state; drained are those of which only the key is left."""
    rows = await stored.rows(
        """SELECT coalesce(d.state, 'drained') AS state, count(*) AS n
             FROM (SELECT id FROM delivery UNION SELECT delivery_id AS id FROM delivery_key) AS o
             LEFT JOIN delivery d ON d.id = o.id
            GROUP BY 1"""
    )
    return {row["state"]: row["n"] for row in rows}


async def stored_tokens() -> set[bytes]:
    """The signatures of the deliveries that were let in."""
    both = "SELECT token FROM delivery UNION SELECT token FROM delivery_key"
    return {row["token"] for row in await stored.rows(both)}


async def all_drained() -> bool:
    """Whether no delivery waits."""
    return not await stored.row("SELECT 1 AS one FROM delivery WHERE state = 'stored' LIMIT 1")


async def count(table: str) -> int:
    """How many rows there are."""
    row = await stored.row(f"SELECT count(*) AS n FROM {table}")
    assert row is not None
    return int(row["n"])


async def wamids(store: Store) -> Counter[str]:
    """The platform's ids of all messages of the store, and how often each is there."""
    with tenancy.acting_for(store.tenant_id):
        rows = await stored.rows(
            "SELECT id, subject_id, wamid_sealed FROM message WHERE wamid_sealed IS NOT NULL"
        )
        sealers = await keys.of({row["subject_id"] for row in rows})
        return Counter(
            sealers[row["subject_id"]].open_text("message.wamid", row["id"], row["wamid_sealed"])
            for row in rows
        )


async def followed(messages: int) -> bool:
    """Whether the reactions have followed so many messages, each once."""
    return await count("activity WHERE kind = 'message.received'") == messages


async def pass_leases(scale: int) -> None:
    """What a minute does for a lease whose worker is dead: it is over. `scripts/faults` waits."""
    if scale > 1:
        await asyncio.sleep(LEASE / clock.SECOND + 1)
    else:
        await stored.run("UPDATE delivery SET lease_until = 0 WHERE state = 'stored'")
        await stored.run("UPDATE reader SET lease_until = 0")
        await stored.run("UPDATE send SET lease_until = 0 WHERE state = 'claimed'")
