"""What the platform's codes bring about beyond their own message: each reaction of the contract's
table (6), when the platform answers with the code and when it tells it later."""

from __future__ import annotations

import pytest

from conversations import NotSendable
from conversations.content import Parameter, TemplateMessage, Text
from conversations.ledger import Queued
from kernel import clock, ids
from kernel.ids import Id
from tests import stored
from tests.channels.telling import outbox
from tests.conversations.sending import Counter
from tests.flows.platform import error

# Tuesday, 10 November 2026, 12:00 UTC.
_WORKDAY = 1_794_312_000 * clock.SECOND


def sale() -> TemplateMessage:
    """A promotion, in words of its own each time."""
    return TemplateMessage("spring_sale", "es", body=(Parameter(ids.new_id()),))


def notice() -> TemplateMessage:
    """What serves, in words of its own each time."""
    return TemplateMessage("back_again", "es", body=(Parameter(ids.new_id()),))


async def fails(
    counter: Counter, thread: Id, code: int, content: TemplateMessage | None = None
) -> None:
    """A template goes into a thread, is taken, and fails later with this code."""
    await counter.queues(thread, content or notice())
    await counter.delivers()
    await counter.is_told("failed", counter.platform.messages[-1], code=code)


async def refused(
    counter: Counter, thread: Id, content: TemplateMessage | Text | None = None
) -> str:
    """Why a message is not even queued; "" where it is."""
    try:
        await counter.queues(thread, content or notice())
    except NotSendable as no:
        return no.reasons[0].code
    return ""


async def held(counter: Counter, queued: Queued) -> tuple[str | None, int]:
    """Why a message waits, and for how many hours."""
    await counter.delivers()
    row = await counter.send(queued)
    assert row["state"] == "queued"
    return (await counter.fate(queued))[1], round((row["due_at"] - clock.now()) / clock.HOUR)


async def long_ago() -> None:
    """What was sent stands in the way of no cap any more."""
    await stored.run("UPDATE send SET attempted_at = 1, due_at = 1")


@pytest.fixture
async def thread(counter: Counter) -> Id:
    """Somebody who wants promotions, by day, in the middle of a week without holidays."""
    clock.move(_WORKDAY - clock.now())
    await counter.learns_template("spring_sale", "MARKETING")
    await counter.learns_template("back_again", "UTILITY")
    await counter.consents("confirmed")
    return await counter.opens()


async def test_what_a_failure_says_of_a_person(counter: Counter, thread: Id) -> None:
    # Who blocked the number hears nothing from it, until they write.
    await fails(counter, thread, 130403)
    assert await refused(counter, thread) == "UNREACHABLE_CONTACT"
    clock.move(clock.MINUTE)
    await counter.opens()
    assert await refused(counter, thread, Text(ids.new_id())) == ""
    # Nobody there: once may be chance, twice is not; what arrives between begins anew.
    clock.move(clock.MINUTE)
    await counter.delivers()
    await fails(counter, thread, 131026)
    await counter.queues(thread)
    await counter.delivers()
    await counter.is_told("delivered", counter.platform.messages[-1], after=1)
    clock.move(clock.MINUTE)
    await fails(counter, thread, 131026)
    assert await refused(counter, thread) == ""
    await counter.delivers_in(clock.MINUTE)
    await fails(counter, thread, 131026)
    assert await refused(counter, thread) == "UNREACHABLE_CONTACT"
    clock.move(clock.MINUTE)
    await counter.opens()
    # The platform's window closed before ours.
    assert await refused(counter, thread, Text(ids.new_id())) == ""
    await counter.delivers_in(clock.MINUTE)
    await fails(counter, thread, 131047)
    assert await refused(counter, thread, Text(ids.new_id())) == "WINDOW_CLOSED"


async def test_who_had_enough_promotions_gets_none_for_longer_each_time(
    counter: Counter, thread: Id
) -> None:
    await fails(counter, thread, 131049, sale())
    await long_ago()
    offer, note = await counter.queues(thread, sale()), await counter.queues(thread, notice())
    assert await held(counter, offer) == ("ENOUGH_PROMOTIONS", 24)
    assert await counter.fate(note) == ("sent", "ACCEPTED")
    counter.platform.does(error(131049))
    await counter.delivers_in(clock.DAY + clock.MINUTE)
    # At once it is tried a second time, a day later; told once more it is two days.
    assert await held(counter, offer) == ("PLATFORM_131049", 24)
    await counter.delivers_in(clock.DAY + clock.MINUTE)
    assert await counter.fate(offer) == ("sent", "ACCEPTED")
    await long_ago()
    await fails(counter, thread, 131049, sale())
    row = await stored.row("SELECT enough_until FROM conversation")
    assert row is not None
    assert round((row["enough_until"] - clock.now()) / clock.HOUR) == 48
    assert await refused(counter, thread, sale()) == "ENOUGH_PROMOTIONS"
    clock.move(2 * clock.DAY)
    await long_ago()
    # It is no harm that is counted: the number goes on as before.
    number = await counter.number()
    assert (number["rate_cut_to"], number["promotions_held_until"]) == (None, 0)
    # No number of the United States ever gets any.
    await stored.run("UPDATE contact SET country = 'US'")
    await fails(counter, thread, 131049, sale())
    assert await refused(counter, thread, sale()) == "ENOUGH_PROMOTIONS"


@pytest.mark.parametrize("is_told_later", [False, True])
async def test_what_a_failure_says_of_a_number(
    counter: Counter, thread: Id, is_told_later: bool
) -> None:
    async def meets(code: int) -> None:
        if is_told_later:
            return await fails(counter, thread, code)
        counter.platform.does(error(code))
        await counter.queues(thread, notice())
        return await counter.delivers()

    # Promotions wait, service goes on, somebody hears of it.
    for code, reason, hours in ((131048, "PROMOTIONS_HELD", 2), (131064, "PROMOTIONS_HELD", 2)):
        await meets(code)
        assert (await counter.number())["promotions_held_because"] == f"PLATFORM_{code}"
        offer, note = (
            await counter.queues(thread, sale()),
            await counter.queues(thread, Text(ids.new_id())),
        )
        await counter.delivers()
        assert await counter.fate(note) == ("sent", "ACCEPTED")
        assert await held(counter, offer) == (reason, hours)
        assert {"number": counter.shop.number_id, "code": str(code)} in await outbox(
            "number.troubled"
        )
        clock.move(3 * clock.HOUR)
        await stored.run("UPDATE send SET state = 'void' WHERE state = 'queued'")
    # Too fast: half of it, and not at once again.
    await meets(130429)
    assert (await counter.number())["rate_cut_to"] == 40
    await counter.delivers_in(clock.MINUTE)
    # A template that is not what was last heard of it: its account is asked.
    await stored.run("UPDATE waba SET templates_due_at = 1")
    await meets(132015)
    assert await stored.rows("SELECT templates_due_at FROM waba") == [{"templates_due_at": 0}]
    # A country that is barred, for everybody there; elsewhere they hear on.
    other = await counter.meets("447700900199")
    await stored.run("UPDATE contact SET country = 'GB'")
    await meets(130497)
    assert await refused(counter, thread) == "COUNTRY_BARRED"
    assert await refused(counter, other) == "COUNTRY_BARRED"
    await stored.run("UPDATE contact SET country = 'ES'")
    assert await refused(counter, other) == ""
    await counter.delivers_in(clock.MINUTE)
    # The number is gone.
    await meets(33)
    assert (await counter.number())["state"] == "disconnected"
    assert await refused(counter, thread) == "NUMBER_DISCONNECTED"


async def test_promotions_wait_while_quality_is_low(counter: Counter, thread: Id) -> None:
    await stored.run("UPDATE number SET quality = 'RED'")
    offer, note = await counter.queues(thread, sale()), await counter.queues(thread, notice())
    assert await held(counter, offer) == ("QUALITY_RED", 1)
    assert await counter.fate(note) == ("sent", "ACCEPTED")
    await stored.run("UPDATE number SET quality = 'GREEN'")
    await counter.delivers_in(clock.HOUR)
    assert await counter.fate(offer) == ("sent", "ACCEPTED")
