"""Claims and their leases: a worker that dies, sleeps or comes late never sends twice."""

from __future__ import annotations

import asyncio

import channels
import conversations
from conversations import attempts, claims, outbound, results
from kernel import clock
from tests.conversations.sending import Counter

_STEP = 0.001  # seconds: a turn has some twenty of them


async def test_a_lease_that_ends_before_the_attempt(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    [claim] = await claims.claim(counter.line, 10)
    assert await conversations.settle_overdue() == 0
    clock.move(claims.LEASE + clock.SECOND)
    # A worker that overslept its lease attempts nothing, whether anybody noticed or not.
    assert await attempts._admit([claim]) == {}
    assert await conversations.settle_overdue() == 1
    assert await counter.fate(queued) == ("queued", "NEVER_LEFT")
    assert await attempts._admit([claim]) == {}
    await counter.delivers()
    assert await counter.fate(queued) == ("sent", "ACCEPTED")
    assert len(counter.platform.messages) == 1


async def test_a_lease_that_ends_after_the_attempt(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    [claim] = await claims.claim(counter.line, 10)
    assert await attempts._admit([claim]) == {claim.id: claim}
    clock.move(claims.LEASE + clock.SECOND)
    assert await conversations.settle_overdue() == 1
    assert await counter.fate(queued) == ("unknown", "WORKER_DIED")
    await counter.delivers()
    assert counter.platform.messages == []
    # It had only slept: its answer counts.
    await results.settle([(claim, channels.Verdict("accepted", "ACCEPTED", wamid="w"))])
    assert await counter.fate(queued) == ("sent", "ACCEPTED")


async def test_the_fence_keeps_an_older_claim_out(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    [older] = await claims.claim(counter.line, 10)
    clock.move(claims.LEASE + clock.SECOND)
    await conversations.settle_overdue()
    [newer] = await claims.claim(counter.line, 10)
    assert newer.fence == older.fence + 1
    assert await attempts._admit([older]) == {}
    refused = channels.Verdict("refused", "PLATFORM_100", 100)
    await results.settle([(older, refused)])
    assert (await counter.send(queued))["state"] == "claimed"
    assert await attempts._admit([newer]) == {newer.id: newer}


async def test_a_worker_that_stood_still_asks_again(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    line = counter.line
    [claim] = await claims.claim(line, 10)
    await attempts._admit([claim])
    _, verdict = await attempts._post(line, "token", claim, {}, clock.now() - 2 * clock.SECOND)
    assert verdict.reason == "STALE"
    await results.settle([(claim, verdict)])
    assert counter.platform.messages == []
    await counter.delivers()
    assert await counter.fate(queued) == ("sent", "ACCEPTED")


async def test_a_turn_broken_off_anywhere_leaves_nothing_in_doubt(counter: Counter) -> None:
    step, is_broken_off = 0, True
    while is_broken_off:
        step += 1
        counter.platform.messages.clear()
        queued = await counter.queues(await counter.meets(f"447700900{step:03}"))
        turn = asyncio.create_task(outbound.take_turn(counter.line))
        await asyncio.sleep(step * _STEP)
        is_broken_off = turn.cancel()
        await asyncio.gather(turn, return_exceptions=True)
        await conversations.finish()
        clock.move(claims.LEASE + clock.SECOND)
        await conversations.settle_overdue()
        await counter.delivers()
        assert await counter.fate(queued) == ("sent", "ACCEPTED"), step
        assert len(counter.platform.messages) == 1, step
    assert step > 1


async def test_two_workers_share_the_queue(counter: Counter) -> None:
    threads = [await counter.meets(f"4477009002{number:02}") for number in range(20)]
    queued = [await counter.queues(thread) for thread in threads]
    await asyncio.gather(*(_work_off(counter.line) for _ in range(3)))
    sent = sorted(body["biz_opaque_callback_data"] for body in counter.platform.messages)
    assert sent == sorted(one.send_id for one in queued)


async def _work_off(line: claims.Line) -> None:
    while await outbound.take_turn(line):
        pass
