"""What leaves the house: once, in order, and only while it may."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

import channels
import contacts
import conversations
from conversations import Asked, Decision, NotSendable, Outgoing, attempts
from conversations.content import Parameter, Reaction, TemplateMessage, Text
from conversations.gate import Ruled
from conversations.rulings import rulings
from kernel import clock, ids, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id
from tests import stored
from tests.conversations.sending import Counter
from tests.conversations.talk import customer
from tests.flows.platform import TOKEN

_MARKETING = TemplateMessage("spring_sale", "es", body=(Parameter("Lea"),))


async def test_a_message_leaves_once_and_is_settled(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread, Text("Yes 🙂"))
    assert await counter.fate(queued) == ("queued", None)
    await counter.delivers()
    [body] = counter.platform.messages
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": queued.send_id,
        "to": "447700900122",
        "type": "text",
        "text": {"body": "Yes 🙂"},
    }
    assert await counter.fate(queued) == ("sent", "ACCEPTED")
    message = await counter.message(queued)
    assert (message["status"], message["origin"], message["failed_at"]) == ("accepted", "api", None)
    assert (await counter.send(queued))["attempts"] == 1
    assert (await counter.number())["accepted_at"] is not None
    await counter.delivers()
    assert len(counter.platform.messages) == 1
    kinds = await stored.rows(
        "SELECT kind, refs FROM outbox WHERE kind LIKE 'send.%' ORDER BY position, id"
    )
    assert [row["kind"] for row in kinds] == ["send.queued", "send.sent"]


async def test_one_key_is_one_message(counter: Counter) -> None:
    thread = await counter.opens()
    first, *others = await asyncio.gather(
        *(counter.queues(thread, Text("once"), key="tap") for _ in range(5))
    )
    assert all(one == first for one in others)
    other_thread = await counter.meets("447700900133")
    for content, place in ((Text("twice"), thread), (Text("once"), other_thread)):
        with pytest.raises(Conflict) as caught:
            await counter.queues(place, content, key="tap")
        assert caught.value.code == "KEY_REUSED"
    await counter.delivers()
    assert len(counter.platform.messages) == 1
    # The same key of somebody else is another key.
    elsewhere = Outgoing(thread, Text("once"), "key", ids.new_id(), "tap")
    assert (await conversations.queue(elsewhere)).send_id != first.send_id


async def test_a_key_used_in_two_threads_at_once(counter: Counter) -> None:
    threads = [await counter.opens(), await counter.meets("447700900133")]
    found = await asyncio.gather(
        *(counter.queues(thread, key="same") for thread in threads), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "Queued"]
    assert await _count("send") == await _count("send_key") == 1


async def test_to_one_person_in_the_order_of_writing(counter: Counter) -> None:
    threads = [await counter.opens(), await counter.meets("447700900133")]
    for number in range(6):
        await counter.queues(threads[number % 2], Text(str(number)))
    await counter.delivers()
    sent = [body["text"]["body"] for body in counter.platform.messages]
    assert [one for one in sent if int(one) % 2 == 0] == ["0", "2", "4"]
    assert [one for one in sent if int(one) % 2 == 1] == ["1", "3", "5"]


async def test_a_stop_before_the_claim_holds_the_message(counter: Counter) -> None:
    await counter.opens()
    thread = await counter.opens()
    await counter.learns_template("spring_sale", "MARKETING")
    await counter.consents("confirmed")
    queued = await counter.queues(thread, _MARKETING)
    assert (await counter.send(queued))["category"] == "marketing"
    await counter.consents("withdrawn", after=1)
    await counter.delivers()
    assert await counter.fate(queued) == ("refused", "CONSENT_WITHDRAWN")
    message = await counter.message(queued)
    assert (message["status"], message["error_code"]) == ("failed", None)
    assert counter.platform.messages == []
    assert (await counter.send(queued))["attempts"] == 0
    with pytest.raises(NotSendable):
        await conversations.retry(queued.message_id)


async def test_what_may_leave_later_waits_until_then(counter: Counter) -> None:
    """A deferral moves the send, and is no attempt; one that would come too late is refused."""
    thread = await counter.opens()
    await contacts.change_pace({"caps": [], "waits.promotion": []})
    await counter.learns_template("spring_sale", "MARKETING")
    await counter.consents("confirmed")
    first, later, dying = [
        await counter.queues(
            thread, replace(_MARKETING, body=(Parameter(name),)), expires_at=clock.now() + wait
        )
        for name, wait in (("Lea", 2 * clock.DAY), ("L.", 2 * clock.DAY), ("Léa", clock.HOUR))
    ]
    asked = Asked(
        "1" * 32,
        counter.shop.known.contact_id,
        counter.shop.number_id,
        needs_window=False,
        template_name="spring_sale",
        template_language="es",
    )
    nobody = replace(asked, id="2" * 32, contact_id="2" * 32)
    rehearsed = await conversations.rehearse([asked, nobody])
    assert rehearsed[asked.id] == Decision("send")
    assert [one.code for one in rehearsed[nobody.id].reasons] == ["CONTACT_GONE"]
    await stored.run("UPDATE contact SET marketing_gap_days = 1")
    await counter.delivers()
    sent = await counter.send(first)
    assert (sent["state"], sent["pace_kind"], sent["attempts"]) == ("sent", "promotion", 1)
    until = sent["attempted_at"] + clock.DAY
    waits = await counter.send(later)
    assert (waits["state"], waits["due_at"], waits["attempts"]) == ("queued", until, 0)
    told = orjson.loads(waits["decision"])
    assert told.pop("at") <= clock.now()
    assert told == {
        "ruling": "defer",
        "reason": "TOO_SOON",
        "reasons": [{"code": "TOO_SOON", "until": until}],
    }
    told = orjson.loads((await counter.send(dying))["decision"])
    assert [one["code"] for one in told["reasons"]] == ["TOO_SOON", "EXPIRED"]
    (before,) = (await conversations.rehearse([asked])).values()
    assert (before.ruling, before.until) == ("defer", until)
    (then,) = (await conversations.rehearse([replace(asked, due_at=until)])).values()
    assert then == Decision("send")
    await counter.delivers_in(clock.DAY)
    assert await counter.fate(later) == ("sent", "ACCEPTED")
    assert await counter.fate(dying) == ("refused", "TOO_SOON")
    assert len(counter.platform.messages) == 2


async def test_a_program_says_the_same_words_once(counter: Counter) -> None:
    """Without a key that says that they are meant twice; other words are another message."""
    thread = await counter.opens()
    await counter.learns_template("back_again", "UTILITY")
    notice = replace(_MARKETING, name="back_again")
    await counter.queues(thread, notice)
    for _ in range(2):
        with pytest.raises(NotSendable) as caught:
            await counter.queues(thread, notice)
        assert [one.code for one in caught.value.reasons] == ["DUPLICATE"]
        await counter.delivers()
    await counter.queues(thread, replace(notice, body=(Parameter("Ana"),)))
    clock.move(10 * clock.MINUTE)
    await counter.queues(thread, notice)
    person = await counter.shop.colleague()
    again = Outgoing(thread, notice, "person", person, "again")
    await conversations.queue(again)
    await counter.delivers()
    assert len(counter.platform.messages) == 4


async def test_two_numbers_at_once_keep_to_one_cap(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have a promotion for each of these people, who get one a week: each hears of one."""
    both = asyncio.Barrier(2)

    async def rule_together(asked: Sequence[Asked]) -> dict[Id, Ruled]:
        """Whoever has looked waits for the other to have looked, as long as that may take."""
        ruled = await rulings(asked)
        with suppress(TimeoutError, asyncio.BrokenBarrierError):
            async with asyncio.timeout(0.3):
                await both.wait()
        return ruled

    monkeypatch.setattr(attempts, "rulings", rule_together)
    await contacts.change_pace({"waits.promotion": []})
    [waba] = await channels.list_wabas()
    second = await channels.connect_number(waba["id"], "second", "15550783882", "Shop", TOKEN)
    await counter.learns_template("spring_sale", "MARKETING")
    people = [await customer(f"4477009002{place:02}") for place in range(8)]
    for known in people:
        await counter.consents("confirmed", known=known)
        for name, number_id in (("Lea", counter.shop.number_id), ("Ana", second)):
            thread = await conversations.thread_with(known, number_id)
            await counter.queues(thread, replace(_MARKETING, body=(Parameter(name),)))
    # As a campaign that names no kind stands in the ledger until it leaves.
    await stored.run("UPDATE send SET pace_kind = 'service'")
    await counter.delivers()
    written_to = sorted(body["to"] for body in counter.platform.messages)
    assert written_to == [f"4477009002{place:02}" for place in range(8)]
    refused = await stored.rows("SELECT decision FROM send WHERE state = 'refused'")
    assert [orjson.loads(one["decision"])["reason"] for one in refused] == ["FREQUENCY_CAP"] * 8


async def test_a_promotion_waits_for_the_morning(counter: Counter) -> None:
    """By the clock of whoever reads it; a service message does not, nor an answer to somebody."""
    await contacts.change_pace({"waits.promotion": ["quiet_hours"]})
    await counter.learns_template("spring_sale", "MARKETING")
    await counter.learns_template("back_again", "UTILITY")
    await counter.consents("confirmed")
    midnight = clock.moment(clock.now()).replace(hour=23, minute=0) + timedelta(days=2)
    clock.move(clock.micros(midnight) - clock.now())
    thread = await conversations.thread_with(counter.shop.known, counter.shop.number_id)
    promotion = await counter.queues(thread, _MARKETING)
    service = await counter.queues(thread, replace(_MARKETING, name="back_again"))
    morning = clock.moment(clock.now()).astimezone(ZoneInfo("Europe/Madrid"))
    morning = morning.replace(hour=7, minute=0, second=0, microsecond=0)
    waits = await counter.send(promotion)
    assert (waits["state"], waits["due_at"]) == ("queued", clock.micros(morning))
    assert await counter.fate(promotion) == ("queued", "QUIET_HOURS")
    await counter.delivers()
    assert await counter.fate(service) == ("sent", "ACCEPTED")
    await counter.delivers_in(clock.micros(morning) - clock.now())
    assert await counter.fate(promotion) == ("sent", "ACCEPTED")
    # Somebody talks with them the next night.
    clock.move(16 * clock.HOUR)
    content = replace(_MARKETING, body=(Parameter("Ana"),))
    answer = await counter.queues(await counter.opens(), content)
    await counter.delivers()
    assert await counter.fate(answer) == ("sent", "ACCEPTED")


async def test_a_template_leaves_outside_the_window(counter: Counter) -> None:
    thread = await counter.opens()
    await counter.learns_template("back_again", "UTILITY")
    clock.move(2 * clock.DAY)
    with pytest.raises(NotSendable) as caught:
        await counter.queues(thread)
    assert [one.code for one in caught.value.reasons] == ["WINDOW_CLOSED"]
    content = TemplateMessage("back_again", "es", body=(Parameter("Lea"),))
    queued = await counter.queues(thread, content)
    await counter.delivers()
    assert counter.platform.messages[0]["template"] == {
        "name": "back_again",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Lea"}]}],
    }
    assert await counter.fate(queued) == ("sent", "ACCEPTED")


async def test_a_person_gets_so_many_ahead_and_no_more(counter: Counter) -> None:
    thread, other = await counter.opens(), await counter.meets("447700900133")
    queued = [await counter.queues(thread, Text(str(number))) for number in range(48)]
    free = await counter.queues(other)
    await counter.delivers()
    fates = [await counter.fate(one) for one in queued]
    # 45 at once, then one every 6 seconds (contract 5.7), in the order of writing.
    sent = fates.count(("sent", "ACCEPTED"))
    assert 45 <= sent <= 47
    assert fates == [("sent", "ACCEPTED")] * sent + [("queued", "WAITS")] * (48 - sent)
    waits = [(await counter.send(one))["due_at"] - clock.now() for one in queued[sent:]]
    assert max(waits) <= 6 * clock.SECOND
    assert (await counter.send(queued[-1]))["attempts"] == 0
    assert await counter.fate(free) == ("sent", "ACCEPTED")


async def test_a_window_that_closes_meanwhile(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    clock.move(25 * clock.HOUR)
    await counter.delivers()
    assert await counter.fate(queued) == ("refused", "WINDOW_CLOSED")
    assert counter.platform.messages == []


async def test_a_reaction_and_what_it_is_on(counter: Counter) -> None:
    thread = await counter.opens()
    with pytest.raises(Invalid) as caught:
        await counter.queues(thread, Reaction("👍"))
    assert (caught.value.code, caught.value.field) == ("MISSING", ("in_reply_to",))
    [asked] = [row for row in await counter.shop.messages() if row["direction"] == "in"]
    await counter.queues(thread, Reaction("👍"), about=asked["id"])
    elsewhere = await counter.meets("447700900133")
    with pytest.raises(NotFound):
        await counter.queues(elsewhere, Text("this one"), about=asked["id"])
    await counter.delivers()
    [body] = counter.platform.messages
    assert body["type"] == "reaction"
    assert body["reaction"]["emoji"] == "👍"
    assert "context" not in body


async def test_somebody_erased_meanwhile(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    await stored.run("UPDATE contact SET state = 'erased'")
    await counter.delivers()
    assert await counter.fate(queued) == ("refused", "CONTACT_GONE")


async def test_a_foreign_thread_is_not_found(counter: Counter) -> None:
    thread = await counter.opens()
    stranger = Outgoing(ids.new_id(), Text("hi"), "key", ids.new_id(), "k")
    with pytest.raises(NotFound):
        await conversations.queue(stranger)
    with tenancy.acting_for(ids.new_id()), pytest.raises(NotFound):
        await counter.queues(thread)
    assert await _count("send") == 0


async def test_a_merge_takes_the_sends_along(counter: Counter) -> None:
    thread = await counter.opens()
    queued = await counter.queues(thread)
    other = await counter.meets("447700900133")
    threads = await stored.rows("SELECT id, contact_id FROM conversation ORDER BY id")
    by_thread = {row["id"]: row["contact_id"] for row in threads}
    await conversations.follow_merges([contacts.Merge(by_thread[other], by_thread[thread])])
    row = await counter.send(queued)
    assert (row["conversation_id"], row["contact_id"]) == (other, by_thread[other])


async def _count(table: str) -> int:
    row = await stored.row(f"SELECT count(*) AS n FROM {table}")
    assert row is not None
    return int(row["n"])
