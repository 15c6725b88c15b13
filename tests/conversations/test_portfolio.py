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
    queued = [await counter.queues(thread, _NOTICE) for thread in threads[:4]]
    counter.platform.does(error(131009))
    await counter.delivers()
    fates = [await counter.fate(one) for one in queued]
    assert sorted(fates) == [
        ("failed", "PLATFORM_131009"),
        ("queued", "PORTFOLIO_LIMIT"),
        ("queued", "PORTFOLIO_LIMIT"),
        ("sent", "ACCEPTED"),
    ]
    waiting = [one for one, (state, _) in zip(queued, fates, strict=True) if state == "queued"]
    due = [(await counter.send(one))["due_at"] - clock.now() for one in waiting]
    assert all(clock.DAY - clock.MINUTE < wait <= clock.DAY for wait in due)
    # What was refused gave its room back; in an open window nobody is counted.
    after = [await counter.queues(threads[4], _NOTICE), await counter.queues(answering, _NOTICE)]
    await counter.delivers()
    assert [await counter.fate(one) for one in after] == [("sent", "ACCEPTED")] * 2
    # Whoever waits stands in nobody's way, and goes when their time has come.
    await counter.delivers_in(clock.DAY)
    assert [await counter.fate(one) for one in waiting] == [("sent", "ACCEPTED")] * 2
