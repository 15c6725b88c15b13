"""Clients that break off by the thousand leave the house as they found it (traps: Tortoise)."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

from tortoise import connections

from kernel import ids
from tests import stored
from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.impatient import Impatient
from tests.faults.load import Load
from tests.faults.place import Place, all_drained, count, delivery_states, stored_tokens, wamids
from tests.faults.programs import until
from tests.faults.subscriptions import subscribed

_QUERY = """
{ conversations(first: 20) { totalCount nodes {
    unread contact { name phone } messages(last: 3) { nodes { ... on TextMessage { text } } } } } }
"""
_POOLS = 2 * 5  # RAPPORT_DATABASE_POOL of the tests, for the API and for the worker
_GROWTH = 80.0  # MB: what the busiest moment took and the process keeps, no more


async def test_requests_that_are_broken_off(
    place: Place, scale: int, record_property: Figure
) -> None:
    requests, sockets = 400 * scale, 200 * scale
    letters = load.letters(place.store, 60 + requests)
    await place.start_api()
    await place.worker.start()
    await Load(place, letters[:60]).run()
    await until(all_drained, "all is drained", within=20 * scale)
    before, memory = await _latency(place), place.api.memory

    impatient, notes = Impatient(place), await _notes()
    began = time.monotonic()
    async with asyncio.TaskGroup() as clients:
        for nth in range(requests):
            clients.create_task(impatient.ask(_QUERY, nth))
            clients.create_task(impatient.deliver(letters[60 + nth], nth // 3))
        for nth in range(sockets):
            clients.create_task(impatient.listen(_QUERY, notes[nth % len(notes)], nth))
    took = time.monotonic() - began
    await until(lambda: _no_subscription_is_open(place), "no subscription is left", within=10)
    await until(all_drained, "all is drained", within=20 * scale)

    after: list[float] = []
    await until(lambda: _is_as_before(place, before, after), "answers come as before", within=30)
    grown = place.api.memory - memory
    assert grown < _GROWTH
    # A note is written with its event, or not at all.
    assert await count("message WHERE kind = 'note'") == await count(
        "outbox WHERE kind = 'note.written'"
    )
    if place.house.backend == "postgresql":
        await until(_nothing_is_held, "no transaction is left open", within=5)
        assert await _connections() <= _POOLS
    # What came whole before its client left may be there or not, and once at the most.
    let_in = await stored_tokens()
    kept = {one.wamid: 1 for one in letters if one.token in let_in}
    assert await wamids(place.store) == kept
    # Everything still works, for writers, for readers and for listeners.
    async with subscribed(place) as live:
        again = Load(place, letters)
        await again.run()
        assert again.answers == {200: len(letters)}
        heard: set[str] = set()
        while len(heard) < len(letters) - len(kept):
            event = await live.next()
            if event["kind"] == "message.received":
                heard.add(event["message"]["id"])
    await until(all_drained, "all is drained", within=20 * scale)
    assert await delivery_states() == {"drained": len(letters)}
    record_property("broken off", 2 * requests + sockets)
    record_property("a second", round((2 * requests + sockets) / took))
    record_property("median before and after in ms", (_ms(before), _ms(after[-1])))
    record_property("memory before in MB, growth", (round(memory), round(grown)))


async def _notes() -> list[str]:
    """Mutations, each a unit of work."""
    return [
        f"""mutation {{ noteWrite(input: {{conversation: "{ids.show("conversation", thread["id"])}",
            text: "Call her back"}}) {{ note {{ id }} userErrors {{ code }} }} }}"""
        for thread in await stored.rows("SELECT id FROM conversation")
    ]


async def _is_as_before(place: Place, before: float, after: list[float]) -> bool:
    """Whether the median is near the earlier one, on a machine with other things to do."""
    after.append(await _latency(place))
    return after[-1] < 3 * before + 0.002


async def _latency(place: Place) -> float:
    """Median seconds of forty queries."""
    headers = {"authorization": f"Bearer {place.store.token}"}
    took = []
    for _ in range(40):
        began = time.perf_counter()
        url = f"{place.root}/graphql"
        async with place.http.post(url, json={"query": _QUERY}, headers=headers) as answer:
            told = await answer.json()
        took.append(time.perf_counter() - began)
        assert "errors" not in told, told
        assert len(told["data"]["conversations"]["nodes"]) == 20
    return median(took)


async def _no_subscription_is_open(place: Place) -> bool:
    async with place.http.get(f"{place.root}/metrics") as answer:
        return "rapport_subscriptions 0.0" in (await answer.text()).splitlines()


async def _connections() -> int:
    """How many connections to the main database are not this process's own."""
    pool: Any = connections.get("default")
    row = await stored.row(
        """SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'rapport'"""
    )
    assert row is not None
    return int(row["n"]) - int(pool._pool.get_size())


async def _nothing_is_held() -> bool:
    row = await stored.row(
        """SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""
    )
    return row == {"n": 0}


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
