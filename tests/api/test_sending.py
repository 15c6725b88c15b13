"""Sending through the door: what leaves, and what the desk sees of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import tenants
from kernel import clock, tenancy
from tests import stored
from tests.api.desk import NOTHING, ONCE, SEND, Desk
from tests.api.door import Store, arrives, delivery
from tests.flows.platform import drop, error

_CARD = {"name": {"formattedName": "Lea Prat", "firstName": "Lea"}}


async def test_a_reply_from_the_desk_to_the_customers_phone(desk: Desk) -> None:
    payload = await desk.send({"text": {"body": "Sí, claro 🙂"}}, inReplyTo=desk.asked)
    message_id = payload["message"]["id"]
    due_at = payload["message"]["send"].pop("dueAt")
    assert due_at is not None
    assert payload == {
        "message": {
            "id": message_id,
            "__typename": "TextMessage",
            "status": "QUEUED",
            "text": "Sí, claro 🙂",
            "direction": "OUTBOUND",
            "author": {"name": "Nuria Sala"},
            "send": {"state": "QUEUED", "reason": None, "attempts": 0},
        },
        "userErrors": [],
        "templatesThatFit": [],
    }
    await desk.deliver()
    [body] = desk.platform.messages
    assert body.pop("biz_opaque_callback_data") == (await _send_row())["id"]
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "34600111222",
        "type": "text",
        "text": {"body": "Sí, claro 🙂"},
        "context": {"message_id": "wamid.34600111222.Is the blue one in stock?"},
    }
    assert await desk.message(message_id) == {
        "status": "ACCEPTED",
        "text": "Sí, claro 🙂",
        "errorCode": None,
        "failedAt": None,
        "inReplyTo": {"text": "Is the blue one in stock?"},
        "send": {"state": "SENT", "reason": None, "attempts": 1, "dueAt": None},
    }
    body["biz_opaque_callback_data"] = (await _send_row())["id"]
    for kind in ("sent", "delivered", "read"):
        await desk.echo(kind)
        assert (await desk.message(message_id))["status"] == kind.upper()


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (
            {"text": {"body": "https://a.example", "previewUrl": True}},
            {"type": "text", "text": {"body": "https://a.example", "preview_url": True}},
        ),
        (
            {"media": {"kind": "DOCUMENT", "link": "https://a.example/b.pdf", "filename": "b.pdf"}},
            {
                "type": "document",
                "document": {"link": "https://a.example/b.pdf", "filename": "b.pdf"},
            },
        ),
        (
            {"location": {"latitude": 41.38, "longitude": 2, "name": "Shop"}},
            {
                "type": "location",
                "location": {"latitude": "41.38", "longitude": "2", "name": "Shop"},
            },
        ),
        (
            {"contacts": [_CARD | {"phones": [{"phone": "+34600111222", "waId": "34600111222"}]}]},
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Lea Prat", "first_name": "Lea"},
                        "phones": [{"phone": "+34600111222", "wa_id": "34600111222"}],
                    }
                ],
            },
        ),
        (
            {
                "buttons": {
                    "body": "Blue or red?",
                    "buttons": [{"id": "b", "title": "Blue"}, {"id": "r", "title": "Red"}],
                    "header": {"media": {"kind": "IMAGE", "link": "https://a.example/c.png"}},
                    "footer": "Both are in stock",
                }
            },
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "header": {"type": "image", "image": {"link": "https://a.example/c.png"}},
                    "body": {"text": "Blue or red?"},
                    "footer": {"text": "Both are in stock"},
                    "action": {
                        "buttons": [
                            {"type": "reply", "reply": {"id": "b", "title": "Blue"}},
                            {"type": "reply", "reply": {"id": "r", "title": "Red"}},
                        ]
                    },
                },
            },
        ),
        (
            {
                "list": {
                    "body": "Which?",
                    "button": "Choose",
                    "sections": [{"rows": [{"id": "1", "title": "One", "description": "First"}]}],
                    "header": "Ours",
                }
            },
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "header": {"type": "text", "text": "Ours"},
                    "body": {"text": "Which?"},
                    "action": {
                        "button": "Choose",
                        "sections": [
                            {"rows": [{"id": "1", "title": "One", "description": "First"}]}
                        ],
                    },
                },
            },
        ),
        (
            {
                "linkButton": {
                    "body": "See it",
                    "displayText": "Open",
                    "url": "https://a.example",
                    "header": {"text": "New"},
                }
            },
            {
                "type": "interactive",
                "interactive": {
                    "type": "cta_url",
                    "header": {"type": "text", "text": "New"},
                    "body": {"text": "See it"},
                    "action": {
                        "name": "cta_url",
                        "parameters": {"display_text": "Open", "url": "https://a.example"},
                    },
                },
            },
        ),
        (
            {"locationRequest": {"body": "Where are you?"}},
            {
                "type": "interactive",
                "interactive": {
                    "type": "location_request_message",
                    "body": {"text": "Where are you?"},
                    "action": {"name": "send_location"},
                },
            },
        ),
        (
            {"contactInfoRequest": {"body": "May we call you?"}},
            {
                "type": "interactive",
                "interactive": {
                    "type": "request_contact_info",
                    "body": {"text": "May we call you?"},
                    "action": {"name": "request_contact_info"},
                },
            },
        ),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_every_shape_leaves_as_the_platform_wants_it(
    desk: Desk, content: Any, wire: dict[str, Any]
) -> None:
    payload = await desk.send(content)
    assert payload["userErrors"] == []
    await desk.deliver()
    [body] = desk.platform.messages
    assert {name: body[name] for name in ("type", wire["type"])} == wire


async def test_a_reaction_and_taking_it_back(desk: Desk) -> None:
    for emoji in ("👍", ""):
        payload = await desk.send({"reaction": {"emoji": emoji}}, inReplyTo=desk.asked)
        assert payload["userErrors"] == []
        assert payload["message"]["__typename"] == "ReactionMessage"
        await desk.deliver()
    assert [body["reaction"] for body in desk.platform.messages] == [
        {"message_id": "wamid.34600111222.Is the blue one in stock?", "emoji": emoji}
        for emoji in ("👍", "")
    ]


async def test_a_closed_window_says_what_may_be_sent_instead(desk: Desk) -> None:
    for name, category, event in (
        ("back_in_stock", "UTILITY", "APPROVED"),
        ("spring_sale", "MARKETING", "APPROVED"),
        ("order_ready", "UTILITY", "PAUSED"),
    ):
        await desk.learn_template(name, category, event)
    clock.move(27 * clock.HOUR + clock.MINUTE)
    desk.store.tokens = await _tokens(desk.store)
    before = await desk.ledger()
    assert await desk.send({"text": {"body": "Good morning"}}) == {
        "message": None,
        "userErrors": [
            {
                "field": ["content"],
                "code": "WINDOW_CLOSED",
                "message": "The 24-hour window closed 3 h ago. Send an approved template instead.",
            }
        ],
        "templatesThatFit": [{"name": "back_in_stock", "language": "es", "category": "UTILITY"}],
    }
    assert await desk.ledger() == before == NOTHING
    template = {"name": "back_in_stock", "language": "es", "body": [{"text": "Lea"}]}
    payload = await desk.send({"template": template})
    assert payload["userErrors"] == []
    assert payload["message"]["text"] == "Hola Lea, ya está aquí."
    await desk.deliver()
    assert desk.platform.messages[0]["template"] == {
        "name": "back_in_stock",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Lea"}]}],
    }


async def test_a_key_makes_it_one_message(desk: Desk) -> None:
    given = {"conversation": desk.thread, "content": {"text": {"body": "once"}}, "key": "tap-1"}
    answers = await asyncio.gather(
        *(desk.door.data(SEND, desk.store.token, input=given) for _ in range(4))
    )
    assert len({answer["messageSend"]["message"]["id"] for answer in answers}) == 1
    assert await desk.ledger() == ONCE
    payload = await desk.send({"text": {"body": "another"}}, key="tap-1")
    assert payload["message"] is None
    assert [(one["field"], one["code"]) for one in payload["userErrors"]] == [
        (["key"], "KEY_REUSED")
    ]
    await desk.deliver()
    assert len(desk.platform.messages) == 1
    # Without a key every call is a message of its own.
    assert await desk.say("twice") != await desk.say("twice")


async def test_a_stop_that_arrives_while_it_waits(desk: Desk) -> None:
    await desk.learn_template("spring_sale", "MARKETING")
    await _prefers(desk, "signup")
    template = {"name": "spring_sale", "language": "es", "body": [{"text": "Lea"}]}
    payload = await desk.send({"template": template}, paceKind="PERSONAL")
    assert payload["userErrors"] == []
    assert await stored.rows("SELECT pace_kind FROM send") == [{"pace_kind": "personal"}]
    await _prefers(desk, "stop")
    await desk.deliver()
    assert desk.platform.messages == []
    message = await desk.message(payload["message"]["id"])
    assert (message["status"], message["send"]["reason"]) == ("FAILED", "CONSENT_WITHDRAWN")
    refused = await desk.send({"template": template})
    assert [one["code"] for one in refused["userErrors"]] == ["CONSENT_WITHDRAWN"]


async def test_the_thread_hears_of_each_step(desk: Desk) -> None:
    query = """
      subscription($id: ID!) {
        conversation(id: $id) { kind message { status send { state } } }
      }
    """
    async with desk.door.http.ws_connect(
        f"{desk.door.root}/graphql", protocols=["graphql-transport-ws"]
    ) as line:
        payload = {"authorization": f"Bearer {desk.store.token}"}
        await line.send_json({"type": "connection_init", "payload": payload})
        assert (await line.receive_json())["type"] == "connection_ack"
        await line.send_json(
            {
                "type": "subscribe",
                "id": "1",
                "payload": {"query": query, "variables": {"id": desk.thread}},
            }
        )
        await asyncio.sleep(0.3)
        desk.platform.does(drop())

        async def hear(kind: str) -> Any:
            while True:
                told = await asyncio.wait_for(line.receive_json(), 3)
                event = told["payload"]["data"]["conversation"]
                if event["kind"] == kind:
                    return event["message"]

        await desk.say()
        assert await hear("send.queued") == {"status": "QUEUED", "send": {"state": "QUEUED"}}
        await desk.deliver()
        assert await hear("send.unknown") == {"status": "UNKNOWN", "send": {"state": "UNKNOWN"}}
        await desk.echo("read")
        assert await hear("send.sent") == {"status": "READ", "send": {"state": "SENT"}}
        assert (await hear("message.status_changed"))["status"] == "READ"
        desk.platform.does(error(100))
        await desk.say("again")
        await desk.deliver()
        assert await hear("send.failed") == {"status": "FAILED", "send": {"state": "FAILED"}}


async def _send_row() -> dict[str, Any]:
    [row] = await stored.rows("SELECT * FROM send")
    return row


async def _prefers(desk: Desk, value: str) -> None:
    """The customer chooses about marketing in the app."""
    chosen = {
        "wa_id": "34600111222",
        "category": "marketing_messages",
        "value": value,
        "timestamp": str(clock.now() // clock.SECOND),
    }
    body = delivery(desk.store, user_preferences=[chosen])
    body["entry"][0]["changes"][0]["field"] = "user_preferences"
    clock.move(clock.SECOND)
    await arrives(desk.door, body)


async def _tokens(store: Store) -> dict[str, str]:
    """New tokens: the old ones ended while the clock moved."""
    with tenancy.acting_for(store.tenant_id):
        return {role: await tenants.issue(person) for role, person in store.people.items()}
