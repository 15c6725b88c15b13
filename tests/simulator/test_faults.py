"""What goes wrong on order, and whether the message was accepted all the same (contract 6)."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp
import pytest

from channels.simulator import Simulator
from channels.simulator.codes import codes, known
from tests.simulator.ground import NUMBER, Business, Receiver, message


@pytest.mark.parametrize("accepted", [True, False])
async def test_dropped_connection(sim: Simulator, business: Business, accepted: bool) -> None:
    sim.fault("drop", accepted=accepted)
    with pytest.raises(aiohttp.ClientConnectionError):
        await business.send(biz_opaque_callback_data="key")
    assert len(sim.accepted(callback_data="key")) == int(accepted)
    await business.send()


async def test_accepted_and_dropped_still_tells(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.fault("drop")
    with pytest.raises(aiohttp.ClientConnectionError):
        await business.send(biz_opaque_callback_data="key")
    await sim.settled()
    assert receiver.items("statuses")[0]["biz_opaque_callback_data"] == "key"


async def test_hanging(sim: Simulator, business: Business) -> None:
    sim.fault("hang", seconds=0.2)
    began = time.monotonic()
    with pytest.raises(aiohttp.ClientConnectionError):
        await business.send()
    assert 0.2 <= time.monotonic() - began < 2
    sim.fault("hang", seconds=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(business.send(), 0.1)
    assert len(sim.accepted()) == 2


async def test_slow(sim: Simulator, business: Business) -> None:
    sim.fault("slow", seconds=0.2)
    began = time.monotonic()
    await business.send()
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_http_error_without_json(sim: Simulator, business: Business, status: int) -> None:
    for accepted in (False, True):
        sim.fault("status", status=status, accepted=accepted)
        url = f"{sim.url}/v26.0/{NUMBER}/messages"
        headers = {"Authorization": f"Bearer {business.token}"}
        async with business.session.post(url, json=message(), headers=headers) as answer:
            assert (answer.status, answer.content_type) == (status, "text/html")
        assert len(sim.accepted()) == int(accepted)


async def test_broken_json(sim: Simulator, business: Business) -> None:
    sim.fault("broken_json")
    with pytest.raises(json.JSONDecodeError):
        await business.send()
    assert len(sim.accepted()) == 1


async def test_throttled(sim: Simulator, business: Business) -> None:
    sim.fault("throttled", retry_after=7)
    url = f"{sim.url}/v26.0/{NUMBER}/messages"
    headers = {"Authorization": f"Bearer {business.token}"}
    async with business.session.post(url, json=message(), headers=headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert (await answer.json())["error"]["code"] == 130429
    assert sim.accepted() == []


async def test_every_code_of_the_table(sim: Simulator, business: Business) -> None:
    for code in codes():
        sim.fault("error", code=code)
        status, answer = await business.call("POST", f"{NUMBER}/messages", message())
        assert (status, answer["error"]["code"]) == (known(code).status, code)
    sim.fault("error", code=987654)
    assert (await business.refused())[:2] == (400, 987654)
    sim.fault("error", code=130429, status=429)
    assert (await business.refused())[:2] == (429, 130429)
    assert sim.accepted() == []


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, 401), (190, 401), (3, 500), (10, 403), (299, 403), (131005, 403), (1, 400), (2, 503),
     (4, 400), (80007, 400), (131000, 500), (131016, 500), (131057, 500), (133004, 503),
     (368, 403), (130497, 403), (131031, 403), (131045, 500), (132001, 404), (133000, 500),
     (131208, 429), (147005, 400), (138018, 400), (2388299, 400)],
)  # fmt: skip
def test_table_of_the_contract(code: int, status: int) -> None:
    assert code in codes()
    assert known(code).status == status


async def test_every_code_as_failed_status(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(limits={"on": False})
    for code in codes():
        sim.fault("failed", code=code)
        await business.send()
    await sim.settled()
    told = [one["errors"][0] for one in receiver.items("statuses")]
    assert sorted(one["code"] for one in told) == codes()
    assert all(one["title"] == one["message"] == known(one["code"]).title for one in told)


async def test_count_number_and_edge(sim: Simulator, business: Business) -> None:
    wamid = sim.act("lea", "text", text="Bonjour")["wamid"]
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    sim.fault("error", times=2, code=131016)
    sim.fault("error", code=131000, number_id="other")
    sim.fault("error", code=2, edge="read")
    assert (await business.refused())[:2] == (500, 131016)
    assert (await business.call("GET", NUMBER))[0] == 200
    status, answer = await business.call("POST", f"{NUMBER}/messages", mark)
    assert (status, answer["error"]["code"]) == (503, 2)
    assert (await business.refused())[:2] == (500, 131016)
    await business.send()
    sim.fault("error", times=-1, code=4, edge="*")
    for _ in range(3):
        assert (await business.call("GET", NUMBER))[1]["error"]["code"] == 4
    faults = (await business.control("GET", "faults"))[1]["faults"]
    assert [one["struck"] for one in faults] == [2, 0, 1, 3]
    await business.control("DELETE", "faults")
    assert (await business.call("GET", NUMBER))[0] == 200


async def test_other_requests_are_answered_while_one_hangs(
    sim: Simulator, business: Business
) -> None:
    sim.fault("hang", seconds=30)
    hanging = asyncio.create_task(business.send())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        await business.send("447700900122")
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging


async def test_bare_mode(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(bare=True)
    business.token = ""
    for key in ("a", "b", "b"):
        status, answer = await business.call(
            "POST", f"{NUMBER}/messages", message(biz_opaque_callback_data=key)
        )
        assert status == 200
        assert answer["contacts"] == [{"input": "33612345678", "wa_id": "33612345678"}]
    status, _answer = await business.call("POST", f"{NUMBER}/messages", data=b"[]")
    assert status == 400
    counts = sim.counts()
    assert (counts["accepted"], counts["keys"], counts["repeated_keys"]) == (3, 2, 1)
    await sim.settled()
    assert receiver.bodies == []
