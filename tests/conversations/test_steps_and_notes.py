"""What colleagues do with threads: states, assignments, read marks, notes with mentions (F13)."""

from __future__ import annotations

import pytest

import conversations
from kernel import clock, ids, keys, tenancy
from kernel.errors import Invalid, NotFound
from kernel.ids import Id
from tests import stored
from tests.conversations.talk import NOON, SECOND, Shop, answers, calls, customer, says
from tests.flows.town import make_tenant
from tests.tenants import make
from tests.tenants.make import events_of


@pytest.fixture
async def thread(shop: Shop) -> Id:
    await shop.hears(says(1))
    found: Id = (await shop.thread())["id"]
    return found


async def steps() -> list[str]:
    """The steps taken, in order."""
    return [
        row["kind"] for row in await stored.rows("SELECT kind FROM conversation_step ORDER BY id")
    ]


async def test_a_thread_goes_through_its_states(shop: Shop, thread: Id) -> None:
    agent = await shop.colleague()
    until = clock.now() + clock.HOUR
    for state in ("pending", "snoozed", "resolved", "open"):
        for _ in range(2):  # the same state is no change
            await conversations.change_state(
                thread, agent, state, until if state == "snoozed" else None
            )
        row = await shop.thread()
        assert row["state"] == state
        assert row["snoozed_until"] == (until if state == "snoozed" else None)
    assert await steps() == ["pending", "snoozed", "resolved", "open"]
    told = [kind for kind in await events_of(shop.tenant_id) if kind.endswith("state_changed")]
    assert len(told) == 4
    (episode,) = await shop.episodes()
    assert episode["end_reason"] == "resolved"


@pytest.mark.parametrize("late", [None, -1, 0])
async def test_a_snooze_needs_a_time_to_come(shop: Shop, thread: Id, late: int | None) -> None:
    with pytest.raises(Invalid) as caught:
        await conversations.change_state(
            thread, None, "snoozed", None if late is None else clock.now() + late
        )
    assert caught.value.field == ("until",)
    assert await steps() == []
    assert (await shop.thread())["state"] == "open"


async def test_a_snooze_ends_by_itself(shop: Shop, thread: Id) -> None:
    await conversations.change_state(thread, None, "snoozed", clock.now() + clock.HOUR)
    with tenancy.acting_for(await make_tenant("Other")):
        assert await conversations.wake_snoozed() == 0
        clock.move(clock.HOUR + SECOND)
        assert await conversations.wake_snoozed() == 1, "of all tenants"
        assert await conversations.wake_snoozed() == 0
    row = await shop.thread()
    assert (row["state"], row["snoozed_until"]) == ("open", None)


async def test_a_thread_is_given_to_active_colleagues(shop: Shop, thread: Id) -> None:
    agent, boss = await shop.colleague("Nuria"), await shop.colleague("Marta", "admin")
    await conversations.assign(thread, boss, agent)
    await conversations.assign(thread, boss, agent)
    assert (await shop.thread())["assignee_id"] == agent
    other_tenant = await make_tenant("Other")
    stranger = await make.add(other_tenant, "eve@other.example", "agent")
    for nobody in (ids.new_id(), stranger):
        with pytest.raises(Invalid) as caught:
            await conversations.assign(thread, boss, nobody)
        assert caught.value.field == ("assignee",)
    await stored.run("UPDATE person SET state = 'left' WHERE id = $1::uuid", boss)
    with pytest.raises(Invalid):
        await conversations.assign(thread, agent, boss)
    await conversations.assign(thread, boss, None)
    assert (await shop.thread())["assignee_id"] is None
    assert await steps() == ["assigned", "assigned"]


async def test_what_is_unread_is_each_ones_own(shop: Shop, thread: Id) -> None:
    agent, boss = await shop.colleague("Nuria"), await shop.colleague("Marta", "admin")
    (second, third, *_) = await shop.hears(
        says(2),
        says(3),
        answers(4),
        says(5, origin="history"),
        says(6, group_id="g1"),
        says(7, origin="standby"),
        calls(8),
    )
    assert await conversations.unread_of([thread], agent) == {thread: 3}
    await conversations.mark_read(thread, agent, second.message_id)
    assert await conversations.unread_of([thread], agent) == {thread: 1}
    assert await conversations.unread_of([thread], boss) == {thread: 3}
    await conversations.mark_read(thread, agent)
    assert await conversations.unread_of([thread], agent) == {}
    # A mark never moves back.
    await conversations.mark_read(thread, agent, second.message_id)
    assert await conversations.unread_of([thread], agent) == {}
    # What comes late but was said before what was read counts as read; what is new does not.
    await shop.hears(says(0, "late"))
    assert await conversations.unread_of([thread], agent) == {}
    await shop.hears(says(60))
    assert await conversations.unread_of([thread], agent) == {thread: 1}
    told = [kind for kind in await events_of(shop.tenant_id) if kind == "conversation.read"]
    assert len(told) == 2
    assert third.message_id
    by_agent = conversations.ConversationFilter(unread_by=agent)
    assert await conversations.count_conversations(by_agent) == 1
    by_agent = conversations.ConversationFilter(read_by=agent)
    assert await conversations.count_conversations(by_agent) == 0


async def test_only_messages_of_the_thread_are_read(shop: Shop, thread: Id) -> None:
    agent = await shop.colleague()
    other = await customer("447700900777")
    (elsewhere,) = await shop.hears(says(5, "elsewhere"), known=other)
    for message in (elsewhere.message_id, ids.new_id()):
        with pytest.raises(NotFound) as caught:
            await conversations.mark_read(thread, agent, message)
        assert caught.value.field == ("upto",)
    assert await stored.rows("SELECT * FROM read_mark") == []


async def test_a_note_is_sealed_and_mentions_colleagues(shop: Shop, thread: Id) -> None:
    agent, boss = await shop.colleague("Nuria"), await shop.colleague("Marta", "admin")
    text = "她要两件 – please check 👀 @Marta"
    note = await conversations.write_note(thread, agent, text, [boss, boss])
    row = (await conversations.messages_by_ids([note]))[note]
    assert (row["direction"], row["kind"], row["author_id"]) == ("note", "note", agent)
    assert row["body_sealed"] is not None
    sealer = (await keys.of([row["subject_id"]]))[row["subject_id"]]
    assert row["subject_id"] == shop.known.subject_id
    assert sealer.open_text("message.body", note, row["body_sealed"]) == text
    assert await conversations.mentions_of([note]) == {note: [boss]}
    assert (await events_of(shop.tenant_id))[-1] in ("note.written", "note.mentioned")
    # A note is no message: it changes neither the window nor what the thread shows nor episodes.
    shown = await shop.thread()
    assert shown["last_message_at"] == NOON + SECOND
    assert [one["messages"] for one in await shop.episodes()] == [1]
    assert await conversations.unread_of([thread], boss) == {thread: 1}


async def test_only_active_colleagues_are_mentioned(shop: Shop, thread: Id) -> None:
    agent, gone = await shop.colleague("Nuria"), await shop.colleague("Marta", "admin")
    await stored.run("UPDATE person SET state = 'left' WHERE id = $1::uuid", gone)
    stranger = await make.add(await make_tenant("Other"), "eve@other.example", "agent")
    for nobody in (gone, stranger, ids.new_id()):
        with pytest.raises(Invalid) as caught:
            await conversations.write_note(thread, agent, "look", [agent, nobody])
        assert caught.value.field == ("mentions",)
    assert len(await shop.messages()) == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001, "half \ud800 pair"])
async def test_a_note_says_something(shop: Shop, thread: Id, text: str) -> None:
    agent = await shop.colleague()
    with pytest.raises(Invalid) as caught:
        await conversations.write_note(thread, agent, text)
    assert caught.value.field == ("text",)
    assert len(await shop.messages()) == 1


async def test_nothing_is_done_to_another_tenants_thread(shop: Shop, thread: Id) -> None:
    other = await make_tenant("Other")
    person = await make.add(other, "eve@other.example", "admin")
    with tenancy.acting_for(other):
        for verb in (
            conversations.change_state(thread, person, "resolved"),
            conversations.assign(thread, person, person),
            conversations.mark_read(thread, person),
            conversations.write_note(thread, person, "hello"),
        ):
            with pytest.raises(NotFound) as caught:
                await verb
            assert caught.value.field == ("conversation",)
    row = await shop.thread()
    assert (row["state"], row["assignee_id"]) == ("open", None)
    assert len(await shop.messages()) == 1
    for table in ("conversation_step", "read_mark", "mention"):
        assert await stored.rows(f"SELECT * FROM {table}") == []
