"""What threads show: the window, the last message, who wakes them (F13, contract 4.4, 5.1)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

import channels
import conversations
from channels import wire
from contacts import Move, recognise
from conversations.steps import State
from kernel import clock, database, tenancy
from kernel.errors import NotFound
from tests import stored
from tests.conversations.talk import (
    NOON,
    PHONE,
    SECOND,
    Shop,
    answers,
    calls,
    customer,
    moves,
    says,
)
from tests.tenants.make import events_of

WINDOW = 24 * clock.HOUR
LIKED: dict[str, Any] = {"kind": "reaction", "reaction": ("out-1", "👍")}
UNLIKED: dict[str, Any] = {"kind": "reaction", "reaction": ("out-1", None)}

# What comes in, and until when the shop may answer freely: seconds after noon, None for closed.
WINDOWS: dict[str, tuple[list[Any], int | None]] = {
    "a message": ([says(5)], 5),
    "the latest message": ([says(5), says(9)], 9),
    "one that came late": ([says(9), says(5)], 9),
    "a reaction": ([says(5), says(9, **LIKED)], 9),
    "a reaction taken back": ([says(9, **UNLIKED)], 9),
    "an unsupported message": ([says(9, kind="unsupported", text=None)], 9),
    "an edit": ([says(9, kind="edit", original_wamid="in-1")], 9),
    "a message of history": ([says(5, origin="history")], 5),
    "a message held by another app": ([says(5, origin="standby")], 5),
    "an answer": ([says(5), answers(9)], 5),
    "an answer alone": ([answers(9)], None),
    "a group": ([says(9, group_id="g1")], None),
    "a group beside": ([says(5), says(9, group_id="g1")], 5),
    "a system message": ([says(9, kind="system")], None),
    "a call": ([calls(9)], 9),
    "the end of a call": ([calls(9, event="terminate")], None),
    "a call by the shop": ([calls(9, direction="BUSINESS_INITIATED")], None),
    "a change of number": ([says(5), moves(9)], None),
    "a change told late": ([says(12), moves(9)], 12),
    "a message since the change": ([says(5), moves(9), says(12)], 12),
    "a message from before the change": ([moves(9), says(5)], None),
}


async def test_the_window_is_open(shop: Shop) -> None:
    assert conversations.WINDOW == WINDOW
    cases = [
        (what, order, since)
        for what, (updates, since) in WINDOWS.items()
        for order in itertools.permutations(updates)
    ]
    for number, (what, order, since) in enumerate(cases):
        known = await customer(f"4477009{number:05}")
        for one in order:
            await shop.hears(_fresh(one, known.contact_id), known=known)
        expected = 0 if since is None else NOON + since * SECOND + WINDOW
        assert (await shop.thread(known))["window_closed_at"] == expected, (what, order)


def _fresh(update: Any, mark: str) -> Any:
    """The same under an id of its own, for another thread."""
    if isinstance(update, wire.Call):
        return replace(update, call_id=f"{update.call_id}{mark}")
    return replace(update, wamid=f"{update.wamid}{mark}")


async def test_it_counts_from_the_messages_own_time(shop: Shop) -> None:
    clock.move(NOON + 3 * clock.DAY - clock.now())
    await shop.hears(says(5))
    assert (await shop.thread())["window_closed_at"] == NOON + 5 * SECOND + WINDOW
    assert (await shop.messages())[0]["received_at"] > NOON + 2 * clock.DAY


async def test_a_message_is_stored_once(shop: Shop) -> None:
    first = await shop.hears(says(5), says(5), answers(6))
    assert len(first) == 2
    assert await shop.hears(says(5), answers(6)) == []
    # The same message by a history sync adds nothing, whichever comes first.
    assert await shop.hears(says(5, origin="history")) == []
    assert len(await shop.hears(says(7, origin="history"))) == 1
    assert await shop.hears(says(7)) == []
    told = await events_of(shop.tenant_id)
    assert told.count("message.received") + told.count("message.recorded") == 3
    assert told.count("conversation.started") == 1
    # Another number of the shop has its own ids.
    assert len(await shop.messages()) == 3


async def test_in_one_batch_the_live_form_counts(shop: Shop) -> None:
    await shop.hears(says(5, origin="history"), says(5))
    (message,) = await shop.messages()
    assert message["origin"] == "live"


async def test_the_last_message_by_the_platforms_time(shop: Shop) -> None:
    for order in itertools.permutations([says(5), says(9), answers(9, "out-9b"), says(7)]):
        known = await customer(f"4477008{len(await shop.messages()):05}")
        for one in order:
            await shop.hears(_fresh(one, known.contact_id), known=known)
        thread = await shop.thread(known)
        (shown,) = (one for one in await shop.messages() if one["id"] == thread["last_message_id"])
        own = [one for one in await shop.messages() if one["conversation_id"] == thread["id"]]
        assert shown == max(own, key=lambda one: (one["provider_at"], one["tie"]))
        assert thread["last_message_at"] == NOON + 9 * SECOND
    await shop.hears(says(1))
    before = (await shop.thread())["last_message_id"]
    await shop.hears(says(99, group_id="g1"), says(98, kind="system"), calls(97))
    assert (await shop.thread())["last_message_id"] == before, "not said in this thread"


# What comes in after a person put the thread to rest, at second 30, and whether it wakes it.
WAKES = [
    (says(60), True),
    (says(60, origin="standby"), True),
    (calls(60), True),
    (says(60, **LIKED), True),
    (says(60, origin="history"), False),
    (says(20), False),
    (answers(60), False),
    (says(60, group_id="g1"), False),
    (moves(60), False),
]


async def test_who_wakes_a_resting_thread(shop: Shop) -> None:
    clock.move(NOON + 30 * SECOND - clock.now())
    states: tuple[State, ...] = ("resolved", "pending", "snoozed")
    for number, (state, (update, wakes)) in enumerate(itertools.product(states, WAKES)):
        known = await customer(f"4477009{number:05}")
        await shop.hears(_fresh(says(1), known.contact_id), known=known)
        until = NOON + clock.DAY if state == "snoozed" else None
        thread = (await shop.thread(known))["id"]
        await conversations.change_state(thread, None, state, until)
        await shop.hears(_fresh(update, known.contact_id), known=known)
        row = await shop.thread(known)
        expected = ("open", None) if wakes else (state, until)
        assert (row["state"], row["snoozed_until"]) == expected, (state, update, wakes)


async def test_a_change_finds_its_message_whichever_came_first(shop: Shop) -> None:
    edit = {"kind": "edit", "original_wamid": "in-5"}
    await shop.hears(says(7, "e2", "third", **edit))
    await shop.hears(says(5, text="first"))
    await shop.hears(says(6, "e1", "second", **edit))
    assert len(await shop.messages()) == 1
    page = await conversations.message_page((await shop.thread())["id"], "ASC", None, 10)
    (message,) = page
    assert message["edited_at"] == NOON + 7 * SECOND, "the latest edit counts"
    assert message["revoked_at"] is None
    await shop.hears(says(9, "r1", kind="revoke", original_wamid="in-5"))
    (message,) = await conversations.message_page(message["conversation_id"], "ASC", None, 10)
    assert message["revoked_at"] == NOON + 9 * SECOND


async def test_another_tenant_sees_nothing(shop: Shop) -> None:
    await shop.hears(says(5))
    thread = (await shop.thread())["id"]
    with tenancy.acting_for("9" * 32):
        assert await conversations.conversations_by_ids([thread]) == {}
        assert await conversations.message_page(thread, "ASC", None, 10) == []
        assert await conversations.count_messages([thread]) == {thread: 0}
        assert await conversations.unread_of([thread], "8" * 32) == {}


async def test_threads_of_joined_contacts_become_one(shop: Shop) -> None:
    """Survivor and joined each had a thread: one is left, with everything that was in both."""
    other = await customer(user_id="GB.1")
    agent, boss = await shop.colleague("Nuria"), await shop.colleague("Marta", "admin")
    await shop.hears(says(5), says(6))
    await shop.hears(says(9, "theirs", "later"), answers(10), known=other)
    ours, theirs = await shop.thread(), await shop.thread(other)
    await conversations.mark_read(ours["id"], agent)
    await conversations.mark_read(theirs["id"], agent)
    await conversations.mark_read(theirs["id"], boss)
    await conversations.assign(theirs["id"], boss, agent)
    await conversations.change_state(ours["id"], agent, "resolved")
    await conversations.write_note(theirs["id"], boss, "look")

    @database.unit_of_work
    async def merge() -> None:
        move = Move(NOON + 99 * SECOND, PHONE, None, None, "GB.1", "portfolio")
        await conversations.follow_merges((await recognise([move])).merges)

    await merge()
    one = await shop.thread()
    assert one["id"] == ours["id"]
    assert one["state"] == "open", "an open thread stays open"
    assert one["assignee_id"] == agent
    assert one["last_message_at"] == NOON + 10 * SECOND
    assert one["window_closed_at"] == NOON + 9 * SECOND + WINDOW
    assert {row["conversation_id"] for row in await shop.messages()} == {ours["id"]}
    assert {row["contact_id"] for row in await shop.messages()} == {shop.known.contact_id}
    assert len({row["subject_id"] for row in await shop.messages()}) == 2, "keys stay theirs"
    assert [row["messages"] for row in await shop.episodes()] == [4]
    assert (await conversations.conversations_by_ids([theirs["id"]]))[theirs["id"]][
        "merged_into"
    ] == ours["id"]
    marks = await stored.rows("SELECT * FROM read_mark ORDER BY person_id")
    assert {row["conversation_id"] for row in marks} == {ours["id"]}
    assert {row["upto_at"] for row in marks} == {NOON + 10 * SECOND}
    assert await conversations.unread_of([ours["id"]], agent) == {}
    # Whoever still speaks of the joined contact's thread is led on, or told that it is gone.
    with pytest.raises(NotFound):
        await conversations.change_state(theirs["id"], agent, "pending")


async def test_a_thread_with_another_number_goes_along(shop: Shop) -> None:
    waba = await channels.connect_waba(f"second-{shop.tenant_id}")
    second = await channels.connect_number(waba, f"second-{shop.tenant_id}", "1555", "Second")
    other = await customer(user_id="GB.1")
    await conversations.receive([conversations.Received(says(5), other, second, clock.now())])

    @database.unit_of_work
    async def merge() -> None:
        move = Move(NOON + 99 * SECOND, PHONE, None, None, "GB.1", "portfolio")
        await conversations.follow_merges((await recognise([move])).merges)

    await merge()
    rows = await stored.rows("SELECT contact_id, state FROM conversation")
    assert rows == [{"contact_id": shop.known.contact_id, "state": "open"}]
    assert [row["contact_id"] for row in await shop.messages()] == [shop.known.contact_id]
