"""Sending through kills, lost bells and endings: the platform takes each message once."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import conversations
from conversations import Outgoing
from conversations.content import Text
from kernel import database, ids, tenancy
from tests import stored
from tests.faults.conftest import Figure
from tests.faults.place import Place, count, pass_leases
from tests.faults.programs import until
from tests.flows import market as ground
from tests.flows import town
from tests.flows.market import Market
from tests.servers import Redis

_IN_TIME = 10.0
_PEOPLE = 100


async def test_the_worker_is_killed_between_post_and_answer(
    wired: Place, market: Market, scale: int
) -> None:
    [thread] = await _opened(wired, market, 1)
    market.sim.set(statuses={"sent_after": 3600.0, "delivered_after": 3600.0})
    market.sim.fault("hang", seconds=60.0, accepted=True)
    await wired.worker.start()
    message_id = await market.says(thread, "Once")
    await until(lambda: _took(market, 1), "the platform has it", within=20)
    await wired.worker.kill()
    await pass_leases(scale)
    await wired.worker.start()

    async def is_unknown() -> bool:
        send: Any = (await market.message(message_id))["send"]
        return bool(send == {"state": "UNKNOWN", "reason": "WORKER_DIED", "attempts": 1})

    await until(is_unknown, "it is unknown", within=_IN_TIME)
    assert (await market.message(message_id))["status"] == "UNKNOWN"
    market.sim.move(3601)

    async def is_read() -> bool:
        return bool((await market.message(message_id))["status"] == "READ")

    await until(is_read, "it is read", within=_IN_TIME)
    found = await market.message(message_id)
    assert found["send"] == {"state": "SENT", "reason": None, "attempts": 1}
    assert market.accepted() == ["Once"]
    counts = market.sim.counts()
    assert (counts["accepted"], counts["keys"], counts["repeated_keys"]) == (1, 1, 0)


async def test_the_worker_is_killed_before_the_first_byte(
    wired: Place, market: Market, record_property: Figure
) -> None:
    [thread] = await _opened(wired, market, 1)
    graph = wired.house.environ["RAPPORT_GRAPH_URL"]
    with _nobody_picks_up() as busy:
        wired.house.environ["RAPPORT_GRAPH_URL"] = busy
        await wired.worker.start()
        message_id = await market.says(thread, "Once")
        await until(_is_attempted, "the ledger holds that it goes", within=20, every=0.005)
        await wired.worker.kill()
    assert (await market.message(message_id))["send"]["attempts"] == 1
    wired.house.environ["RAPPORT_GRAPH_URL"] = graph
    await wired.worker.start()
    # No lease is waited for: it certainly did not go.
    took = await until(lambda: _took(market, 1), "it goes", within=_IN_TIME)
    await until(_all_sent, "it is written down", within=_IN_TIME)
    found = await market.message(message_id)
    assert found["send"] == {"state": "SENT", "reason": None, "attempts": 2}
    assert market.accepted() == ["Once"]
    assert list((wired.house.settings.data / "departures").iterdir()) == []
    record_property("gone again after s, start of the worker included", round(took, 1))


async def test_redis_flushed_with_a_thousand_queued(
    wired: Place, market: Market, redis_server: Redis, record_property: Figure
) -> None:
    threads = await _opened(wired, market, _PEOPLE)
    market.sim.set(statuses={"sent_after": 3600.0, "delivered_after": 3600.0})
    await _queue(wired, threads, 1000)
    redis_server.flush()
    await wired.worker.start()
    await until(lambda: _took(market, 200), "it is sending", within=_IN_TIME, every=0.005)
    redis_server.flush()
    took = await until(lambda: _took(market, 1000), "all go out", within=_IN_TIME)
    assert Counter(market.accepted()) == Counter(f"Message {one}" for one in range(1000))
    await until(_all_sent, "all is written down", within=_IN_TIME)
    record_property("1,000 gone after s", round(took, 1))


async def test_the_worker_ends_in_order_with_messages_in_the_air(
    wired: Place, market: Market, record_property: Figure
) -> None:
    threads = await _opened(wired, market, _PEOPLE)
    market.sim.set(latency=2.0)
    await _queue(wired, threads, 3 * _PEOPLE)
    await wired.worker.start()
    await until(lambda: _took(market, 20), "it is sending", within=20, every=0.005)
    status, seconds = await wired.worker.end(within=_IN_TIME)
    assert status == 0, wired.worker.log.read_text()[-2000:]
    # What was in the air has its answer, and nothing else had begun.
    gone = len(market.accepted())
    assert await _states() == {"sent": gone, "queued": 3 * _PEOPLE - gone}
    market.sim.set(latency=0.0)
    await wired.worker.start()
    await until(_all_sent, "the next one sends the rest", within=20)
    assert Counter(market.accepted()) == Counter(f"Message {one}" for one in range(3 * _PEOPLE))
    record_property("ended after s", round(seconds, 2))
    record_property("in the air or gone by then", gone)


async def _opened(place: Place, market: Market, people: int) -> list[str]:
    """The threads of so many people who have just written, with a number that is fast."""
    await place.start_api()
    market.sim.settle({"people": ground.people(people)})
    market.sim.set(limits={"switching_seconds": 0.0})
    market.sim.change_number(place.store.phone_number_id, throughput="HIGH")
    for one in range(people):
        market.hears(f"p{one}", "Is the blue one in stock?")
    assert await market.sim.settled(20)
    await town.drain()
    with tenancy.acting_for(place.store.tenant_id):
        rows = await stored.rows("SELECT id FROM conversation ORDER BY id")
    assert len(rows) == people
    return [ids.show("conversation", row["id"]) for row in rows]


async def _queue(place: Place, threads: list[str], number: int) -> None:
    """So many messages are queued, to everybody in turn, many in one commit."""

    @database.unit_of_work
    async def queue_some(some: Iterable[int]) -> None:
        for one in some:
            thread = ids.read("conversation", threads[one % len(threads)])
            said = Text(f"Message {one}")
            await conversations.queue(Outgoing(thread, said, "key", thread, f"key-{one}"))

    with tenancy.acting_for(place.store.tenant_id):
        for first in range(0, number, _PEOPLE):
            await queue_some(range(first, min(first + _PEOPLE, number)))


@contextmanager
def _nobody_picks_up() -> Iterator[str]:
    """An address whose queue of callers is full: no connection comes about."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as callers:
        for _ in range(2):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


async def _is_attempted() -> bool:
    return await count("send WHERE attempts = 1") == 1


async def _states() -> dict[str, int]:
    rows = await stored.rows("SELECT state, count(*) AS n FROM send GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def _all_sent() -> bool:
    return (await _states()).keys() == {"sent"}


async def _took(market: Market, number: int) -> bool:
    return bool(market.sim.counts()["accepted"] >= number)
