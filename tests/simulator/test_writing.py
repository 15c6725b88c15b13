"""What people write, and how the business is told (contract 4.3)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from channels.simulator import Simulator
from kernel.errors import Invalid
from tests.simulator.ground import (
    DISPLAY,
    LEA,
    LEA_PHONE,
    NUMBER,
    Business,
    Receiver,
    sending,
    template,
    told,
)

LEA_ID = "FR.13491208655302741918"


FROM_LEA = {"from": LEA_PHONE, "from_user_id": LEA_ID}


async def test_text(sim: Simulator, receiver: Receiver) -> None:
    assert await told(sim, receiver, act="text", text="مرحبا 你好 👋") == {
        **FROM_LEA,
        "type": "text",
        "text": {"body": "مرحبا 你好 👋"},
    }
    [value] = receiver.values()
    assert value["metadata"] == {"display_phone_number": DISPLAY, "phone_number_id": NUMBER}
    assert value["contacts"] == [
        {"profile": {"name": "Léa"}, "wa_id": LEA_PHONE, "user_id": LEA_ID}
    ]


async def test_user_ids_can_be_switched_off(sim: Simulator, receiver: Receiver) -> None:
    sim.set(user_ids=False)
    assert await told(sim, receiver, act="text", text="x") == {
        "from": LEA_PHONE,
        "type": "text",
        "text": {"body": "x"},
    }


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
async def test_files(sim: Simulator, business: Business, receiver: Receiver, kind: str) -> None:
    item = await told(sim, receiver, act=kind, caption="see")
    file = item[kind]
    assert item == {**FROM_LEA, "type": kind, kind: file}
    extra = {
        "audio": {"voice"},
        "document": {"filename"},
        "sticker": {"animated"},
    }.get(kind, set())
    assert set(file) == {"id", "mime_type", "sha256", "url", "caption"} | extra
    headers = {"Authorization": f"Bearer {business.token}"}
    async with business.session.get(file["url"], headers=headers) as answer:
        data = await answer.read()
        assert answer.status == 200
    assert base64.b64decode(file["sha256"]) == hashlib.sha256(data).digest()


async def test_a_file_of_ones_own(sim: Simulator, receiver: Receiver) -> None:
    data = base64.b64encode(b"hello").decode()
    item = await told(
        sim, receiver, act="document", data=data, mime_type="text/plain", filename="a.txt"
    )
    file = item["document"]
    assert (file["mime_type"], file["filename"]) == ("text/plain", "a.txt")
    assert sim.world.media.by_id[file["id"]].data == b"hello"


async def test_location_and_contacts(sim: Simulator, receiver: Receiver) -> None:
    item = await told(sim, receiver, act="location", latitude=48.8, longitude=2.3, name="Ici")
    assert item["location"] == {"latitude": 48.8, "longitude": 2.3, "name": "Ici"}
    item = await told(sim, receiver, act="contacts")
    assert item["contacts"] == [
        {
            "name": {"formatted_name": "Léa", "first_name": "Léa"},
            "phones": [{"phone": f"+{LEA_PHONE}", "wa_id": LEA_PHONE, "type": "CELL"}],
        }
    ]


async def test_quotes_and_forwards(sim: Simulator, business: Business, receiver: Receiver) -> None:
    own = sim.act(LEA, "text", text="un")["wamid"]
    theirs = await business.send()
    item = await told(sim, receiver, act="text", text="x", reply_to=theirs)
    assert item["context"] == {"from": DISPLAY, "id": theirs}
    item = await told(sim, receiver, act="text", text="x", reply_to=own)
    assert item["context"] == {"from": LEA_PHONE, "id": own}
    item = await told(sim, receiver, act="text", text="x", forwarded=True)
    assert item["context"] == {"forwarded": True}
    item = await told(sim, receiver, act="image", frequently_forwarded=True)
    assert item["context"] == {"frequently_forwarded": True}


async def test_reactions(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.act(LEA, "text", text="Bonjour")
    wamid = await business.send()
    item = await told(sim, receiver, act="reaction", message=wamid, emoji="👍")
    assert item["reaction"] == {"message_id": wamid, "emoji": "👍"}
    item = await told(sim, receiver, act="reaction", message=wamid)
    assert item["reaction"] == {"message_id": wamid}


async def test_ad_referral(sim: Simulator, receiver: Receiver) -> None:
    referral = {"source_type": "ad", "source_id": "1", "ctwa_clid": "Aff"}
    item = await told(sim, receiver, act="text", text="Hi", referral=referral)
    assert item["referral"] == referral


async def test_order_and_unsupported(sim: Simulator, receiver: Receiver) -> None:
    products = [{"product_retailer_id": "a", "quantity": 1, "item_price": 9.5, "currency": "EUR"}]
    item = await told(sim, receiver, act="order", product_items=products)
    assert item["order"] == {"catalog_id": "1", "text": "", "product_items": products}
    item = await told(sim, receiver, act="unsupported")
    assert (item["errors"][0]["code"], item["unsupported"]) == (131051, {"type": "poll_creation"})


REPLY = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
ROW = {"id": "row", "title": "Row", "description": "One"}
FLOW = {
    "flow_message_version": "3", "flow_id": "1", "flow_cta": "Go", "flow_token": "token",
}  # fmt: skip
TAPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "button",
        {"buttons": [REPLY]},
        {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}},
    ),
    (
        "list",
        {"button": "Open", "sections": [{"rows": [ROW]}]},
        {"type": "list_reply", "list_reply": ROW},
    ),
    (
        "flow",
        {"name": "flow", "parameters": FLOW},
        {
            "type": "nfm_reply",
            "nfm_reply": {
                "name": "flow",
                "body": "Sent",
                "response_json": '{"flow_token":"token","size":"M"}',
            },
        },
    ),
]


@pytest.mark.parametrize(("kind", "action", "expected"), TAPS)
async def test_taps(
    sim: Simulator,
    business: Business,
    receiver: Receiver,
    kind: str,
    action: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    sim.act(LEA, "text", text="Bonjour")
    content = {"type": kind, "body": {"text": "?"}, "action": action}
    wamid = await business.send(type="interactive", interactive=content)
    item = await told(sim, receiver, act="tap", message=wamid, choice=0, answers={"size": "M"})
    assert item == {
        **FROM_LEA,
        "context": {"from": DISPLAY, "id": wamid},
        "type": "interactive",
        "interactive": expected,
    }


async def test_taps_on_requests(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.act(LEA, "text", text="Bonjour")

    async def asked(kind: str, name: str, choice: Any) -> Any:
        content = {"type": kind, "body": {"text": "?"}, "action": {"name": name}}
        wamid = await business.send(type="interactive", interactive=content)
        return await told(sim, receiver, act="tap", message=wamid, choice=choice)

    item = await asked("location_request_message", "send_location", 0)
    assert item["location"] == {"latitude": 41.38, "longitude": 2.17}
    item = await asked("request_contact_info", "request_contact_info", 0)
    assert item["contacts"][0]["origin"] == "contact_request"
    item = await asked("call_permission_request", "call_permission_request", "reject")
    assert item["interactive"]["call_permission_reply"] == {
        "response": "reject",
        "response_source": "user_action",
    }


async def test_tap_on_a_template(sim: Simulator, business: Business, receiver: Receiver) -> None:
    buttons = [{"type": "QUICK_REPLY", "text": "Stop"}, {"type": "QUICK_REPLY", "text": "OK"}]
    body = {"type": "BODY", "text": "Hi"}
    parts = [body, {"type": "BUTTONS", "buttons": buttons}]
    sim.settle({"templates": [template("hi", components=parts)]})
    payload = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": "STOP_MKT"}],
    }
    wamid = await business.send(**sending("hi", payload))
    for choice, expected in (("Stop", "STOP_MKT"), (1, "OK")):
        item = await told(sim, receiver, act="tap", message=wamid, choice=choice)
        text = "Stop" if choice == "Stop" else "OK"
        assert item["button"] == {"payload": expected, "text": text}
        assert item["context"]["id"] == wamid
    with pytest.raises(Invalid):
        sim.act(LEA, "tap", message=wamid, choice=2)
