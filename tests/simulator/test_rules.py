"""The platform's rules and limits, with the exact figures (contract 5)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import (
    AMINA,
    AMINA_PHONE,
    LEA,
    LEA_PHONE,
    NUMBER,
    RAFA,
    RAFA_ID,
    WABA,
    Business,
    Receiver,
    body_of,
    offer,
    sending,
    template,
)

BRAZIL = "5511987654321"


async def test_window_of_24_hours(sim: Simulator, business: Business) -> None:
    sim.freeze()
    assert await business.outcome() == 131047
    sim.act(LEA, "text", text="Bonjour")
    assert await business.outcome() == "delivered"
    assert await business.outcome(AMINA_PHONE) == 131047
    sim.move(24 * 3600 - 3)
    assert await business.outcome() == "delivered"
    assert await business.outcome() == 131047
    sim.act(LEA, "call")
    assert await business.outcome() == "delivered"


async def test_window_is_per_number(sim: Simulator, business: Business) -> None:
    sim.settle({"numbers": [{"id": "2", "waba_id": WABA, "display_phone_number": "34600111222"}]})
    sim.act(LEA, "text", number=NUMBER, text="Bonjour")
    await business.send(number="2")
    sim.move(1)
    assert sim.accepted()[0].error == 131047


async def test_template_needs_no_window(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": [template()]})
    assert await business.outcome(**sending("order_ready", body_of(order_id="A-1"))) == (
        "delivered"
    )


async def test_no_marketing_cap_in_france_none_at_all_in_the_us(
    sim: Simulator, business: Business
) -> None:
    sim.settle({"people": [{"id": "dana", "phone": "14155550134"}], "templates": [offer()]})
    parts = sending("offer")
    for _ in range(4):
        assert await business.outcome(LEA_PHONE, **parts) == "delivered"
    assert await business.outcome("14155550134", **parts) == 131049


async def test_stop_and_resume(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.settle({"templates": [template(), offer()]})
    sim.act(LEA, "stop")
    assert await business.outcome(**sending("offer")) == 131050
    utility = sending("order_ready", body_of(order_id="A-1"))
    assert await business.outcome(**utility) == "delivered"
    sim.act(LEA, "resume")
    assert await business.outcome(**sending("offer")) == "delivered"


async def test_block_and_unblock(sim: Simulator, business: Business) -> None:
    sim.act(LEA, "text", text="Bonjour")
    sim.act(LEA, "block")
    assert await business.outcome() == 130403
    sim.act(LEA, "unblock")
    assert await business.outcome() == "delivered"


async def test_payment(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": [template()]})
    sim.change_waba(WABA, payment_ok=False)
    sim.act(LEA, "text", text="Bonjour")
    assert await business.outcome() == "delivered"
    sim.set(pricing={"free_service_messages": 1, "service_charged_from": 0})
    assert await business.outcome() == 131042
    parts = sending("order_ready", body_of(order_id="A-1"))
    assert await business.outcome(AMINA_PHONE, **parts) == 131042


async def test_allow_list(sim: Simulator, business: Business) -> None:
    sim.change_number(NUMBER, allow_list=["+" + AMINA_PHONE])
    await business.send(AMINA_PHONE)
    assert (await business.refused())[:2] == (400, 131030)


async def test_strangers(sim: Simulator, business: Business) -> None:
    assert await business.outcome("33699999999") == 131026
    sim.set(strangers="reachable")
    assert await business.outcome("33699999999") == 131047


async def test_not_on_whatsapp_and_in_an_experiment(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": [offer()], "people": [{"id": LEA, "on_whatsapp": False}]})
    assert await business.outcome(**sending("offer")) == 131026
    sim.settle({"people": [{"id": LEA, "on_whatsapp": True, "in_experiment": True}]})
    assert await business.outcome(**sending("offer")) == 130472


async def test_identity_check(sim: Simulator, business: Business) -> None:
    sim.settle({"people": [{"id": LEA, "identity_hash": "new"}]})
    sim.act(LEA, "text", text="Bonjour")
    assert await business.outcome(recipient_identity_key_hash="old") == 137000
    assert await business.outcome(recipient_identity_key_hash="new") == "delivered"


@pytest.mark.parametrize(
    ("number", "waba", "expected"),
    [
        ({"is_registered": False}, {}, (400, 133010)),
        ({"status": "RESTRICTED"}, {}, (403, 131031)),
        ({"name_status": "DECLINED"}, {}, (400, 131037)),
        ({}, {"state": "DISABLED"}, (403, 131031)),
    ],
)
async def test_numbers_and_accounts_in_trouble(
    sim: Simulator, business: Business, number: Any, waba: Any, expected: tuple[int, int]
) -> None:
    sim.change_number(NUMBER, **number)
    sim.change_waba(WABA, **waba)
    assert (await business.refused())[:2] == expected


async def test_all_limits_off(sim: Simulator, business: Business) -> None:
    sim.set(limits={"on": False})
    sim.freeze()
    for _ in range(120):
        await business.send()


async def test_prices(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.settle({"templates": [template()]})
    sim.set(pricing={"service_charged_from": 0, "free_service_messages": 2})
    parts = sending("order_ready", body_of(order_id="A-1"))
    sim.act(LEA, "text", text="Bonjour")
    for one in ({}, {}, {}, parts):
        await business.send(**one)
    await business.send(AMINA_PHONE, **parts)
    sim.set(pricing={"service_charged_from": 4_000_000_000})
    for one in ({}, parts):
        await business.send(**one)
    assert [one.pricing_type for one in sim.accepted()] == [
        "free_customer_service",
        "free_customer_service",
        "regular",
        "regular",
        "regular",
        "free_customer_service",
        "free_customer_service",
    ]


async def test_price_is_told_once(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.settle({"templates": [template()]})
    sim.set(statuses={"read_after": 0.0, "pricing_on": "delivered"})
    await business.send(**sending("order_ready", body_of(order_id="A-1")))
    await sim.settled()
    priced = [one for one in receiver.items("statuses") if "pricing" in one]
    assert [(one["status"], one["pricing"]) for one in priced] == [
        (
            "delivered",
            {
                "billable": True,
                "pricing_model": "PMP",
                "type": "regular",
                "category": "utility",
            },
        )
    ]


async def test_free_entry_point(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.settle({"templates": [template()]})
    sim.freeze()
    sim.act(LEA, "text", text="I saw your ad", referral={"source_type": "ad", "source_id": "1"})
    sim.move(23 * 3600)
    await business.send()
    sim.move(71 * 3600)
    parts = sending("order_ready", body_of(order_id="A-1"))
    await business.send(**parts)
    sim.move(3600)
    await business.send(**parts)
    sim.move(1)
    await sim.settled()
    sent = [one for one in receiver.items("statuses") if one["status"] == "sent"]
    sent.sort(key=lambda one: one["timestamp"])
    assert [one["pricing"]["type"] for one in sent] == [
        "free_entry_point",
        "free_entry_point",
        "regular",
    ]
    assert sent[0]["pricing"]["category"] == "referral_conversion"
    assert sent[0]["conversation"]["origin"] == {"type": "referral_conversion"}
    assert sent[0]["conversation"]["id"] == sent[1]["conversation"]["id"]
    assert "conversation" not in sent[2]


async def test_user_id_of_another_portfolio(sim: Simulator, business: Business) -> None:
    sim.settle(
        {"wabas": [{"id": "other"}], "numbers": [{"id": "2", "waba_id": "other", "token": "t"}]}
    )
    ids = (await business.control("GET", f"people/{AMINA}"))[1]["user_ids"]
    assert ids["business"] != ids["business-other"]
    assert ids["business"].startswith("GB.")
    assert await business.outcome(None, recipient=ids["business-other"]) == 131026
    sim.act(AMINA, "text", number=NUMBER, text="Hi")
    assert await business.outcome(None, recipient=ids["business"]) == "delivered"


async def test_hidden_number_is_kept_for_30_days(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.act(LEA, "text", text="with phone")
    sim.act(LEA, "hide", username="lea.m")
    sim.act(LEA, "text", text="still known")
    sim.move(30 * 86_400)
    sim.act(LEA, "text", text="hidden")
    await sim.settled()
    seen = {one["text"]["body"]: one.get("from") for one in receiver.items("messages")}
    assert seen == {"with phone": LEA_PHONE, "still known": LEA_PHONE, "hidden": None}
    last = next(one for one in receiver.values() if one["messages"][0]["text"]["body"] == "hidden")
    assert last["contacts"] == [
        {
            "profile": {"name": "Léa", "username": "lea.m"},
            "user_id": "FR.13491208655302741918",
        }
    ]


async def test_rafa_is_known_by_user_id_alone(sim: Simulator, receiver: Receiver) -> None:
    sim.act(RAFA, "text", text="oi")
    await sim.settled()
    [value] = receiver.values()
    assert value["contacts"] == [
        {"profile": {"name": "Rafa", "username": "rafa_zn"}, "user_id": RAFA_ID}
    ]
    [item] = value["messages"]
    assert set(item) == {"from_user_id", "id", "timestamp", "type", "text"}
