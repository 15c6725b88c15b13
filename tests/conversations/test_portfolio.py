"""Templates beyond what the portfolio may send a day: they wait for room, and then go."""

from __future__ import annotations

from conversations.content import Parameter, TemplateMessage
from kernel import clock
from tests import stored
from tests.conversations.sending import Counter
from tests.flows.platform import error

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
