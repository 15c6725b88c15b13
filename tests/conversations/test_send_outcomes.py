"""What became of attempts: gone, not gone, perhaps gone, and what is done about each.

Every answer that the platform can give is tried in tests/flows/test_outcomes.py.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

import channels
import conversations
from channels import graph
from conversations import NotSendable, Queued, attempts, claims, outbound
from conversations.content import Text
from kernel import clock, ids, metrics
from kernel.errors import Conflict, NotFound
from tests.conftest import House
from tests.conversations.sending import Counter
from tests.flows.platform import TOKEN, Json, bare, drop, error, hang, start_wire
from workers import jobs


@pytest.mark.parametrize(
    ("script", "fate", "wait"),
    [
        (error(131000, 500), ("queued", "PLATFORM_131000"), 2),
        (error(190, 401), ("queued", "PLATFORM_190"), 300),
        (bare(429, "slow down", after="3"), ("queued", "HTTP_429"), 3),
    ],
)
async def test_what_certainly_did_not_go_goes_later(
    counter: Counter, script: Any, fate: tuple[str, str], wait: int
) -> None:
    thread = await counter.opens()
    counter.platform.does(script)
    before = clock.now()
    queued = await counter.queues(thread)
    await counter.delivers()
    assert await counter.fate(queued) == fate
    due_in = (await counter.send(queued))["due_at"] - before
    assert wait * clock.SECOND <= due_in < (wait + 5) * clock.SECOND
    assert (await counter.message(queued))["status"] == "queued"
    await counter.delivers_in((wait + 5) * clock.SECOND)
    assert await counter.fate(queued) == ("sent", "ACCEPTED")
    assert [body["biz_opaque_callback_data"] for body in counter.platform.messages] == (
        [queued.send_id] * len(counter.platform.messages)
    )


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (drop(), "BROKEN_OFF"),
        (bare(200, "[]"), "NO_ID"),
        (bare(200, '{"messages": []}'), "NO_ID"),
    ],
)
async def test_what_may_have_gone_waits_for_the_platforms_word(
    counter: Counter, script: Any, reason: str
) -> None:
    thread = await counter.opens()
    counter.platform.does(script, script)
    proved, never = await counter.queues(thread), await counter.queues(thread)
    await counter.delivers()
    for queued in (proved, never):
        assert await counter.fate(queued) == ("unknown", reason)
        assert (await counter.message(queued))["status"] == "unknown"
    assert await conversations.settle_overdue() == 0
    await counter.is_told("delivered", counter.platform.messages[0])
    assert await counter.fate(proved) == ("sent", "ECHOED")
    assert (await counter.message(proved))["status"] == "delivered"
    clock.move(clock.HOUR + clock.SECOND)
    assert await conversations.settle_overdue() == 1
    assert await counter.fate(never) == ("failed", "OUTCOME_UNKNOWN")
    assert (await counter.message(never))["status"] == "failed"
    await counter.delivers()
    assert len(counter.platform.messages) == 2
    # The platform's word comes late, and still counts.
    await counter.is_told("read", counter.platform.messages[1])
    assert await counter.fate(never) == ("sent", "ECHOED")
    message = await counter.message(never)
    assert (message["status"], message["failed_at"]) == ("read", None)


async def test_a_platform_that_cannot_be_reached(counter: Counter, house: House) -> None:
    thread = await counter.opens()
    await start_wire(house.settings, "http://127.0.0.1:9")
    queued = [await counter.queues(thread) for _ in range(3)]
    await counter.delivers()
    assert await counter.fate(queued[0]) == ("queued", "UNREACHABLE")
    # The others did not even try: the number is held back.
    assert (await counter.send(queued[1]))["attempts"] == 0
    number = await counter.number()
    assert number["held_because"] == "UNREACHABLE"
    assert number["held_until"] > clock.now()
    await start_wire(house.settings, counter.platform.url)
    await counter.delivers_in(10 * clock.SECOND)
    assert {await counter.fate(one) for one in queued} == {("sent", "ACCEPTED")}
    number = await counter.number()
    assert (number["held_because"], number["held_since"]) == (None, None)


async def test_a_hanging_answer_keeps_nobody_waiting(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "_CALL", graph.aiohttp.ClientTimeout(total=2))
    threads = [await counter.opens(), await counter.meets("447700900133")]
    counter.platform.does(hang(5))
    stuck, *_ = [await counter.queues(thread) for thread in threads]
    await conversations.dispatch()
    later = await counter.queues(threads[1], Text("and this"))
    while await conversations.dispatch():
        pass
    assert await counter.fate(later) == ("sent", "ACCEPTED")
    assert (await counter.send(stuck))["state"] == "claimed"
    assert claims.SEATS.free == claims.SEATS.count - 1
    await conversations.finish()
    assert await counter.fate(stuck) == ("unknown", "TIMEOUT")
    assert claims.SEATS.free == claims.SEATS.count


async def test_no_number_waits_for_another(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_TOGETHER", 30)
    [waba] = await channels.list_wabas()
    second = await channels.connect_number(waba["id"], "pn2", "15550783882", "Second", TOKEN)
    other = Counter(replace(counter.shop, number_id=second), counter.platform)
    threads, released = (await counter.opens(), await other.opens()), asyncio.Event()

    async def answer_late(_request: web.Request, body: Json) -> web.Response:
        await released.wait()
        return counter.platform.accept(body)

    counter.platform.does(answer_late)
    slow = await counter.queues(threads[0])
    while not counter.platform.messages:
        await conversations.dispatch()
    quick = await other.queues(threads[1])
    while await other.fate(quick) != ("sent", "ACCEPTED"):
        assert await conversations.dispatch() > 0
    assert (await counter.send(slow))["state"] == "claimed"
    released.set()
    await counter.delivers()
    assert await counter.fate(slow) == ("sent", "ACCEPTED")


async def test_a_pair_that_is_asked_to_wait_waits_alone(counter: Counter) -> None:
    threads = [await counter.opens(), await counter.meets("447700900133")]
    counter.platform.does(error(131056))
    held = [await counter.queues(threads[0]) for _ in range(2)]
    other = await counter.queues(threads[1])
    await counter.delivers()
    assert [(await counter.fate(one))[0] for one in held] == ["queued", "queued"]
    assert await counter.fate(other) == ("sent", "ACCEPTED")
    assert len(counter.platform.messages) == 2
    await counter.delivers_in(2 * clock.SECOND)
    assert {await counter.fate(one) for one in held} == {("sent", "ACCEPTED")}


async def test_a_short_wait_keeps_the_order_of_writing(counter: Counter) -> None:
    thread = await counter.opens()
    counter.platform.does(error(131000, 500))
    for text in ("first", "second", "third"):
        await counter.queues(thread, Text(text))
    await counter.delivers()
    assert len(counter.platform.messages) == 1
    await counter.delivers_in(3 * clock.SECOND)
    sent = [body["text"]["body"] for body in counter.platform.messages]
    assert sent == ["first", "first", "second", "third"]


async def test_a_dead_token_keeps_the_queue(counter: Counter) -> None:
    thread = await counter.opens()
    waiting = await counter.queues(thread)
    counter.platform.token = "another"
    await counter.delivers()
    assert await counter.fate(waiting) == ("queued", "PLATFORM_190")
    assert (await counter.number())["trouble_code"] == 190
    with pytest.raises(NotSendable) as caught:
        await counter.queues(thread)
    assert [one.code for one in caught.value.reasons] == ["TOKEN_REFUSED"]
    [waba] = await channels.list_wabas()
    phone_number_id = (await counter.number())["phone_number_id"]
    await channels.connect_number(waba["id"], phone_number_id, "15550783881", "Shop", "another")
    await counter.delivers_in(5 * clock.MINUTE)
    assert await counter.fate(waiting) == ("sent", "ACCEPTED")
    await counter.queues(thread)


async def test_a_dead_letter_goes_again_at_a_persons_word(counter: Counter) -> None:
    thread = await counter.opens()
    counter.platform.does(error(100))
    queued = await counter.queues(thread)
    await _cannot_be_retried(queued)
    await counter.delivers()
    assert await counter.fate(queued) == ("failed", "PLATFORM_100")
    await conversations.retry(queued.message_id)
    message = await counter.message(queued)
    assert (message["status"], message["error_code"], message["failed_at"]) == (
        "queued",
        None,
        None,
    )
    await counter.delivers()
    assert await counter.fate(queued) == ("sent", "ACCEPTED")
    await _cannot_be_retried(queued)
    sent = [body["biz_opaque_callback_data"] for body in counter.platform.messages]
    assert sent == [queued.send_id, queued.send_id]
    with pytest.raises(NotFound):
        await conversations.retry(ids.new_id())


async def test_an_unsettled_one_goes_again_and_its_echo_still_counts(counter: Counter) -> None:
    thread = await counter.opens()
    counter.platform.does(drop())
    queued = await counter.queues(thread)
    await counter.delivers()
    await _cannot_be_retried(queued)
    clock.move(clock.HOUR + clock.SECOND)
    await conversations.settle_overdue()
    await conversations.retry(queued.message_id)
    assert (await counter.fate(queued))[0] == "queued"
    # Now the platform's word comes after all: nothing goes twice.
    await counter.is_told("sent", counter.platform.messages[0])
    await counter.delivers()
    assert await counter.fate(queued) == ("sent", "ECHOED")
    assert len(counter.platform.messages) == 1


async def test_a_turn_that_is_broken_off_loses_no_answer(counter: Counter) -> None:
    thread = await counter.opens()
    counter.platform.does(hang(0.3))
    queued = await counter.queues(thread)
    turn = asyncio.create_task(outbound.take_turn(counter.line))
    while not counter.platform.messages:  # noqa: ASYNC110 (nothing tells)
        await asyncio.sleep(0.01)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert await conversations.finish() == 1
    assert await counter.fate(queued) == ("unknown", "HTTP_504")
    assert claims.SEATS.free == claims.SEATS.count


async def test_fates_are_counted(counter: Counter) -> None:
    before = _counted()
    thread = await counter.opens()
    counter.platform.does(error(131000, 500), drop(), error(100))
    for _ in range(4):
        await counter.queues(thread)
    assert await conversations.count_waiting() == 4
    await counter.delivers()
    await counter.delivers_in(5 * clock.SECOND)
    after = _counted()
    changed = {fate: after[fate] - before.get(fate, 0) for fate in after}
    assert {fate: count for fate, count in changed.items() if count} == {
        "again": 1,
        "unknown": 1,
        "failed": 1,
        "sent": 2,
    }
    await jobs.measure({})
    assert "rapport_sends_waiting 0.0" in metrics.exposition().decode()


def _counted() -> dict[str, float]:
    found = re.findall(r'rapport_sends_total{fate="(.*)"} (.*)', metrics.exposition().decode())
    return {fate: float(count) for fate, count in found}


async def _cannot_be_retried(queued: Queued) -> None:
    with pytest.raises(Conflict) as caught:
        await conversations.retry(queued.message_id)
    assert caught.value.code == "NOT_RETRYABLE"
