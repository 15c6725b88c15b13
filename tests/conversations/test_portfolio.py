"""What limits do to messages: templates wait for the portfolio's room, numbers send slower."""

from __future__ import annotations

from conversations.content import Parameter, TemplateMessage
from kernel import clock
from tests import stored
from tests.conversations.sending import Counter
from tests.flows.platform import error
from tests.servers import Redis

_NOTICE = TemplateMessage("back_again", "es", body=(Parameter("Lea"),))


async def test_a_template_waits_for_room(counter: Counter) -> None:
    await counter.learns_template("back_again", "UTILITY")
    threads = [await counter.meets(f"4477009001{number}") for number in range(30, 35)]
    clock.move(2 * clock.DAY)
    answering = await counter.opens()
    await stored.run("UPDATE waba SET messaging_limit = 'TIER_2'")
    counter.platform.does(error(131009))
    refused = await counter.queues(threads[0], _NOTICE)
    await counter.delivers()
    assert await counter.fate(refused) == ("failed", "PLATFORM_131009")
    # It gave its room back, which is for two.
    queued = [await counter.queues(thread, _NOTICE) for thread in threads[1:]]
    await counter.delivers()
    fates = [await counter.fate(one) for one in queued]
    assert sorted(fates) == [("queued", "PORTFOLIO_LIMIT")] * 2 + [("sent", "ACCEPTED")] * 2
    waiting = [one for one, (state, _) in zip(queued, fates, strict=True) if state == "queued"]
    due = [(await counter.send(one))["due_at"] - clock.now() for one in waiting]
    assert all(clock.DAY - clock.MINUTE < wait <= clock.DAY for wait in due)
    # In an open window nobody is counted.
    reply = await counter.queues(answering, _NOTICE)
    await counter.delivers()
    assert await counter.fate(reply) == ("sent", "ACCEPTED")
    # Whoever waits stands in nobody's way, and goes when their time has come.
    await counter.delivers_in(clock.DAY)
    assert [await counter.fate(one) for one in waiting] == [("sent", "ACCEPTED")] * 2


async def test_a_number_that_was_too_fast_sends_half_as_much(counter: Counter) -> None:
    thread = await counter.opens()
    counter.platform.does(error(130429), error(130429))
    for _ in range(3):
        await counter.queues(thread)
    await counter.delivers()
    number = await counter.number()
    assert (number["rate_cut_to"], number["rate_cut_because"]) == (40, "PLATFORM_130429")
    # Said again soon it is the same; later it is less by half again.
    await counter.delivers_in(clock.SECOND)
    assert (await counter.number())["rate_cut_to"] == 40
    counter.platform.does(error(130429))
    await counter.queues(thread)
    await counter.delivers_in(clock.MINUTE)
    assert (await counter.number())["rate_cut_to"] == 24
    await counter.delivers_in(clock.MINUTE)
    assert {row["state"] for row in await stored.rows("SELECT state FROM send")} == {"sent"}


async def test_a_pair_is_counted_by_the_ledger_where_redis_forgot(
    counter: Counter, redis_server: Redis
) -> None:
    thread = await counter.opens()
    for _ in range(50):
        await counter.queues(thread)
    for _ in range(50):
        redis_server.flush()
        await counter.delivers()
    # 45 at once, and one for each 6 seconds that it took; not 45 after each flush.
    assert 45 <= len(counter.platform.messages) <= 46
    waits = await stored.row("SELECT min(due_at) AS due_at FROM send WHERE state = 'queued'")
    assert waits is not None
    assert waits["due_at"] <= clock.now() + 6 * clock.SECOND
