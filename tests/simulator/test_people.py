"""What people do besides writing, and how the business is told (contract 4.2, 4.4, 4b)."""

from __future__ import annotations

from typing import Any

import pytest

from channels import wire
from channels.simulator import Simulator
from kernel.errors import Conflict, Invalid, NotFound
from tests.simulator.ground import (
    AMINA,
    AMINA_PHONE,
    DISPLAY,
    LEA,
    LEA_PHONE,
    NUMBER,
    RAFA,
    RAFA_ID,
    Business,
    Receiver,
    told,
)

LEA_ID = "FR.13491208655302741918"
REPLY = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}


@pytest.mark.parametrize("act", ["stop", "resume"])
async def test_preferences(sim: Simulator, receiver: Receiver, act: str) -> None:
    sim.act(LEA, act)
    await sim.settled()
    [value] = receiver.values("user_preferences")
    [preference] = value["user_preferences"]
    assert isinstance(preference.pop("timestamp"), int)
    assert preference == {
        "wa_id": LEA_PHONE,
        "user_id": LEA_ID,
        "detail": f"User requested to {act} marketing messages",
        "category": "marketing_messages",
        "value": act,
    }
    assert set(value) == {"messaging_product", "metadata", "contacts", "user_preferences"}


async def test_blocking_is_silent(sim: Simulator, receiver: Receiver) -> None:
    sim.act(LEA, "block")
    await sim.settled()
    assert receiver.bodies == []
    with pytest.raises(Conflict):
        sim.act(LEA, "text", text="x")


async def test_number_change(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.act(LEA, "text", text="Bonjour")
    item = await told(sim, receiver, act="change_number", phone="+33 6 99 99 99 99")
    assert receiver.values()[0].keys() == {"messaging_product", "metadata", "messages"}
    new_id = item["system"].pop("user_id")
    assert new_id != LEA_ID
    assert item == {
        "from": LEA_PHONE,
        "type": "system",
        "system": {
            "body": f"User Léa changed from {LEA_PHONE} to 33699999999",
            "wa_id": "33699999999",
            "type": "user_changed_number",
            "previous_user_id": LEA_ID,
        },
    }
    assert await business.outcome() == 131026
    assert await business.outcome("33699999999") == 131047
    item = await told(sim, receiver, act="text", text="c'est moi")
    assert (item["from"], item["from_user_id"]) == ("33699999999", new_id)
    with pytest.raises(Conflict):
        sim.act(LEA, "change_number", phone=AMINA_PHONE)


async def test_user_id_change(sim: Simulator, receiver: Receiver) -> None:
    sim.act(RAFA, "text", text="oi")
    await sim.settled()
    item = await told(
        sim, receiver, person=RAFA, act="change_user_id", user_id="BR.66120938475610293847"
    )
    assert item == {
        "from_user_id": RAFA_ID,
        "type": "system",
        "system": {
            "body": f"User changed from {RAFA_ID} to BR.66120938475610293847",
            "user_id": "BR.66120938475610293847",
            "previous_user_id": RAFA_ID,
            "type": "user_changed_user_id",
        },
    }


async def test_edit_and_revoke(sim: Simulator, receiver: Receiver) -> None:
    sim.change_number(NUMBER, coexistence=True)
    wamid = sim.act(LEA, "text", text="Bonjou")["wamid"]
    await sim.settled()
    item = await told(sim, receiver, act="edit", message=wamid, text="Bonjour")
    assert item["edit"] == {
        "original_message_id": wamid,
        "message": {"type": "text", "text": {"body": "Bonjour"}},
    }
    item = await told(sim, receiver, act="revoke", message=wamid)
    assert item["revoke"] == {"original_message_id": wamid}
    late = sim.act(LEA, "text", text="x")["wamid"]
    sim.move(16 * 60)
    with pytest.raises(Conflict):
        sim.act(LEA, "edit", message=late, text="y")
    sim.move(2 * 86_400)
    with pytest.raises(Conflict):
        sim.act(LEA, "revoke", message=late)


async def test_edits_are_not_told_to_other_numbers(sim: Simulator, receiver: Receiver) -> None:
    wamid = sim.act(LEA, "text", text="x")["wamid"]
    sim.act(LEA, "revoke", message=wamid)
    await sim.settled()
    assert [one["type"] for one in receiver.items("messages")] == ["text"]
    assert sim.world.town.messages[wamid].is_deleted


async def test_echo(sim: Simulator, business: Business, receiver: Receiver) -> None:
    with pytest.raises(Conflict):
        sim.act(LEA, "echo", text="from the phone")
    sim.change_number(NUMBER, coexistence=True)
    wamid = sim.act(LEA, "echo", text="from the phone")["wamid"]
    await sim.settled()
    [echo] = receiver.items("message_echoes", "smb_message_echoes")
    assert echo.pop("timestamp").isdecimal()
    assert echo == {
        "from": DISPLAY,
        "to": LEA_PHONE,
        "to_user_id": LEA_ID,
        "id": wamid,
        "type": "text",
        "text": {"body": "from the phone"},
    }
    assert await business.outcome() == 131047


async def test_call(sim: Simulator, receiver: Receiver) -> None:
    sim.freeze()
    sim.act(LEA, "call", seconds=40)
    sim.move(60)
    await sim.settled()
    connect, terminate = sorted(receiver.items("calls", "calls"), key=lambda one: str(one["event"]))
    assert connect["id"] == terminate["id"]
    assert (connect["from"], connect["to"]) == (LEA_PHONE, DISPLAY)
    assert (connect["direction"], connect["session"]["sdp_type"]) == ("USER_INITIATED", "offer")
    assert (terminate["status"], terminate["duration"]) == ("COMPLETED", 40)
    assert int(terminate["end_time"]) - int(terminate["start_time"]) == 40


async def test_reading_by_hand(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.act(LEA, "text", text="Bonjour")
    for _ in range(2):
        await business.send()
    sim.move(1)
    await sim.settled()
    sim.act(LEA, "read")
    sim.act(LEA, "read")
    await sim.settled()
    assert sorted(receiver.statuses()) == ["delivered"] * 2 + ["read"] * 2 + ["sent"] * 2


async def test_receipts_off_and_open_chat(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    behaviour = {"read_after": 0.0, "receipts": False}
    sim.settle({"people": [{"id": LEA, "behaviour": behaviour}]})
    sim.act(LEA, "text", text="Bonjour")
    assert await business.outcome() == "delivered"
    sim.act(LEA, "read")
    behaviour = {"receipts": True, "open_chat": True}
    sim.settle({"people": [{"id": LEA, "behaviour": behaviour}]})
    await business.send()
    sim.move(1)
    await sim.settled()
    assert sorted(receiver.statuses()) == ["delivered", "read", "sent", "sent"]


async def test_voice_is_played(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.settle({"people": [{"id": LEA, "behaviour": {"read_after": 0.0, "play_after": 5.0}}]})
    sim.act(LEA, "text", text="Bonjour")
    voice = {"link": "https://x.example/a.ogg", "voice": True}
    assert await business.outcome(type="audio", audio=voice) == "read"
    sim.move(5)
    await sim.settled()
    assert sorted(receiver.statuses()) == ["delivered", "played", "read", "sent"]


async def test_replies_by_themselves(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    replies = [
        {"when": "price|prix", "text": "Trop cher", "after": 3.0},
        {"when": "choose", "tap": 0, "times": -1},
        {"text": "Merci", "times": 2},
    ]
    sim.settle({"people": [{"id": LEA, "behaviour": {"replies": replies}}]})
    sim.freeze()
    sim.act(LEA, "text", text="Bonjour")
    content = {"type": "button", "body": {"text": "Choose"}, "action": {"buttons": [REPLY]}}
    texts = ["The PRICE is 5", "price again", "anything", "more"]
    for text in texts:
        await business.send(text={"body": text}, type="text")
    await business.send(type="interactive", interactive=content)
    sim.move(10)
    await sim.settled()
    said = [
        one["text"]["body"] if one["type"] == "text" else one["type"]
        for one in receiver.items("messages")
    ]
    assert sorted(said) == ["Bonjour", "Merci", "Merci", "Trop cher", "interactive"]


def test_bad_behaviour(sim: Simulator) -> None:
    with pytest.raises(Invalid):
        sim.settle({"people": [{"id": LEA, "behaviour": {"replies": [{"when": "("}]}}]})


@pytest.mark.parametrize(
    ("error", "person", "act"),
    [
        (NotFound, "nobody", {"act": "text", "text": "x"}),
        (NotFound, LEA, {"act": "text", "text": "x", "number": "4711"}),
        (Invalid, LEA, {"act": "dance"}),
        (Invalid, LEA, {"act": "text"}),
        (NotFound, LEA, {"act": "reaction", "message": "wamid.none", "emoji": "👍"}),
        (Invalid, LEA, {"act": "change_number", "phone": "12"}),
        (Invalid, LEA, {"act": "text", "text": "x", "referral": "ad"}),
    ],
)
async def test_acts_that_cannot_be(
    sim: Simulator, error: type[Exception], person: str, act: dict[str, Any]
) -> None:
    with pytest.raises(error):
        sim.act(person, **act)


async def test_business_blocks_a_person(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    path = f"{NUMBER}/block_users"
    users = {"messaging_product": "whatsapp", "block_users": [{"user": f"+{AMINA_PHONE}"}]}
    status, answer = await business.call("POST", path, users)
    assert (status, answer["error"]["code"]) == (400, 139100)
    assert answer["block_users"]["failed_users"][0]["wa_id"] == AMINA_PHONE
    sim.act(AMINA, "text", text="Hello")
    status, answer = await business.call("POST", path, users)
    entry = {"input": f"+{AMINA_PHONE}", "wa_id": AMINA_PHONE}
    assert (status, answer["block_users"]) == (200, {"added_users": [entry]})
    await sim.settled()
    receiver.forget()
    sim.act(AMINA, "text", text="unheard")
    await sim.settled()
    assert receiver.bodies == []
    listed = (await business.call("GET", path))[1]["data"]
    assert listed == [{"messaging_product": "whatsapp", "wa_id": AMINA_PHONE}]
    status, answer = await business.call("DELETE", path, users)
    assert (status, answer["block_users"]) == (200, {"removed_users": [entry]})
    sim.act(AMINA, "text", text="heard")
    await sim.settled()
    assert len(receiver.bodies) == 1


async def test_the_gateways_parser_reads_it_all(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.change_number(NUMBER, coexistence=True)
    sim.set(webhooks={"most_per_post": 1000, "gather": 0.1})
    wamid = sim.act(LEA, "text", text="Bonjour")["wamid"]
    for act in ("image", "location", "contacts", "order", "unsupported", "call", "stop"):
        sim.act(LEA, act)
    sim.act(LEA, "reaction", message=wamid, emoji="👍")
    sim.act(LEA, "edit", message=wamid, text="Bonsoir")
    sim.act(LEA, "revoke", message=wamid)
    sim.act(LEA, "echo", text="from the phone")
    await business.send()
    sim.act(LEA, "change_number", phone="33699999999")
    sim.act(RAFA, "text", text="oi")
    sim.move(60)
    await sim.settled()
    updates = [one for body in receiver.bodies for one in wire.parse(body).updates]
    kinds = {type(one).__name__ for one in updates}
    assert kinds == {
        "InboundMessage", "Status", "Preference", "NumberChange", "Call", "Echo",
    }  # fmt: skip
    assert len(updates) == 17
