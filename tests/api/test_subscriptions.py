"""What happens arrives over the websocket within two seconds, and goes on after a break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

import tenants
from api.graphql import tail
from kernel import clock, ids, tenancy
from kernel.errors import TryLater
from tests.api.door import Door, Store, arrives, open_store, text_message
from tests.api.line import open_line

_INBOX = """
subscription($after: String, $filter: ConversationFilter) {
  inbox(after: $after, filter: $filter) {
    cursor kind matches
    conversation { unread contact { name } }
    message { __typename text }
  }
}
"""


async def test_a_message_arrives_and_the_stream_resumes(door: Door, store: Store) -> None:
    words = "مرحبا 你好 👋"
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe(_INBOX)
        await _listening()
        await arrives(door, text_message(store, words))
        events = await line.hear_events("message.received")
    received = next(event for event in events if event["kind"] == "message.received")
    assert received["message"] == {"__typename": "TextMessage", "text": words}
    assert received["conversation"] == {"unread": 1, "contact": {"name": "Lea Prat"}}
    assert received["matches"] is True
    await arrives(door, text_message(store, "while you were away"))
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe(_INBOX, after=received["cursor"])
        [missed] = [
            event
            for event in await line.hear_events("message.received")
            if event["kind"] == "message.received"
        ]
        assert missed["message"]["text"] == "while you were away"
        assert missed["conversation"]["unread"] == 2
        await arrives(door, text_message(store, "and on it goes"))
        events = await line.hear_events("message.received")
        assert events[-1]["message"]["text"] == "and on it goes"


async def test_only_what_fits_the_filter(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "first"))
    [thread] = (await door.data("{ conversations { nodes { id } } }", store.token))[
        "conversations"
    ]["nodes"]
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe(_INBOX, filter={"state": ["RESOLVED"]})
        async with open_line(door) as other:
            await other.begin(store.token)
            await other.subscribe(_INBOX)
            await _listening(2)
            await arrives(door, text_message(store, "no news to this list"))
            # An event shows the thread as it is when it is told: first both have to have seen it.
            await other.hear_events("message.received")
            await asyncio.sleep(0.2)
        step = (
            f'mutation {{ conversationResolve(input: {{conversation: "{thread["id"]}"}}) '
            "{ userErrors { code } } }"
        )
        await door.data(step, store.token)
        events = await line.hear_events("conversation.state_changed")
    assert {event["kind"]: event["matches"] for event in events} == {
        "conversation.state_changed": True
    }


async def test_one_conversation(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "first"))
    [thread] = (await door.data("{ conversations { nodes { id } } }", store.token))[
        "conversations"
    ]["nodes"]
    query = "subscription($id: ID!) { conversation(id: $id) { kind message { text } } }"
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe(query, id=thread["id"])
        await _listening()
        await arrives(
            door,
            text_message(store, "of somebody else", phone="34600999888"),
            text_message(store, "of her"),
        )
        events = await line.hear_events("message.received")
        assert [event["message"] for event in events] == [{"text": "of her"}]
        await line.subscribe(query, "2", id=ids.show("conversation", ids.new_id()))
        refused = await line.hear()
        assert (refused["type"], refused["id"]) == ("error", "2")
        assert refused["payload"][0]["extensions"] == {"code": "NOT_FOUND", "field": ["id"]}


async def test_an_edit_names_the_message_it_changes(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "helo", wamid="wamid.1"))
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe("subscription { inbox { kind message { text state editedAt } } }")
        await _listening()
        now = str(clock.now() // clock.SECOND)
        edit = text_message(
            store,
            "",
            wamid="wamid.2",
            type="edit",
            edit={
                "original_message_id": "wamid.1",
                "message": {"type": "text", "text": {"body": "hello"}},
            },
            timestamp=now,
        )
        await arrives(door, edit)
        events = await line.hear_events("message.changed")
    assert events[-1]["message"]["text"] == "hello"
    assert events[-1]["message"]["state"] == "EDITED"


async def test_other_tenants_hear_nothing(door: Door, store: Store) -> None:
    other = await open_store("Dunas Altas", "999", "888")
    async with open_line(door) as line:
        await line.begin(other.token)
        await line.subscribe(_INBOX)
        await _listening()
        await arrives(door, text_message(store, "hello"))
        with pytest.raises(TimeoutError):
            await line.hear(within=1.5)


async def test_queries_and_mutations_too(door: Door, store: Store) -> None:
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe("{ viewer { role } }", "a")
        assert await line.hear() == {
            "type": "next",
            "id": "a",
            "payload": {
                "data": {"viewer": {"role": "AGENT"}},
                "extensions": {"cost": {"cost": 11, "allowed": 50_000, "dearest": "viewer"}},
            },
        }
        assert await line.hear() == {"type": "complete", "id": "a"}
        await line.subscribe("{ nothing }", "b")
        assert (await line.hear())["payload"][0]["extensions"] == {
            "code": "GRAPHQL_VALIDATION_FAILED"
        }
        await line.subscribe("{ conversations(first: 0) { nodes { id } } }", "c")
        assert (await line.hear())["payload"]["errors"][0]["extensions"]["field"] == ["first"]
        assert await line.hear() == {"type": "complete", "id": "c"}
        await line.socket.send_json({"type": "ping"})
        assert await line.hear() == {"type": "pong"}


async def test_closing_codes(door: Door, store: Store) -> None:
    bad_token = {"type": "connection_init", "payload": {"authorization": "Bearer nonsense"}}
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": _INBOX}}
    for messages, code in (
        ([bad_token], 4403),
        ([{"type": "connection_init"}], 4403),
        ([subscribe], 4401),
        ([{"type": "dance"}], 4400),
        ([["not", "an", "object"]], 4400),
    ):
        async with open_line(door) as line:
            for message in messages:
                await line.socket.send_json(message)
            assert (await line.closing())[0] == code, messages
    for messages, code in (
        ([subscribe, subscribe], 4409),
        ([{"type": "connection_init"}], 4429),
        ([{"type": "subscribe", "payload": {}}], 4400),
    ):
        async with open_line(door) as line:
            await line.begin(store.token)
            for message in messages:
                await line.socket.send_json(message)
            assert (await line.closing())[0] == code, messages
    async with open_line(door, "graphql-ws") as line:
        assert (await line.closing())[0] == 4406


async def test_a_token_that_ends_closes_the_line(door: Door, store: Store) -> None:
    async with open_line(door) as line:
        await line.begin(store.token)
        await line.subscribe(_INBOX)
        await _listening()
        with tenancy.acting_for(store.tenant_id):
            await tenants.end_sessions(store.people["agent"])
        code, reason = await line.closing(within=7)
        assert (code, reason) == (4403, "SESSION_ENDED")


async def test_another_role_closes_the_line(door: Door, store: Store) -> None:
    async with open_line(door) as line:
        await line.begin(store.token)
        with tenancy.acting_for(store.tenant_id):
            await tenants.change_role(store.people["agent"], tenants.Role.ANALYST)
        clock.move(6 * clock.SECOND)  # what is known of a session is trusted for five
        assert await line.closing(within=7) == (4403, "PERMISSIONS_CHANGED")


async def test_who_is_too_slow_is_let_go(
    door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "_ROOM", 3)
    followed = tail.TAIL.follow(store.tenant_id, None)
    first = asyncio.ensure_future(anext(followed))
    await _listening()
    await arrives(door, *(text_message(store, f"m{n}") for n in range(12)))
    await first
    await asyncio.sleep(1.5)
    with pytest.raises(TryLater, match="too far behind") as caught:
        await _until_it_ends(followed)
    assert caught.value.code == "SUBSCRIBER_TOO_SLOW"


async def _until_it_ends(followed: AsyncIterator[Any]) -> None:
    async for _ in followed:
        pass


async def _listening(count: int = 1) -> None:
    """Until so many subscriptions stand: what happens from then on is heard."""
    for _ in range(200):
        if len(tail.TAIL._listeners) >= count:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
