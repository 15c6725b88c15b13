"""One message to many: to each once, in their own words; held, called off and stopped (F26)."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import replace
from typing import Any

import pytest

import contacts
import conversations
from contacts import Known, Merge, Sighting
from conversations import NewMailing, Personal, attempts, claims, mailings
from conversations.content import Parameter, TemplateMessage, Text
from kernel import clock, ids, keys
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id
from tests import stored
from tests.conversations.sending import Counter
from tests.conversations.talk import status
from tests.flows.platform import drop, error
from tests.tenants.make import events_of

_BACK = TemplateMessage("back_again", "es", body=(Parameter("?"),))
_NAMED = (Personal("body", 0, "name"),)


async def test_to_each_once_in_their_own_words(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailings, "STEP", 2)
    await counter.learns_template("back_again", "UTILITY")
    lea, ana = await _person(1, "Lea Prat"), await _person(2, "Ana\nLi")
    bo, nobody = await _person(3, "Bo     Berg"), await _person(4, None)
    audience = contacts.those(one.contact_id for one in (lea, ana, bo, nobody))
    mailing_id = await _opened(counter)
    assert (await _freeze(mailing_id, audience)).total == 2
    await counter.delivers()
    assert counter.platform.messages == []  # not all stand in the ledger
    assert [(await _freeze(mailing_id, audience)).is_whole for _ in range(3)] == [False, True, True]
    assert await _states(mailing_id) == {"queued": 4}

    await counter.delivers()
    await conversations.end_mailings()
    [body] = counter.platform.messages
    assert (body["to"], body["template"]["components"]) == (
        "447700900801",
        [{"type": "body", "parameters": [{"type": "text", "text": "Lea Prat"}]}],
    )
    found = await _progress(mailing_id)
    assert (found.state, found.total, found.left) == ("finished", 4, 0)
    assert found.settled == {
        ("refused", "BAD_CHARACTERS"): 2,
        ("refused", "MISSING_VALUE"): 1,
        ("sent", "ACCEPTED"): 1,
    }
    [message] = await stored.rows("SELECT * FROM message")
    sealer = (await keys.of([lea.subject_id]))[lea.subject_id]
    text = sealer.open_text("message.body", message["id"], message["body_sealed"])
    assert (message["origin"], message["status"], text) == (
        "campaign",
        "accepted",
        "Hello Lea Prat, it is back.",
    )
    [thread] = await stored.rows("SELECT * FROM conversation")
    assert (thread["contact_id"], thread["last_message_id"], thread["id"]) == (
        lea.contact_id,
        message["id"],
        message["conversation_id"],
    )
    kinds = [one for one in await events_of(counter.shop.tenant_id) if one.startswith("send.")]
    assert Tally(kinds) == {"send.refused": 3, "send.sent": 1}


async def test_held_called_off_and_stopped(counter: Counter) -> None:
    await counter.learns_template("back_again", "UTILITY")
    thread = await counter.opens()
    people = [await _person(one, "Lea") for one in range(3)]
    held, cancelled = await _opened(counter), await _opened(counter)
    for mailing_id in (held, cancelled):
        await _freeze(mailing_id, contacts.those(one.contact_id for one in people))
    taken = await claims.claim((await claims.due_lines(10))[0], 10)
    await conversations.pause_mailing(held)
    await conversations.cancel_mailing(cancelled)
    # What was in a worker's hands meets it too, and what belongs to no mailing goes on.
    await attempts.attempt(counter.line, taken)
    answer = await counter.queues(thread, Text("Yes"))
    await counter.delivers()
    await conversations.end_mailings()
    assert [body["type"] for body in counter.platform.messages] == ["text"]
    assert await counter.fate(answer) == ("sent", "ACCEPTED")
    assert (await _progress(cancelled)).settled == {("refused", "CANCELLED"): 3}
    assert (await _progress(cancelled)).state == "cancelled"
    with pytest.raises(Conflict):
        await conversations.resume_mailing(cancelled)

    boss = await counter.shop.colleague()
    await conversations.stop_sending(boss)
    await conversations.stop_sending(boss)
    await conversations.resume_mailing(held)
    later = await counter.queues(thread, Text("Later"))
    await counter.delivers()
    assert await counter.fate(later) == ("queued", None)
    [row] = (await conversations.sends_of([later.message_id])).values()
    assert [one.code for one in conversations.decision_of(row).reasons] == ["SENDING_STOPPED"]
    assert await conversations.sending_stopped_at() is not None
    await conversations.resume_sending(boss)
    await counter.delivers()
    await conversations.end_mailings()
    assert await counter.fate(later) == ("sent", "ACCEPTED")
    assert (await _progress(held)).settled == {("sent", "ACCEPTED"): 3}
    kinds = [one for one in await events_of(counter.shop.tenant_id) if one.startswith("sending.")]
    assert kinds == ["sending.halted", "sending.released"]


async def test_answers_go_first_and_mailings_share(counter: Counter) -> None:
    await counter.learns_template("back_again", "UTILITY")
    thread = await counter.opens()
    people = contacts.those([(await _person(one, "Lea")).contact_id for one in range(8)])
    first, second = await _opened(counter), await _opened(counter)
    slow = await _opened(counter, per_second=1)
    for mailing_id in (first, second, slow):
        await _freeze(mailing_id, people)
    await counter.queues(thread, Text("Yes"))
    [line] = await claims.due_lines(200)
    assert (line.due, sorted(one.due for one in line.mailings)) == (1, [8, 8, 8])
    taken = await claims.claim(line, 10)
    shares = Tally(one.mailing_id for one in taken)
    assert shares == {None: 1, slow: 1, first: 4, second: 4}


async def test_one_who_is_erased_merged_or_tried_again(counter: Counter) -> None:
    await contacts.change_pace({"waits.useful": []})  # whatever hour it is
    await counter.learns_template("back_again", "UTILITY")
    lea, twin, gone = [await _person(one, "Lea") for one in range(3)]
    mailing_id = await _opened(counter, pace_kind="useful")
    await _freeze(mailing_id, contacts.those(one.contact_id for one in (lea, twin, gone)))
    await conversations.void_sends([gone.contact_id])
    await conversations.follow_merges([Merge(lea.contact_id, twin.contact_id)])
    await counter.delivers()
    assert (await _progress(mailing_id)).settled == {
        ("refused", "DUPLICATE"): 1,
        ("sent", "ACCEPTED"): 1,
        ("void", "CONTACT_GONE"): 1,
    }

    max_ = await _person(4, "Max")
    mailing_id = await _opened(counter)
    await _freeze(mailing_id, contacts.those([max_.contact_id]))
    counter.platform.does(error(131026))
    await counter.delivers()
    await conversations.end_mailings()
    found = await _progress(mailing_id)
    assert (found.state, found.settled) == ("finished", {("failed", "PLATFORM_131026"): 1})
    [dead] = await stored.rows("SELECT message_id FROM send WHERE state = 'failed'")
    await conversations.retry(dead["message_id"])
    found = await _progress(mailing_id)
    assert (found.state, found.settled) == ("running", {})
    counter.platform.does(drop())
    await counter.delivers()
    assert (await _progress(mailing_id)).settled == {}  # nobody knows
    body = counter.platform.messages[-1]
    echo = status(
        counter.platform.wamid_of(body), "sent", 1, callback_data=body["biz_opaque_callback_data"]
    )
    await counter.shop.is_told(echo, replace(echo, status="delivered"))
    await conversations.end_mailings()
    found = await _progress(mailing_id)
    assert (found.state, found.settled) == ("finished", {("sent", "ECHOED"): 1})


async def test_by_the_hour_of_their_own_zone(counter: Counter) -> None:
    await counter.learns_template("back_again", "UTILITY")
    lea, abroad = await _person(1, "Lea"), await _person(2, "Lea", phone="393331234567")
    mailing_id, now = await _opened(counter), clock.now()
    audience = contacts.those([lea.contact_id, abroad.contact_id])
    zones = {"Europe/Rome": now + clock.HOUR, "Asia/Tokyo": now}
    await conversations.freeze(mailing_id, audience, now + clock.DAY, zones)
    rows = await stored.rows("SELECT contact_id, due_at FROM send")
    assert {row["contact_id"]: row["due_at"] - now for row in rows} == {
        lea.contact_id: clock.DAY,
        abroad.contact_id: clock.HOUR,
    }
    await counter.delivers()
    assert counter.platform.messages == []
    await counter.delivers_in(clock.HOUR)
    assert [body["to"] for body in counter.platform.messages] == ["393331234567"]


async def test_what_cannot_be_sent_to_anybody_is_said_at_once(counter: Counter) -> None:
    await counter.learns_template("back_again", "UTILITY")
    number = counter.shop.number_id
    fine = NewMailing(ids.new_id(), number, _BACK, _NAMED)
    personal = Personal("body", 0, "name")
    table: list[tuple[NewMailing, str, tuple[str, ...]]] = [
        (replace(fine, number_id=ids.new_id()), "NOT_FOUND", ("number",)),
        (replace(fine, content=replace(_BACK, name="gone")), "UNKNOWN_TEMPLATE", ("content",)),
        (replace(fine, per_second=0), "OUT_OF_RANGE", ("per_second",)),
        (replace(fine, expires_at=clock.now()), "IN_THE_PAST", ("expires_at",)),
        (
            replace(fine, personal=(replace(personal, index=1),)),
            "UNKNOWN_PLACE",
            ("personal", "0", "index"),
        ),
        (
            replace(fine, personal=(replace(personal, fallback="a\nb"),)),
            "BAD_CHARACTERS",
            ("content", "body", "0", "text"),
        ),
    ]
    for new, code, field in table:
        with pytest.raises((Invalid, NotFound)) as caught:
            await conversations.open_mailing(new)
        assert (caught.value.code, caught.value.field) == (code, field)
    assert await stored.rows("SELECT 1 FROM mailing") == []


async def _person(one: int, name: str | None, phone: str = "") -> Known:
    seen = Sighting(clock.now(), phone or f"44770090080{one}", scope="portfolio", name=name)
    return (await contacts.recognise([seen])).known[0]


async def _opened(counter: Counter, **given: Any) -> Id:
    given = {"pace_kind": "service", **given}
    new = NewMailing(ids.new_id(), counter.shop.number_id, _BACK, _NAMED, **given)
    return await conversations.open_mailing(new)


async def _freeze(mailing_id: Id, audience: contacts.Selection) -> conversations.Frozen:
    return await conversations.freeze(mailing_id, audience, clock.now())


async def _progress(mailing_id: Id) -> conversations.Progress:
    return (await conversations.mailing_progress([mailing_id]))[mailing_id]


async def _states(mailing_id: Id) -> dict[str, int]:
    rows = await stored.rows("SELECT state, mailing_id FROM send")
    return dict(Tally(row["state"] for row in rows if row["mailing_id"] == mailing_id))
