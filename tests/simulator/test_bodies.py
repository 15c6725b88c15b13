"""What a message may hold, to the exact limit (contract 2.1, 2.3, 2.4, 2.6)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import DISPLAY, LEA_PHONE, NUMBER, Business, message

Json = dict[str, Any]


def interactive(kind: str, action: Json, **parts: Any) -> Json:
    content = {"type": kind, "body": {"text": "Choose"}, "action": action, **parts}
    return {"type": "interactive", "interactive": content}


def buttons(*titles: str, **parts: Any) -> Json:
    replies = [
        {"type": "reply", "reply": {"id": f"id-{at}", "title": title}}
        for at, title in enumerate(titles)
    ]
    return interactive("button", {"buttons": replies}, **parts)


def rows(count: int, **parts: Any) -> list[Json]:
    return [{"id": f"row-{at}", "title": f"Row {at}", **parts} for at in range(count)]


def sections(*counts: int, title: str | None = "Title") -> Json:
    made: list[Json] = []
    for at, count in enumerate(counts):
        section: Json = {"rows": [{"id": f"{at}-{one}", "title": "Row"} for one in range(count)]}
        made.append({**section, "title": title} if title is not None else section)
    return interactive("list", {"button": "Open", "sections": made})


def card(**name: str) -> Json:
    return {"name": name, "phones": [{"phone": "+33612345678"}]}


FLOW = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Go"}

GOOD: dict[str, Json] = {
    "text of 4096": {"type": "text", "text": {"body": "x" * 4096, "preview_url": True}},
    "no type is text": {"text": {"body": "x"}, "type": None},
    "image by link": {"type": "image", "image": {"link": "https://x.example/a.png"}},
    "caption of 1024": {
        "type": "image",
        "image": {"link": "https://x.example/a.png", "caption": "x" * 1024},
    },
    "document": {
        "type": "document",
        "document": {"link": "https://x.example/a", "filename": "a.pdf", "caption": "x"},
    },
    "voice": {"type": "audio", "audio": {"link": "https://x.example/a.ogg", "voice": True}},
    "sticker": {"type": "sticker", "sticker": {"link": "https://x.example/a.webp"}},
    "location": {"type": "location", "location": {"latitude": "48.8", "longitude": 2.3}},
    "contacts": {
        "type": "contacts",
        "contacts": [card(formatted_name="A B", first_name="A")] * 257,
    },
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍🏽"}},
    "reaction removed": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
    "three buttons": buttons("x" * 20, "b", "c", header={"type": "text", "text": "x" * 60}),
    "footer of 60": buttons("a", footer={"text": "x" * 60}),
    "image header": buttons(
        "a", header={"type": "image", "image": {"link": "https://x.example/a.png"}}
    ),
    "list of 10 rows": sections(5, 5),
    "one section without title": sections(10, title=None),
    "list body of 4096": interactive(
        "list",
        {
            "button": "x" * 20,
            "sections": [{"rows": rows(1, title="x" * 24, description="y" * 72, id="z" * 200)}],
        },
        body={"text": "x" * 4096},
    ),
    "link": interactive(
        "cta_url",
        {
            "name": "cta_url",
            "parameters": {"display_text": "x" * 20, "url": "https://x.example"},
        },
    ),
    "flow": interactive(
        "flow", {"name": "flow", "parameters": {**FLOW, "flow_action": "navigate"}}
    ),
    "flow by name": interactive(
        "flow",
        {
            "name": "flow",
            "parameters": {"flow_message_version": "3", "flow_name": "f", "flow_cta": "x" * 30},
        },
    ),
    "location request": interactive("location_request_message", {"name": "send_location"}),
    "call permission": interactive("call_permission_request", {"name": "call_permission_request"}),
    "contact request": interactive("request_contact_info", {"name": "request_contact_info"}),
    "callback data of 512": {"biz_opaque_callback_data": "x" * 512},
    "quote": {"context": {"message_id": "wamid.gone"}},
}

BAD: dict[str, tuple[int, Json]] = {
    "text of 4097": (100, {"type": "text", "text": {"body": "x" * 4097}}),
    "no text": (131008, {"type": "text", "text": None}),
    "no body": (131008, {"type": "text", "text": {}}),
    "empty body": (131009, {"type": "text", "text": {"body": ""}}),
    "body is a number": (100, {"type": "text", "text": {"body": 5}}),
    "text is a string": (100, {"type": "text", "text": "hello"}),
    "unknown type": (100, {"type": "poll", "poll": {}}),
    "type is a list": (100, {"type": ["text"], "text": {"body": "x"}}),
    "caption of 1025": (
        131009,
        {"type": "image", "image": {"link": "https://x.example/a", "caption": "x" * 1025}},
    ),
    "caption of audio": (
        100,
        {"type": "audio", "audio": {"link": "https://x.example/a", "caption": "x"}},
    ),
    "filename of an image": (
        100,
        {"type": "image", "image": {"link": "https://x.example/a", "filename": "x"}},
    ),
    "no file": (131008, {"type": "image", "image": {}}),
    "id and link": (100, {"type": "image", "image": {"id": "1", "link": "https://x.example"}}),
    "bad link": (131009, {"type": "image", "image": {"link": "ftp://x.example/a"}}),
    "unknown id": (100, {"type": "image", "image": {"id": "1"}}),
    "latitude of 91": (131009, {"type": "location", "location": {"latitude": 91, "longitude": 1}}),
    "no longitude": (131008, {"type": "location", "location": {"latitude": 1}}),
    "latitude in words": (
        131009,
        {"type": "location", "location": {"latitude": "north", "longitude": 1}},
    ),
    "258 contacts": (
        131009,
        {"type": "contacts", "contacts": [card(formatted_name="A", first_name="A")] * 258},
    ),
    "formatted name alone": (131008, {"type": "contacts", "contacts": [card(formatted_name="A")]}),
    "no formatted name": (131008, {"type": "contacts", "contacts": [card(first_name="A")]}),
    "reaction in letters": (
        131009,
        {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "ok"}},
    ),
    "reaction without emoji": (131008, {"type": "reaction", "reaction": {"message_id": "x"}}),
    "reaction with quote": (
        131009,
        {
            "type": "reaction",
            "reaction": {"message_id": "wamid.x", "emoji": "👍"},
            "context": {"message_id": "wamid.y"},
        },
    ),
    "four buttons": (131009, buttons("a", "b", "c", "d")),
    "no buttons": (131009, buttons()),
    "title of 21": (131009, buttons("x" * 21)),
    "empty title": (131009, buttons("")),
    "same titles": (131009, buttons("a", "a")),
    "body of 1025": (131009, buttons("a", body={"text": "x" * 1025})),
    "no interactive body": (131008, buttons("a", body=None)),
    "header of 61": (131009, buttons("a", header={"type": "text", "text": "x" * 61})),
    "footer of 61": (131009, buttons("a", footer={"text": "x" * 61})),
    "same ids": (
        131009,
        interactive(
            "button",
            {
                "buttons": [
                    {"type": "reply", "reply": {"id": "x", "title": "a"}},
                    {"type": "reply", "reply": {"id": "x", "title": "b"}},
                ]
            },
        ),
    ),
    "11 rows in one section": (131009, sections(11)),
    "11 rows in two sections": (131009, sections(5, 6)),
    "11 sections": (131009, sections(*[1] * 11)),
    "two sections without title": (131008, sections(1, 1, title=None)),
    "section title of 25": (131009, sections(1, title="x" * 25)),
    "row title of 25": (
        131009,
        interactive("list", {"button": "x", "sections": [{"rows": rows(1, title="x" * 25)}]}),
    ),
    "row description of 73": (
        131009,
        interactive("list", {"button": "x", "sections": [{"rows": rows(1, description="x" * 73)}]}),
    ),
    "row id of 201": (
        131009,
        interactive("list", {"button": "x", "sections": [{"rows": rows(1, id="x" * 201)}]}),
    ),
    "list button of 21": (
        131009,
        interactive("list", {"button": "x" * 21, "sections": [{"rows": rows(1)}]}),
    ),
    "list with an image": (
        131009,
        interactive(
            "list",
            {"button": "x", "sections": [{"rows": rows(1)}]},
            header={"type": "image", "image": {"link": "https://x.example/a"}},
        ),
    ),
    "link text of 21": (
        131009,
        interactive(
            "cta_url",
            {
                "name": "cta_url",
                "parameters": {"display_text": "x" * 21, "url": "https://x.example"},
            },
        ),
    ),
    "link that is none": (
        131009,
        interactive(
            "cta_url", {"name": "cta_url", "parameters": {"display_text": "x", "url": "x"}}
        ),
    ),
    "flow cta of 31": (
        131009,
        interactive("flow", {"name": "flow", "parameters": {**FLOW, "flow_cta": "x" * 31}}),
    ),
    "flow by both": (
        131008,
        interactive("flow", {"name": "flow", "parameters": {**FLOW, "flow_name": "f"}}),
    ),
    "wrong request": (131009, interactive("location_request_message", {"name": "other"})),
    "old contact request": (100, interactive("contact_request", {"name": "contact_request"})),
    "no action": (
        131008,
        {"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}}},
    ),
    "callback data of 513": (100, {"biz_opaque_callback_data": "x" * 513}),
    "callback data as a number": (100, {"biz_opaque_callback_data": 5}),
    "quote without id": (131008, {"context": {}}),
    "no recipient": (131008, {"to": None}),
    "recipient in words": (131009, {"to": "nobody"}),
    "recipient of 16 digits": (131009, {"to": "+1234567890123456"}),
    "recipient is a list": (100, {"to": [LEA_PHONE]}),
    "oneself": (131021, {"to": DISPLAY}),
    "bad user id": (131009, {"to": None, "recipient": "13491208655302741918"}),
    "group": (131020, {"recipient_type": "group"}),
    "other recipient type": (100, {"recipient_type": "crowd"}),
    "other product": (100, {"messaging_product": "telegram"}),
    "no product": (100, {"messaging_product": None}),
    "status delivered": (100, {"status": "delivered"}),
    "read without message": (131008, {"status": "read"}),
    "read of nothing": (131009, {"status": "read", "message_id": "wamid.none"}),
}


@pytest.mark.parametrize("name", GOOD)
async def test_accepted(sim: Simulator, business: Business, name: str) -> None:
    parts: Json = {"text": {"body": "x"}, "type": "text"}
    body = message(**parts | GOOD[name])
    status, answer = await business.call("POST", f"{NUMBER}/messages", body)
    assert (status, answer.get("error")) == (200, None)


@pytest.mark.parametrize("name", BAD)
async def test_refused(sim: Simulator, business: Business, name: str) -> None:
    code, parts = BAD[name]
    to = parts.get("to", LEA_PHONE)
    status, answer = await business.call(
        "POST", f"{NUMBER}/messages", message(**{"to": to} | parts)
    )
    error = answer["error"]
    assert (status, error["code"]) == (400, code)
    assert set(error) == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert error["message"].startswith(f"(#{code})")
    assert (error["type"], error["error_data"]["messaging_product"]) == (
        "OAuthException",
        "whatsapp",
    )
    assert error["error_data"]["details"]
    assert sim.accepted() == []


async def test_details_say_what_would_be_right(business: Business) -> None:
    assert await business.refused(**buttons("x" * 21)) == (
        400,
        131009,
        "interactive.action.buttons[0].reply.title has an invalid length. "
        "Min length: 1, max length: 20.",
    )
    assert await business.refused(type="text", text={}) == (
        400,
        131008,
        "The parameter text.body is required.",
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 5000])
async def test_bodies_that_are_no_object(business: Business, body: bytes) -> None:
    status, answer = await business.call("POST", f"{NUMBER}/messages", data=body)
    assert (status, answer["error"]["code"]) == (400, 100)


async def test_no_body_at_all(business: Business) -> None:
    status, answer = await business.call("POST", f"{NUMBER}/messages")
    assert (status, answer["error"]["code"]) == (400, 100)
