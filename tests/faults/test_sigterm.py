"""SIGTERM with work in hand: ended in order, status 0, in time; nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from contextlib import ExitStack, closing

from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.load import Load
from tests.faults.place import Place, all_drained, count, delivery_states, stored_tokens, wamids
from tests.faults.programs import until
from tests.faults.subscriptions import subscribed

_IN_TIME = 10.0
_SERVICE_RESTART = 1012  # RFC 6455, as registered at IANA: the client is to come again


async def test_the_api_ends_in_order(place: Place, scale: int, record_property: Figure) -> None:
    letters = load.letters(place.store, 800 * scale)
    await place.start_api()
    posting = Load(place, letters)
    with ExitStack() as clients:
        # Clients that have begun a request and do not go on with it.
        for path in ("/webhooks/whatsapp", "/graphql"):
            clients.enter_context(closing(_half_a_request(place, path)))
        async with subscribed(place) as live:
            running = asyncio.create_task(posting.run())
            await posting.reaches(len(letters) // 4)
            status, seconds = await place.api.end(within=_IN_TIME)
            posting.gate.clear()
            assert await live.close_code() == _SERVICE_RESTART
    assert status == 0, place.api.log.read_text()[-2000:]
    in_time = len(posting.acknowledged)
    assert {one.token for one in posting.acknowledged} <= await stored_tokens()

    await place.start_api()
    await place.worker.start()
    posting.gate.set()
    await running
    assert set(posting.answers) <= {200, 0}
    await until(all_drained, "all is drained", within=20 * scale)
    stored = await stored_tokens()
    assert {one.token for one in posting.acknowledged} <= stored
    assert await wamids(place.store) == Counter(one.wamid for one in letters if one.token in stored)
    record_property("ended after s", round(seconds, 2))
    record_property("acknowledged until then", in_time)


async def test_the_worker_ends_in_order(place: Place, scale: int, record_property: Figure) -> None:
    letters = load.letters(place.store, 1000 * scale)
    await place.start_api()
    await Load(place, letters).run()
    await place.worker.start()
    await until(_has_begun, "the worker drains", within=20, every=0.005)
    status, seconds = await place.worker.end(within=_IN_TIME)
    assert status == 0, place.worker.log.read_text()[-2000:]
    # What it had in hand it finished: nobody has to wait for a lease.
    assert await count("delivery WHERE state = 'stored' AND lease_until > 0") == 0
    left = (await delivery_states()).get("stored", 0)
    await place.worker.start()
    await until(all_drained, "all is drained", within=20 * scale)
    assert await delivery_states() == {"drained": len(letters)}
    assert await wamids(place.store) == Counter(one.wamid for one in letters)
    record_property("ended after s", round(seconds, 2))
    record_property("left to the next one", left)


async def _has_begun() -> object:
    return (await delivery_states()).get("drained")


def _half_a_request(place: Place, path: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", place.house.settings.port))
    head = f"POST {path} HTTP/1.1\r\nHost: rapport\r\nContent-Type: application/json\r\n"
    client.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
    return client
