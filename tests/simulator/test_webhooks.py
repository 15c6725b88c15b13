"""Webhooks on their way: batches, order, losses, retries, overrides, speed (contract 3)."""

from __future__ import annotations

import asyncio
import gc
import re
from typing import Any

import aiohttp
import pytest

from channels.simulator import Simulator, running
from channels.simulator.server import Connections, Server
from tests.simulator.ground import (
    LEA,
    NUMBER,
    SECRET,
    VERIFY,
    WABA,
    Business,
    Receiver,
    document,
)

SECOND_NUMBER = {
    "wabas": [{"id": "880"}],
    "numbers": [
        {"id": "881", "waba_id": "880", "display_phone_number": "442079460123", "token": "t"}
    ],
}


def crowd(count: int) -> dict[str, Any]:
    return {"people": [{"id": f"p{at}", "phone": f"3361{at:07d}"} for at in range(count)]}


def sizes(receiver: Receiver) -> list[int]:
    return [
        sum(
            len(items)
            for entry in post["entry"]
            for change in entry["changes"]
            for key, items in change["value"].items()
            if key in ("messages", "statuses")
        )
        for post in receiver.posts
    ]


async def test_one_update_per_post(sim: Simulator, receiver: Receiver) -> None:
    for at in range(5):
        sim.act(LEA, "text", text=str(at))
    await sim.settled()
    assert sizes(receiver) == [1] * 5


async def test_a_thousand_per_post(sim: Simulator, receiver: Receiver) -> None:
    sim.settle(crowd(100))
    sim.set(webhooks={"most_per_post": 1000})
    for at in range(2500):
        sim.act(f"p{at % 100}", "text", text=str(at))
    await sim.settled()
    assert sorted(sizes(receiver)) == [500, 1000, 1000]
    [entry] = max(receiver.posts, key=lambda post: len(str(post)))["entry"]
    [change] = entry["changes"]
    assert (len(change["value"]["messages"]), len(change["value"]["contacts"])) == (1000, 100)
    bodies = {one["text"]["body"] for one in receiver.items("messages")}
    assert bodies == {str(at) for at in range(2500)}


@pytest.mark.parametrize("mixed", [False, True])
async def test_accounts_in_one_post(sim: Simulator, receiver: Receiver, mixed: bool) -> None:
    sim.settle(SECOND_NUMBER)
    sim.set(webhooks={"most_per_post": 1000, "mix_accounts": mixed})
    for number in (NUMBER, "881", NUMBER, "881"):
        sim.act(LEA, "text", number=number, text="x")
    await sim.settled()
    entries = [[entry["id"] for entry in post["entry"]] for post in receiver.posts]
    assert sorted(entries) == ([[WABA, "880"]] if mixed else [[WABA], ["880"]])


@pytest.mark.parametrize("mixed", [False, True])
async def test_messages_and_statuses_in_one_value(
    sim: Simulator, business: Business, receiver: Receiver, mixed: bool
) -> None:
    sim.set(webhooks={"most_per_post": 1000, "gather": 0.1, "mix_kinds": mixed})
    sim.act(LEA, "text", text="Bonjour")
    await business.send()
    await sim.settled()
    [post] = receiver.posts
    keys = [set(change["value"]) for change in post["entry"][0]["changes"]]
    common = {"messaging_product", "metadata", "contacts"}
    if mixed:
        assert keys == [common | {"messages", "statuses"}]
    else:
        assert keys == [common | {"messages"}, common | {"statuses"}]


async def test_loss(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(statuses={"loss": 1.0})
    sim.act(LEA, "text", text="Bonjour")
    await business.send()
    await sim.settled()
    assert receiver.statuses() == []
    assert len(receiver.items("messages")) == 1
    assert sim.counts()["counts"]["statuses lost"] == 2


async def test_duplicates(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(webhooks={"duplicates": 1.0})
    sim.act(LEA, "text", text="Bonjour")
    await sim.settled()
    first, second = receiver.items("messages")
    assert first == second
    receiver.forget()
    sim.set(webhooks={"duplicates": 0.0}, statuses={"duplicates": 1.0})
    await business.send()
    await sim.settled()
    assert sorted(receiver.statuses()) == ["delivered", "delivered", "sent", "sent"]


async def test_statuses_in_any_order(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(
        statuses={"shuffle": True, "sent_after": 1.0, "delivered_after": 2.0, "read_after": 1.0},
        webhooks={"at_once": 1},
        limits={"on": False},
    )
    sim.act(LEA, "text", text="Bonjour")
    orders = set()
    for _ in range(40):
        receiver.forget()
        await business.send()
        sim.move(10)
        await sim.settled()
        orders.add(tuple(receiver.statuses()))
        at = {one["status"]: int(one["timestamp"]) for one in receiver.items("statuses")}
        assert at["sent"] <= at["delivered"] <= at["read"]
    assert len(orders) == 6


async def test_shuffled_posts(sim: Simulator, receiver: Receiver) -> None:
    sim.set(webhooks={"shuffle": True, "most_per_post": 1000})
    for at in range(50):
        sim.act(LEA, "text", text=str(at))
    await sim.settled()
    arrived = [int(one["text"]["body"]) for one in receiver.items("messages")]
    assert arrived != sorted(arrived)
    assert sorted(arrived) == list(range(50))


async def test_delays_count_on_the_clock(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(statuses={"sent_after": 10.0, "delivered_after": 20.0, "read_after": 3600.0})
    sim.act(LEA, "text", text="Bonjour")
    sim.freeze()
    await business.send()
    for seconds, expected in ((9.9, 0), (0.2, 1), (10, 2), (3600, 3)):
        sim.move(seconds)
        await sim.settled()
        assert len(receiver.statuses()) == expected
    at = [int(one["timestamp"]) for one in receiver.items("statuses")]
    assert (at[1] - at[0], at[2] - at[1]) == (10, 3600)


async def test_one_long_move_keeps_every_moment(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(statuses={"sent_after": 10.0, "delivered_after": 20.0, "read_after": 3600.0})
    sim.act(LEA, "text", text="Bonjour")
    sim.freeze()
    await business.send()
    sim.move(86_400)
    await sim.settled()
    at = {one["status"]: int(one["timestamp"]) for one in receiver.items("statuses")}
    assert (at["delivered"] - at["sent"], at["read"] - at["delivered"]) == (10, 3600)


async def test_retries_with_growing_gaps(sim: Simulator, receiver: Receiver) -> None:
    sim.set(webhooks={"first_gap": 5.0})
    receiver.answers = [500, 404, 302, 204]
    sim.freeze()
    sim.act(LEA, "text", text="Bonjour")
    await sim.settled()
    for gap, tries in ((4, 1), (1, 2), (9, 2), (1, 3), (19, 3), (1, 4), (40, 5), (86_400, 5)):
        sim.move(gap)
        await sim.settled()
        assert len(receiver.bodies) == tries
    assert len(set(receiver.bodies)) == 1
    deliveries = sim.deliveries()
    assert (deliveries["posts"], deliveries["refused"], deliveries["tried_again"]) == (1, 4, 4)


async def test_given_up_after_7_days(sim: Simulator, receiver: Receiver) -> None:
    receiver.answers = [500] * 1000
    sim.freeze()
    sim.act(LEA, "text", text="Bonjour")
    await sim.settled()
    for _ in range(7 * 24 + 30):
        sim.move(3600)
        await sim.settled()
    assert sim.deliveries()["given_up"] == 1
    # The clock moved by hours, so that there was one try an hour at most.
    assert 7 * 24 - 1 <= len(receiver.bodies) <= 7 * 24 + 1


async def test_silent_receiver(sim: Simulator, receiver: Receiver) -> None:
    sim.set(webhooks={"timeout": 0.1, "first_gap": 1.0})
    receiver.seconds = 0.3
    sim.act(LEA, "text", text="Bonjour")
    assert await sim.settled()
    assert sim.deliveries()["timed_out"] == 1
    receiver.seconds = 0
    sim.move(1)
    assert await sim.settled()
    assert sim.deliveries()["posts"] == 1


async def test_unreachable_receiver(sim: Simulator, receiver: Receiver) -> None:
    sim.settle({"apps": [{"id": "app", "webhook_url": "http://127.0.0.1:9/hook"}]})
    sim.act(LEA, "text", text="Bonjour")
    assert await sim.settled()
    assert sim.deliveries()["unreachable"] == 1


async def test_receivers_are_measured(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    receiver.seconds = 0.05
    for at in range(4):
        sim.act(LEA, "text", text=str(at))
    await sim.settled()
    measured = (await business.control("GET", "deliveries"))[1]
    assert (measured["measured"], measured["posts"], measured["updates"]) == (4, 4, 4)
    assert 50 <= measured["median_ms"] <= measured["p99_ms"] < 1000


async def test_verification(sim: Simulator, business: Business) -> None:
    assert (await business.control("POST", "apps/app/verify"))[1] == {"verified": True}
    sim.settle({"apps": [{"id": "app", "verify_token": "other"}]})
    assert (await business.control("POST", "apps/app/verify"))[1] == {"verified": False}


async def test_subscribing(sim: Simulator, business: Business, receiver: Receiver) -> None:
    path = f"{WABA}/subscribed_apps"
    assert await business.call("DELETE", path) == (200, {"success": True})
    assert await business.call("GET", path) == (200, {"data": []})
    sim.act(LEA, "text", text="unheard")
    await sim.settled()
    assert receiver.bodies == []
    assert await business.call("POST", path) == (200, {"success": True})
    listed = (await business.call("GET", path))[1]["data"]
    assert [one["whatsapp_business_api_data"]["id"] for one in listed] == ["app"]
    sim.act(LEA, "text", text="heard")
    await sim.settled()
    assert len(receiver.bodies) == 1


async def test_overrides(sim: Simulator, business: Business, receiver: Receiver) -> None:
    elsewhere = Receiver()
    server = Server(elsewhere, Connections())
    await server.start("127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.port}/other"
    for path, wrapped in ((f"{WABA}/subscribed_apps", False), (NUMBER, True)):
        receiver.forget()
        elsewhere.forget()
        for verify_token, expected in (("wrong", 400), (VERIFY, 200)):
            override = {"override_callback_uri": url, "verify_token": verify_token}
            body = {"webhook_configuration": override} if wrapped else override
            assert (await business.call("POST", path, body))[0] == expected
        sim.act(LEA, "text", text="Bonjour")
        sim.change_number(NUMBER, quality_rating="RED")
        sim.change_number(NUMBER, quality_rating="GREEN")
        await sim.settled()
        assert (len(elsewhere.values()), len(receiver.values())) == (1, 0)
        assert len(receiver.values("phone_number_quality_update")) == 2
        none = {"override_callback_uri": ""}
        await business.call("POST", path, {"webhook_configuration": none} if wrapped else none)
    receiver.forget()
    sim.act(LEA, "text", text="Bonjour")
    await sim.settled()
    assert len(receiver.values()) == 1
    await server.stop()


async def test_every_subscribed_app_is_told(sim: Simulator, receiver: Receiver) -> None:
    url = f"{receiver.url}/second"
    sim.settle({"apps": [{"id": "two", "webhook_url": url, "app_secret": SECRET}]})
    sim.settle({"wabas": [{"id": WABA, "apps": ["app", "two"]}]})
    sim.act(LEA, "text", text="Bonjour")
    await sim.settled()
    assert len(receiver.posts) == 2


async def test_any_webhook_as_it_is(sim: Simulator, business: Business, receiver: Receiver) -> None:
    told = {"waba_id": WABA, "field": "history", "value": {"history": []}}
    assert (await business.control("POST", "webhooks", told))[0] == 200
    await sim.settled()
    [entry] = receiver.posts[0]["entry"]
    assert entry["changes"] == [{"value": {"history": []}, "field": "history"}]
    assert re.fullmatch(r"\d{10}", str(entry["time"]))


async def test_speed_of_the_clock(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(statuses={"sent_after": 60.0})
    await business.control("POST", "clock", {"speed": 1000})
    await business.send()
    await asyncio.sleep(0.3)
    assert receiver.statuses() == ["failed"]


async def test_the_end_waits_for_nobody() -> None:
    async with aiohttp.ClientSession() as session:
        async with running() as sim:
            sim.fault("hang", seconds=60, edge="*")
            hanging = asyncio.create_task(session.get(f"{sim.url}/v26.0/1"))
            live = await session.get(f"{sim.url}/control/live")
            await live.content.readany()
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 1.0
        await live.read()
        with pytest.raises(aiohttp.ClientError):
            await hanging


async def test_what_is_gathered_as_it_ends_is_lost(receiver: Receiver) -> None:
    async with running() as sim:
        sim.settle(document(receiver.url))
        sim.set(webhooks={"gather": 0.02})
        sim.act(LEA, "text", text="Bonjour")
    await asyncio.sleep(0.05)
    assert receiver.bodies == []
    gc.collect()  # a connection that was opened meanwhile and left open would be warned of
