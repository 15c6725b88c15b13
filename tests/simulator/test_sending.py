"""A message is accepted, and its statuses arrive (contract 2.2, 4.5)."""

from __future__ import annotations

import json

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import (
    AMINA,
    AMINA_PHONE,
    DISPLAY,
    LEA,
    LEA_PHONE,
    NUMBER,
    RAFA,
    RAFA_ID,
    WABA,
    Business,
    Receiver,
    message,
)


async def test_answer_to_a_phone(sim: Simulator, business: Business) -> None:
    status, answer = await business.call("POST", f"{NUMBER}/messages", message("+33 6 12345678"))
    wamid = answer["messages"][0].pop("id")
    assert wamid.startswith("wamid.")
    assert (status, answer) == (
        200,
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": "+33 6 12345678", "wa_id": LEA_PHONE}],
            "messages": [{}],
        },
    )
    assert [one.wamid for one in sim.accepted()] == [wamid]


async def test_answer_to_a_user_id(sim: Simulator, business: Business) -> None:
    sim.act(RAFA, "text", text="oi")
    body = message("", recipient=RAFA_ID)
    del body["to"]
    _status, answer = await business.call("POST", f"{NUMBER}/messages", body)
    assert answer["contacts"] == [{"input": RAFA_ID, "user_id": RAFA_ID}]


async def test_to_wins_over_recipient(business: Business) -> None:
    body = message(AMINA_PHONE, recipient=RAFA_ID)
    _status, answer = await business.call("POST", f"{NUMBER}/messages", body)
    assert answer["contacts"] == [{"input": AMINA_PHONE, "wa_id": AMINA_PHONE}]


@pytest.mark.parametrize("version", ["v17.0", "v23.0", "v26.0", "v126.11"])
async def test_any_version(sim: Simulator, business: Business, version: str) -> None:
    business.version = version
    await business.send()
    assert len(sim.accepted()) == 1


async def test_statuses_with_everything(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(statuses={"read_after": 0.0})
    sim.freeze()
    sim.act(LEA, "text", text="Bonjour")
    await sim.settled()
    receiver.forget()
    wamid = await business.send(biz_opaque_callback_data="key/1")
    sim.move(60)
    await sim.settled()
    at = str(sim.accepted()[0].at // 1_000_000)
    metadata = {"display_phone_number": DISPLAY, "phone_number_id": NUMBER}
    contact = {
        "profile": {"name": "Léa"},
        "wa_id": LEA_PHONE,
        "user_id": "FR.13491208655302741918",
    }
    common = {
        "id": wamid,
        "timestamp": at,
        "recipient_id": LEA_PHONE,
        "recipient_user_id": "FR.13491208655302741918",
        "biz_opaque_callback_data": "key/1",
    }
    pricing = {"pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
    found = {value["statuses"][0]["status"]: value for value in receiver.values()}
    for status in ("sent", "delivered", "read"):
        cost = {"pricing": {"billable": False, **pricing}} if status == "sent" else {}
        assert found[status] == {
            "messaging_product": "whatsapp",
            "metadata": metadata,
            "contacts": [contact],
            "statuses": [{**common, "status": status, **cost}],
        }
    assert {post["entry"][0]["id"] for post in receiver.posts} == {WABA}
    assert all(set(post["entry"][0]) == {"id", "changes"} for post in receiver.posts)


async def test_bytes_are_the_platforms(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.act(LEA, "text", text="中文 👍 a/b")
    await business.send(biz_opaque_callback_data="k/é")
    await sim.settled()
    whole = b"".join(receiver.bodies)
    assert rb'"body":"\u4e2d\u6587 \ud83d\udc4d a\/b"' in whole
    assert rb'"biz_opaque_callback_data":"k\/\u00e9"' in whole
    assert receiver.posts  # which checks the signatures
    assert all(b"/" not in body.replace(rb"\/", b"") and body.isascii() for body in receiver.bodies)


async def test_the_usual_order(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(webhooks={"at_once": 1})
    sim.act(AMINA, "text", text="Hello")
    await business.send(AMINA_PHONE)
    await sim.settled()
    assert receiver.statuses() == ["sent", "delivered"]


async def test_status_before_the_answer(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(latency=0.15)
    sim.act(LEA, "text", text="Bonjour")
    await business.send()
    assert receiver.statuses() == ["sent", "delivered"]


async def test_hidden_number_is_absent(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.act(RAFA, "text", text="oi")
    await sim.settled()
    receiver.forget()
    await business.send(to=None, recipient=RAFA_ID)
    await sim.settled()
    sent = next(one for one in receiver.values() if one["statuses"][0]["status"] == "sent")
    delivered = next(one for one in receiver.values() if one["statuses"][0]["status"] != "sent")
    assert sent["contacts"] == [{"profile": {"name": "Rafa"}, "user_id": RAFA_ID}]
    assert delivered["contacts"] == [
        {"profile": {"name": "Rafa", "username": "rafa_zn"}, "user_id": RAFA_ID}
    ]
    assert "recipient_id" not in sent["statuses"][0]
    assert sent["statuses"][0]["recipient_user_id"] == RAFA_ID


async def test_failed_has_no_contacts(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    wamid = await business.send(biz_opaque_callback_data="k")
    await sim.settled()
    [value] = receiver.values()
    assert "contacts" not in value
    [status] = value["statuses"]
    at = status.pop("timestamp")
    assert at.isdecimal()
    assert status == {
        "id": wamid,
        "status": "failed",
        "recipient_id": LEA_PHONE,
        "biz_opaque_callback_data": "k",
        "errors": [
            {
                "code": 131047,
                "title": "Re-engagement message",
                "message": "Re-engagement message",
                "error_data": {
                    "details": "Message failed to send because more than 24 hours have passed "
                    "since the customer last replied to this number."
                },
                "href": "/documentation/business-messaging/whatsapp/support/error-codes",
            }
        ],
    }


async def test_failed_after_sent(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(statuses={"sent_before_failed": True}, webhooks={"at_once": 1})
    await business.send()
    await sim.settled()
    assert receiver.statuses() == ["sent", "failed"]


async def test_nothing_is_told_of_a_reaction_but_sent(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    wamid = sim.act(LEA, "text", text="Bonjour")["wamid"]
    await business.send(type="reaction", reaction={"message_id": wamid, "emoji": "👍"})
    await sim.settled()
    assert receiver.statuses() == ["sent"]
    assert "pricing" not in receiver.items("statuses")[0]


async def test_reaction_to_something_unknown(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.act(LEA, "text", text="Bonjour")
    await business.send(type="reaction", reaction={"message_id": "wamid.none", "emoji": "👍"})
    await sim.settled()
    assert receiver.items("statuses")[0]["errors"][0]["code"] == 131009


async def test_read_mark_and_typing(sim: Simulator, business: Business) -> None:
    first = sim.act(LEA, "text", text="un")["wamid"]
    second = sim.act(LEA, "text", text="deux")["wamid"]
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": second}
    typing = {**mark, "typing_indicator": {"type": "text"}}
    assert await business.call("POST", f"{NUMBER}/messages", typing) == (200, {"success": True})
    messages = sim.world.town.messages
    assert messages[first].was_read
    assert messages[second].was_read
    assert sim.world.town.chat(NUMBER, LEA).typing_until > sim.world.clock.now()
    sim.move(26)
    assert sim.world.town.chat(NUMBER, LEA).typing_until < sim.world.clock.now()
    sim.move(31 * 86_400)
    status, answer = await business.call("POST", f"{NUMBER}/messages", mark)
    assert (status, answer["error"]["code"]) == (400, 131009)


async def test_local_number_gets_the_business_country(sim: Simulator, business: Business) -> None:
    sim.settle({"people": [{"id": "dana", "phone": "14155550134"}]})
    _status, answer = await business.call("POST", f"{NUMBER}/messages", message("(415) 555-0134"))
    assert answer["contacts"] == [{"input": "(415) 555-0134", "wa_id": "14155550134"}]


@pytest.mark.parametrize(
    ("given", "has"), [("525512345678", "5215512345678"), ("551187654321", "5511987654321")]
)
async def test_mexico_and_brazil(sim: Simulator, business: Business, given: str, has: str) -> None:
    sim.settle({"people": [{"id": "someone", "phone": has}]})
    _status, answer = await business.call("POST", f"{NUMBER}/messages", message(given))
    assert answer["contacts"] == [{"input": given, "wa_id": has}]


async def test_offline_person_gets_it_later_or_never(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.act(LEA, "text", text="Bonjour")
    sim.act(LEA, "go_offline")
    await business.send()
    sim.move(5)
    await sim.settled()
    assert receiver.statuses() == ["sent"]
    sim.act(LEA, "go_online")
    await sim.settled()
    assert receiver.statuses() == ["sent", "delivered"]
    sim.act(LEA, "go_offline")
    await business.send()
    sim.move(31 * 86_400)
    sim.act(LEA, "go_online")
    await sim.settled()
    assert receiver.statuses() == ["sent", "delivered", "sent"]


async def test_wamids_differ(sim: Simulator, business: Business) -> None:
    sim.set(limits={"on": False})
    assert len({await business.send() for _ in range(50)}) == 50


async def test_accepted_is_listed(sim: Simulator, business: Business) -> None:
    wamid = await business.send(biz_opaque_callback_data="once")
    await business.send(biz_opaque_callback_data="other")
    await sim.settled()
    _status, answer = await business.control("GET", "messages?callback_data=once")
    [listed] = answer["messages"]
    assert (listed["wamid"], listed["callback_data"], listed["to"]) == (wamid, "once", LEA_PHONE)
    assert json.dumps(listed["body"]["text"]) == '{"body": "Hola"}'
    assert (listed["error"], list(listed["statuses"])) == (131047, ["failed"])
    counts = (await business.control("GET", "counts"))[1]
    assert (counts["accepted"], counts["keys"], counts["repeated_keys"]) == (2, 2, 0)
