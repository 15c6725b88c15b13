"""Template sends: what has to be given, and the code when it does not fit (contract 2.5)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import (
    LEA_PHONE,
    NUMBER,
    RAFA,
    RAFA_ID,
    WABA,
    Business,
    body_of,
    message,
    offer,
    sending,
    template,
    texts,
)

Json = dict[str, Any]

BODY = {"type": "BODY", "text": "Dear {{1}}, your order {{2}} is ready."}
HEADER = {"type": "HEADER", "format": "TEXT", "text": "Hi {{1}}"}
IMAGE = {"type": "HEADER", "format": "IMAGE"}
PLACE = {"type": "HEADER", "format": "LOCATION"}
BUTTONS = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "OK"},
        {"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"},
        {"type": "URL", "text": "Home", "url": "https://x.example"},
        {"type": "COPY_CODE", "example": "SAVE10"},
    ],
}
CODE = [
    {"type": "BODY", "add_security_recommendation": True},
    {"type": "FOOTER", "code_expiration_minutes": 10},
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
]


def button(index: Any, sub_type: str, **parameter: Any) -> Json:
    parameters = [parameter] if parameter else []
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": parameters}


def picture(**file: str) -> Json:
    return {"type": "header", "parameters": [{"type": "image", "image": file}]}


TAIL = button("1", "url", type="text", text="A-1881")
COUPON = button(3, "copy_code", type="coupon_code", coupon_code="x" * 20)
OTP = button("0", "url", type="text", text="123456")

STORED = [
    template(),
    offer(),
    template("plain", parameter_format="POSITIONAL", components=[BODY]),
    template("head", parameter_format="POSITIONAL", components=[HEADER, BODY]),
    template("picture", components=[IMAGE, {"type": "BODY", "text": "Look"}]),
    template("place", components=[PLACE, {"type": "BODY", "text": "Here"}]),
    template("buttons", components=[{"type": "BODY", "text": "Look"}, BUTTONS]),
    template("code", category="AUTHENTICATION", parameter_format="POSITIONAL", components=CODE),
    template("paused", status="PAUSED", components=[{"type": "BODY", "text": "x"}]),
    template("disabled", status="DISABLED", components=[{"type": "BODY", "text": "x"}]),
    template("pending", status="PENDING", components=[{"type": "BODY", "text": "x"}]),
    template("rejected", status="REJECTED", components=[{"type": "BODY", "text": "x"}]),
]

GOOD: dict[str, tuple[Json, Json]] = {
    "named": (sending("order_ready", body_of(order_id="A-1")), {"body": "Order A-1 is ready."}),
    "positional": (
        sending("plain", texts("Lea", "A-1")),
        {"body": "Dear Lea, your order A-1 is ready."},
    ),
    "header": (
        sending("head", texts("Lea", kind="header"), texts("Lea", "A-1")),
        {"header": {"type": "text", "text": "Hi Lea"}},
    ),
    "legacy kinds": (
        sending(
            "plain",
            {
                "type": "body",
                "parameters": [
                    {"type": "currency", "currency": {"fallback_value": "5 €"}},
                    {"type": "date_time", "date_time": {"fallback_value": "today"}},
                ],
            },
        ),
        {"body": "Dear 5 €, your order today is ready."},
    ),
    "picture": (sending("picture", picture(link="https://x.example/a.png")), {"body": "Look"}),
    "place": (
        sending(
            "place",
            {
                "type": "header",
                "parameters": [{"type": "location", "location": {"latitude": 1, "longitude": 2}}],
            },
        ),
        {"header": {"type": "location", "location": {"latitude": 1, "longitude": 2}}},
    ),
    "buttons": (
        sending("buttons", TAIL, COUPON),
        {
            "buttons": [
                {"type": "quick_reply", "title": "OK", "payload": "OK"},
                {"type": "url", "title": "Track", "url": "https://x.example/A-1881"},
                {"type": "url", "title": "Home", "url": "https://x.example"},
                {"type": "copy_code", "title": "Copy offer code", "code": "x" * 20},
            ]
        },
    ),
    "code": (
        sending("code", texts("123456"), OTP),
        {
            "body": "123456 is your verification code. For your security, do not share this code.",
            "footer": "This code expires in 10 minutes.",
            "buttons": [{"type": "copy_code", "title": "Copy code", "code": "123456"}],
        },
    ),
}

BAD: dict[str, tuple[int, int, Json]] = {
    "unknown name": (404, 132001, sending("nothing")),
    "other language": (404, 132001, sending("offer", language="fr")),
    "pending": (404, 132001, sending("pending")),
    "rejected": (404, 132001, sending("rejected")),
    "paused": (400, 132015, sending("paused")),
    "disabled": (400, 132016, sending("disabled")),
    "no values": (400, 132000, sending("order_ready")),
    "a value too many": (400, 132000, sending("order_ready", body_of(order_id="1", other="2"))),
    "another name": (400, 132000, sending("order_ready", body_of(order="1"))),
    "values for none": (400, 132000, sending("offer", texts("x"))),
    "header for none": (400, 132000, sending("offer", texts("x", kind="header"))),
    "positional for named": (400, 132012, sending("order_ready", texts("1"))),
    "named for positional": (400, 132012, sending("plain", body_of(a="1", b="2"))),
    "picture for text": (
        400,
        132012,
        sending(
            "order_ready",
            {
                "type": "body",
                "parameters": [{"type": "image", "parameter_name": "order_id", "image": {}}],
            },
        ),
    ),
    "text for picture": (400, 132012, sending("picture", texts("x", kind="header"))),
    "no picture": (400, 132000, sending("picture")),
    "picture of nothing": (400, 131008, sending("picture", picture())),
    "new line": (400, 132018, sending("order_ready", body_of(order_id="a\nb"))),
    "tab": (400, 132018, sending("order_ready", body_of(order_id="a\tb"))),
    "five spaces": (400, 132018, sending("order_ready", body_of(order_id="a     b"))),
    "too long when filled": (400, 132005, sending("order_ready", body_of(order_id="x" * 1010))),
    "header too long": (
        400,
        132005,
        sending("head", texts("x" * 58, kind="header"), texts("1", "2")),
    ),
    "empty value": (400, 131009, sending("order_ready", body_of(order_id=""))),
    "no tail": (400, 131008, sending("buttons", COUPON)),
    "no coupon": (400, 131008, sending("buttons", TAIL)),
    "coupon of 21": (
        400,
        131009,
        sending(
            "buttons", TAIL, button("3", "copy_code", type="coupon_code", coupon_code="x" * 21)
        ),
    ),
    "tail for a static button": (
        400,
        132000,
        sending("buttons", TAIL, COUPON, button("2", "url", type="text", text="x")),
    ),
    "button of another kind": (
        400,
        132012,
        sending("buttons", COUPON, button("1", "quick_reply", type="payload", payload="x")),
    ),
    "button that is not there": (
        400,
        131009,
        sending("buttons", TAIL, COUPON, button("4", "url", type="text", text="x")),
    ),
    "code of 16": (
        400,
        132018,
        sending("code", texts("1" * 16), button("0", "url", type="text", text="1" * 16)),
    ),
    "two codes": (400, 132018, sending("code", texts("111111"), OTP)),
    "code without button": (400, 131008, sending("code", texts("123456"))),
    "no name": (400, 131008, {"type": "template", "template": {"language": {"code": "en"}}}),
    "no language": (400, 131008, {"type": "template", "template": {"name": "offer"}}),
    "components as text": (
        400,
        100,
        {
            "type": "template",
            "template": {"name": "offer", "language": {"code": "en"}, "components": "x"},
        },
    ),
}


@pytest.mark.parametrize("name", GOOD)
async def test_filled(sim: Simulator, business: Business, name: str) -> None:
    sim.settle({"templates": STORED})
    parts, expected = GOOD[name]
    status, answer = await business.call("POST", f"{NUMBER}/messages", message(**parts))
    assert (status, answer.get("error")) == (200, None)
    assert answer["messages"][0]["message_status"] == "accepted"
    shown = sim.accepted()[0].shown
    assert {key: shown[key] for key in expected} == expected


@pytest.mark.parametrize("name", BAD)
async def test_refused(sim: Simulator, business: Business, name: str) -> None:
    sim.settle({"templates": STORED})
    status, code, parts = BAD[name]
    assert (await business.refused(**parts))[:2] == (status, code)
    assert sim.accepted() == []


async def test_counts_are_told(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": STORED})
    assert (await business.refused(**sending("plain", texts("Lea"))))[2] == (
        "body: number of localizable_params (1) does not match the expected number of params (2)"
    )


async def test_codes_go_to_phones_only(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": STORED})
    sim.act(RAFA, "text", text="oi")
    parts = sending("code", texts("123456"), OTP)
    assert (await business.refused(None, recipient=RAFA_ID, **parts))[:2] == (400, 131062)
    await business.send(None, recipient=RAFA_ID, **sending("offer"))


async def test_marketing_edge(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": STORED})
    path = f"{NUMBER}/marketing_messages"
    for parts, code in (
        (sending("order_ready", body_of(order_id="1")), 134100),
        ({}, 134100),
    ):
        status, answer = await business.call("POST", path, message(**parts))
        assert (status, answer["error"]["code"]) == (400, code)
    sim.change_waba(WABA, marketing_on_cloud_api=False)
    assert (await business.refused(**sending("offer")))[:2] == (400, 131063)
    assert (await business.call("POST", path, message(LEA_PHONE, **sending("offer"))))[0] == 200
    assert sim.accepted()[0].category == "marketing_lite"


async def test_expiry_of_messages(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": [*STORED, template("short", message_send_ttl_seconds=60)]})
    await business.send(**sending("code", texts("123456"), OTP))
    await business.send(**sending("short", body_of(order_id="1")))
    await business.send(**sending("offer"))
    lives = [(one.expires_at - one.at) // 1_000_000 for one in sim.accepted()]
    assert lives == [600, 60, 30 * 86_400]
