"""What a template may hold, to the exact limit (contract 7.2)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import WABA, Business

Json = dict[str, Any]
PATH = f"{WABA}/message_templates"


def body(text: str, *values: str) -> Json:
    made: Json = {"type": "BODY", "text": text}
    return {**made, "example": {"body_text": [list(values)]}} if values else made


def new(name: str = "ready", *components: Json, **parts: Any) -> Json:
    return {
        "name": name,
        "language": "en_US",
        "category": "UTILITY",
        "components": list(components or (body("Your order {{1}} is ready.", "A-1"),)),
        **parts,
    }


def header(**parts: Any) -> Json:
    return {"type": "HEADER", **parts}


def buttons(*given: Json) -> Json:
    return {"type": "BUTTONS", "buttons": list(given)}


def quick(text: str = "OK") -> Json:
    return {"type": "QUICK_REPLY", "text": text}


def link(url: str = "https://x.example", **parts: Any) -> Json:
    return {"type": "URL", "text": "Open", "url": url, **parts}


TEXT = body("Hello")
PHONE = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+34"}
COUPON = {"type": "COPY_CODE", "example": "SAVE10"}
OTP = buttons({"type": "OTP", "otp_type": "COPY_CODE"})

GOOD: dict[str, Json] = {
    "plain": new(),
    "name of 512": new("x" * 512),
    "named": new(
        "named",
        {
            "type": "BODY",
            "text": "Order {{order_id}} is ready.",
            "example": {"body_text_named_params": [{"param_name": "order_id", "example": "1"}]},
        },
        parameter_format="NAMED",
    ),
    "text header": new("h", header(format="TEXT", text="x" * 60), TEXT),
    "header with a variable": new(
        "h", header(format="TEXT", text="Hi {{1}}", example={"header_text": ["Lea"]}), TEXT
    ),
    "image": new("h", header(format="IMAGE", example={"header_handle": ["4::x"]}), TEXT),
    "place": new("h", header(format="LOCATION"), TEXT),
    "body of 1024": new("b", body("x" * 1024)),
    "footer of 60": new("f", TEXT, {"type": "FOOTER", "text": "x" * 60}),
    "all buttons": new(
        "b",
        TEXT,
        buttons(
            quick(), quick("x" * 25), link(), link("https://x.example/{{1}}", example=["https://x"]),
            PHONE, COUPON,
        ),
    ),
    "authentication": new("a", {"type": "BODY"}, OTP, category="AUTHENTICATION"),
    "lifetime": new(message_send_ttl_seconds=43_200),
}  # fmt: skip

BAD: dict[str, tuple[int, Json]] = {
    "name of 513": (100, new("x" * 513)),
    "capitals": (100, new("Ready")),
    "language": (100, new(language="english")),
    "category": (100, new(category="SPAM")),
    "format": (100, new(parameter_format="MIXED")),
    "no components": (131008, new(components=None)),
    "no body": (100, new("x", {"type": "FOOTER", "text": "x"})),
    "two bodies": (100, new("x", TEXT, TEXT)),
    "unknown component": (100, new("x", TEXT, {"type": "SIDEBAR"})),
    "header of 61": (2388040, new("x", header(format="TEXT", text="x" * 61), TEXT)),
    "header with two variables": (
        2388047,
        new("x", header(format="TEXT", text="{{1}} {{2}}", example={"header_text": ["a"]}), TEXT),
    ),
    "header of no kind": (2388047, new("x", header(format="POEM"), TEXT)),
    "header without example": (100, new("x", header(format="TEXT", text="Hi {{1}}"), TEXT)),
    "image without example": (100, new("x", header(format="IMAGE"), TEXT)),
    "body of 1025": (2388040, new("x", body("x" * 1025))),
    "variable first": (2388299, new("x", body("{{1}} is ready for you", "A"))),
    "variable last": (2388299, new("x", body("Ready for you is {{1}}", "A"))),
    "too many variables": (
        2388293,
        new("x", body("Hi {{1}} {{2}} {{3}} now", "a", "b", "c")),
    ),
    "variables miscounted": (2388072, new("x", body("Your order {{2}} is ready.", "A"))),
    "variable half open": (2388072, new("x", body("Your order {{1} is ready.", "A"))),
    "named as positional": (2388072, new("x", body("Your order {{id}} is ready.", "A"))),
    "capital variable": (
        2388072,
        new("x", body("Your order {{Id}} is ready.", "A"), parameter_format="NAMED"),
    ),
    "body without example": (100, new("x", body("Your order {{1}} is ready."))),
    "footer of 61": (2388040, new("x", TEXT, {"type": "FOOTER", "text": "x" * 61})),
    "variable in the footer": (2388073, new("x", TEXT, {"type": "FOOTER", "text": "a {{1}} b"})),
    "11 buttons": (100, new("x", TEXT, buttons(*[quick()] * 11))),
    "button of 26": (2388040, new("x", TEXT, buttons(quick("x" * 26)))),
    "three links": (100, new("x", TEXT, buttons(link(), link(), link()))),
    "two phones": (100, new("x", TEXT, buttons(PHONE, PHONE))),
    "two coupons": (100, new("x", TEXT, buttons(COUPON, COUPON))),
    "quick replies apart": (100, new("x", TEXT, buttons(quick(), link(), quick("b")))),
    "variable inside a link": (
        100,
        new("x", TEXT, buttons(link("https://x.example/{{1}}/a", example=["x"]))),
    ),
    "link without example": (100, new("x", TEXT, buttons(link("https://x.example/{{1}}")))),
    "link of 2001": (2388040, new("x", TEXT, buttons(link("https://x.example/" + "x" * 1983)))),
    "authentication with text": (2388072, new("x", TEXT, OTP, category="AUTHENTICATION")),
    "authentication without button": (100, new("x", {"type": "BODY"}, category="AUTHENTICATION")),
    "lifetime too long": (100, new(message_send_ttl_seconds=43_201)),
    "lifetime too short": (100, new(message_send_ttl_seconds=29)),
}


@pytest.mark.parametrize("name", GOOD)
async def test_created(sim: Simulator, business: Business, name: str) -> None:
    status, answer = await business.call("POST", PATH, GOOD[name])
    assert answer.pop("id").isdecimal()
    category = GOOD[name]["category"]
    assert (status, answer) == (200, {"status": "PENDING", "category": category})


@pytest.mark.parametrize("name", BAD)
async def test_refused(sim: Simulator, business: Business, name: str) -> None:
    code, given = BAD[name]
    status, answer = await business.call("POST", PATH, given)
    assert (status, answer["error"]["code"]) == (400, code)
    if code != 131008:
        assert answer["error"]["error_user_title"]
        assert answer["error"]["error_user_msg"]
