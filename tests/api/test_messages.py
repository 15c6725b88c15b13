"""Every kind of message, as a client sees it."""

from __future__ import annotations

from typing import Any

from kernel import clock, keys, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message

_SHAPES = """
  __typename type direction text state
  ... on TextMessage { forwarded referral { sourceType clickId headline } }
  ... on MediaMessage { mediaKind voice filename media { mimeType state url } }
  ... on InteractiveMessage { replyKind replyId description form }
  ... on LocationMessage { latitude longitude name address }
  ... on ContactsMessage { cards { name phones } }
  ... on ReactionMessage { emoji inReplyTo { text } }
  ... on OrderMessage { catalogId items { productId quantity price currency } }
  ... on SystemMessage { event }
  ... on UnsupportedMessage { reason raw }
"""
_IMAGE = {"id": "55", "mime_type": "image/jpeg", "sha256": "x", "caption": "Look"}
_CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "type": "text",
            "text": {"body": "hi"},
            "context": {"forwarded": True},
            "referral": {"source_type": "ad", "ctwa_clid": "c1", "headline": "Sale"},
        },
        {
            "__typename": "TextMessage",
            "text": "hi",
            "forwarded": True,
            "referral": {"sourceType": "ad", "clickId": "c1", "headline": "Sale"},
        },
    ),
    (
        {"type": "image", "image": _IMAGE},
        {
            "__typename": "MediaMessage",
            "text": "Look",
            "mediaKind": "IMAGE",
            "voice": False,
            "filename": None,
            "media": {"mimeType": "image/jpeg", "state": "WANTED", "url": None},
        },
    ),
    (
        {"type": "button", "button": {"payload": "p1", "text": "Yes"}},
        {
            "__typename": "InteractiveMessage",
            "text": "Yes",
            "replyKind": "button",
            "replyId": "p1",
            "description": None,
            "form": None,
        },
    ),
    (
        {
            "type": "interactive",
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "l1", "title": "Red", "description": "The red one"},
            },
        },
        {
            "__typename": "InteractiveMessage",
            "text": "Red",
            "replyKind": "list_reply",
            "replyId": "l1",
            "description": "The red one",
            "form": None,
        },
    ),
    (
        {
            "type": "location",
            "location": {"latitude": 41.4, "longitude": 2.1, "name": "Shop", "address": "Calle 1"},
        },
        {
            "__typename": "LocationMessage",
            "text": "Shop, Calle 1",
            "latitude": 41.4,
            "longitude": 2.1,
            "name": "Shop",
            "address": "Calle 1",
        },
    ),
    (
        {
            "type": "contacts",
            "contacts": [{"name": {"formatted_name": "Pau"}, "phones": [{"phone": "+34 600"}]}],
        },
        {
            "__typename": "ContactsMessage",
            "text": None,
            "cards": [{"name": "Pau", "phones": ["+34 600"]}],
        },
    ),
    (
        {"type": "reaction", "reaction": {"message_id": "wamid.first", "emoji": "❤"}},
        {
            "__typename": "ReactionMessage",
            "text": None,
            "emoji": "❤",
            "inReplyTo": {"text": "the first"},
        },
    ),
    (
        {
            "type": "order",
            "order": {
                "catalog_id": "c",
                "text": "quickly",
                "product_items": [
                    {
                        "product_retailer_id": "p",
                        "quantity": "2",
                        "item_price": 9.5,
                        "currency": "EUR",
                    }
                ],
            },
        },
        {
            "__typename": "OrderMessage",
            "text": "quickly",
            "catalogId": "c",
            "items": [{"productId": "p", "quantity": 2.0, "price": "9.5", "currency": "EUR"}],
        },
    ),
    (
        {"type": "unsupported", "unsupported": {"type": "poll_creation"}},
        {"__typename": "UnsupportedMessage", "text": None, "reason": "poll_creation"},
    ),
    (
        {"type": "hologram", "hologram": {"body": "3D"}},
        {"__typename": "UnsupportedMessage", "text": "3D", "reason": None},
    ),
]


async def test_each_kind(door: Door, store: Store) -> None:
    now = clock.now() // clock.SECOND - 100
    await arrives(door, text_message(store, "the first", wamid="wamid.first", at=now))
    for place, (told, _) in enumerate(_CASES, start=1):
        body = text_message(store, "", wamid=f"wamid.{place}", at=now + place)
        message = body["entry"][0]["changes"][0]["value"]["messages"][0]
        del message["text"]
        message.update(told)
        await arrives(door, body)
    query = f"{{ conversations {{ nodes {{ messages(first: 50) {{ nodes {{ {_SHAPES} }} }} }} }} }}"
    [thread] = (await door.data(query, store.token))["conversations"]["nodes"]
    seen = thread["messages"]["nodes"][1:]
    assert len(seen) == len(_CASES)
    for shown, (told, expected) in zip(seen, _CASES, strict=True):
        common = {"type": told["type"], "direction": "INBOUND", "state": "SHOWN"}
        if expected["__typename"] == "UnsupportedMessage":
            raw = shown.pop("raw")
            assert told.items() <= raw.items()
        assert shown == {**common, **expected}


async def test_edited_and_revoked(door: Door, store: Store) -> None:
    now = clock.now() // clock.SECOND - 100
    await arrives(door, text_message(store, "one", wamid="w1", at=now))
    await arrives(door, text_message(store, "two", wamid="w2", at=now + 1))
    edit = {
        "type": "edit",
        "edit": {"original_message_id": "w1", "message": {"type": "text", "text": {"body": "ONE"}}},
    }
    await arrives(door, text_message(store, "", wamid="w3", at=now + 2, **edit))
    revoke = {"type": "revoke", "revoke": {"original_message_id": "w2"}}
    await arrives(door, text_message(store, "", wamid="w4", at=now + 3, **revoke))
    query = "{ conversations { nodes { messages(last: 9) { nodes { text state } } } } }"
    [thread] = (await door.data(query, store.token))["conversations"]["nodes"]
    assert thread["messages"]["nodes"] == [
        {"text": "ONE", "state": "EDITED"},
        {"text": None, "state": "REVOKED"},
    ]


async def test_an_erased_person_is_null_and_says_why(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "hello"))
    with tenancy.acting_for(store.tenant_id):
        rows = await stored.rows("SELECT id FROM subject")
    await stored.run("DELETE FROM person_key", on="keys")
    keys.forget(row["id"] for row in rows)
    query = """
      { conversations { nodes { contact { name phone identities { value } }
          messages(last: 1) { nodes { text state ... on TextMessage { forwarded } } } } } }
    """
    [thread] = (await door.data(query, store.token))["conversations"]["nodes"]
    assert thread == {
        "contact": {"name": None, "phone": None, "identities": [{"value": None}]},
        "messages": {"nodes": [{"text": None, "state": "ERASED", "forwarded": False}]},
    }


async def test_who_said_it_and_to_what(door: Door, store: Store) -> None:
    now = clock.now() // clock.SECOND - 100
    await arrives(door, text_message(store, "question", wamid="w1", at=now))
    context = {"context": {"id": "w1", "from": "34600000000"}}
    await arrives(door, text_message(store, "again", wamid="w2", at=now + 1, **context))
    query = """
      { conversations { nodes {
          lastMessage { text author { __typename ... on Contact { name } }
            inReplyTo { text inReplyTo { text } conversation { contact { name } } } }
          channel { __typename displayName ... on Number { state account { accountId state } } }
          episodes { totalCount nodes { ordinal starter mode messageCount endedAt } } } } }
    """
    [thread] = (await door.data(query, store.token))["conversations"]["nodes"]
    assert thread == {
        "lastMessage": {
            "text": "again",
            "author": {"__typename": "Contact", "name": "Lea Prat"},
            "inReplyTo": {
                "text": "question",
                "inReplyTo": None,
                "conversation": {"contact": {"name": "Lea Prat"}},
            },
        },
        "channel": {
            "__typename": "Number",
            "displayName": "Costa Clara",
            "state": "CONNECTED",
            "account": {"accountId": "102290129340398", "state": "ACTIVE"},
        },
        "episodes": {
            "totalCount": 1,
            "nodes": [
                {
                    "ordinal": 1,
                    "starter": "CUSTOMER",
                    "mode": "NONE",
                    "messageCount": 2,
                    "endedAt": None,
                }
            ],
        },
    }
