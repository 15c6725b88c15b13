"""Accounts and numbers: reads, registration, profile, links, ice breakers (contract 7.3 to 7.6)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import DISPLAY, NUMBER, WABA, Business, Receiver

WHATSAPP = {"messaging_product": "whatsapp"}


async def test_usual_fields(business: Business) -> None:
    assert await business.call("GET", NUMBER) == (
        200,
        {
            "id": NUMBER,
            "display_phone_number": DISPLAY,
            "verified_name": "Costa Brisa",
            "code_verification_status": "VERIFIED",
            "quality_rating": "GREEN",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
        },
    )


async def test_fields_that_were_asked_for(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    names = "quality_rating,status,throughput{level},whatsapp_business_manager_messaging_limit"
    assert (await business.call("GET", NUMBER, fields=names))[1] == {
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "id": NUMBER,
    }
    names = "name_status,account_mode,is_official_business_account,webhook_configuration"
    assert (await business.call("GET", NUMBER, fields=names))[1] == {
        "name_status": "APPROVED",
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "webhook_configuration": {"application": receiver.url},
        "id": NUMBER,
    }
    status, answer = await business.call("GET", NUMBER, fields="colour")
    assert (status, answer["error"]["code"]) == (400, 100)


async def test_health(sim: Simulator, business: Business) -> None:
    async def health(node: str) -> Any:
        return (await business.call("GET", node, fields="health_status"))[1]["health_status"]

    found = await health(NUMBER)
    assert found["can_send_message"] == "AVAILABLE"
    kinds = [one["entity_type"] for one in found["entities"]]
    assert kinds == ["PHONE_NUMBER", "WABA", "BUSINESS", "APP"]
    sim.change_waba(WABA, payment_ok=False)
    found = await health(WABA)
    assert found["can_send_message"] == "LIMITED"
    assert found["entities"][0]["errors"][0]["error_code"] == 131042
    sim.change_number(NUMBER, is_registered=False)
    assert (await health(NUMBER))["can_send_message"] == "BLOCKED"


async def test_account_and_its_numbers(sim: Simulator, business: Business) -> None:
    sim.settle({"numbers": [{"id": "2", "waba_id": WABA, "display_phone_number": "34600111222"}]})
    listed = (await business.call("GET", f"{WABA}/phone_numbers", fields="status"))[1]["data"]
    assert listed == [
        {"status": "CONNECTED", "id": NUMBER},
        {"status": "CONNECTED", "id": "2"},
    ]
    found = (await business.call("GET", WABA, fields="name,currency,owner_business_info"))[1]
    assert found == {
        "name": "Costa",
        "currency": "USD",
        "owner_business_info": {"id": "business", "name": "Costa"},
        "id": WABA,
    }


async def test_registration(sim: Simulator, business: Business) -> None:
    path = f"{NUMBER}/register"
    assert await business.call("POST", f"{NUMBER}/deregister") == (200, {"success": True})
    assert (await business.refused())[:2] == (400, 133010)
    for body, code in (
        ({}, 100),
        (WHATSAPP, 131008),
        ({**WHATSAPP, "pin": "12345"}, 131009),
    ):
        assert (await business.call("POST", path, body))[1]["error"]["code"] == code
    pin = {**WHATSAPP, "pin": "123456"}
    assert await business.call("POST", path, pin) == (200, {"success": True})
    await business.send()
    other = {**WHATSAPP, "pin": "654321"}
    assert (await business.call("POST", path, other))[1]["error"]["code"] == 133005
    assert await business.call("POST", NUMBER, {"pin": "654321"}) == (200, {"success": True})
    for _ in range(7):
        assert (await business.call("POST", path, other))[0] == 200
    assert (await business.call("POST", path, other))[1]["error"]["code"] == 133016
    sim.move(72 * 3600)
    assert (await business.call("POST", path, other))[0] == 200


async def test_profile(business: Business) -> None:
    path = f"{NUMBER}/whatsapp_business_profile"
    profile = {
        "about": "x" * 139,
        "address": "x" * 256,
        "description": "x" * 512,
        "email": "a@costa.example",
        "websites": ["https://costa.example", "https://shop.costa.example"],
        "vertical": "APPAREL",
    }
    assert await business.call("POST", path, {**WHATSAPP, **profile}) == (200, {"success": True})
    names = ",".join(profile)
    found = (await business.call("GET", path, fields=names))[1]
    assert found == {"data": [{**WHATSAPP, **profile}]}
    bad: list[dict[str, Any]] = [
        {"about": "x" * 140},
        {"about": ""},
        {"description": "x" * 513},
        {"websites": ["https://a.example"] * 3},
        {"websites": ["costa"]},
        {"vertical": "PIRATE"},
    ]
    for change in bad:
        answer = (await business.call("POST", path, {**WHATSAPP, **change}))[1]
        assert answer["error"]["code"] == 131009
    assert (await business.call("POST", path, profile))[1]["error"]["code"] == 100


async def test_links_with_text(business: Business) -> None:
    path = f"{NUMBER}/message_qrdls"
    given = {"prefilled_message": "Hola", "generate_qr_image": "PNG"}
    made = (await business.call("POST", path, given))[1]
    code = made["code"]
    assert made["deep_link_url"] == f"https://wa.me/message/{code}"
    assert set(made) == {"code", "prefilled_message", "deep_link_url", "qr_image_url"}
    changed = {"code": code, "prefilled_message": "Adiós"}
    assert (await business.call("POST", path, changed))[1]["prefilled_message"] == "Adiós"
    listed = (await business.call("GET", path))[1]["data"]
    assert [one["prefilled_message"] for one in listed] == ["Adiós"]
    assert (await business.call("GET", f"{path}/{code}"))[1]["data"] == listed
    assert await business.call("DELETE", f"{path}/{code}") == (200, {"success": True})
    assert (await business.call("DELETE", f"{path}/{code}"))[1]["error"]["code"] == 131009
    long = {"prefilled_message": "x" * 141}
    assert (await business.call("POST", path, long))[1]["error"]["code"] == 131009


async def test_ice_breakers(business: Business) -> None:
    path = f"{NUMBER}/conversational_automation"
    command = {"command_name": "x" * 32, "command_description": "x" * 256}
    given = {"prompts": ["x" * 80] * 4, "commands": [command] * 30}
    assert await business.call("POST", path, given) == (200, {"success": True})
    found = (await business.call("GET", NUMBER, fields="conversational_automation"))[1]
    assert found["conversational_automation"] == {"id": NUMBER, **given}
    bad: list[tuple[dict[str, Any], int]] = [
        ({"prompts": ["x"] * 5}, 131009),
        ({"prompts": ["x" * 81]}, 131009),
        ({"commands": [command] * 31}, 131009),
        ({"commands": [{"command_name": "x"}]}, 131008),
        ({"enable_welcome_message": True}, 100),
    ]
    for change, code in bad:
        assert (await business.call("POST", path, change))[1]["error"]["code"] == code


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        (
            {"quality_rating": "RED"},
            "phone_number_quality_update",
            {"event": "FLAGGED", "max_daily_conversations_per_business": "TIER_2K"},
        ),
        (
            {"name_status": "DECLINED"},
            "phone_number_name_update",
            {
                "decision": "REJECTED",
                "requested_verified_name": "Costa Brisa",
                "rejection_reason": None,
            },
        ),
    ],
)
async def test_changes_of_a_number_are_told(
    sim: Simulator,
    business: Business,
    receiver: Receiver,
    change: dict[str, Any],
    field: str,
    expected: dict[str, Any],
) -> None:
    assert (await business.control("POST", f"numbers/{NUMBER}", change))[0] == 200
    await sim.settled()
    assert receiver.values(field) == [{"display_phone_number": DISPLAY, **expected}]
    [name] = change
    found = (await business.call("GET", NUMBER, fields=name))[1]
    assert found[name] == change[name]


async def test_trouble_of_a_number(sim: Simulator, business: Business, receiver: Receiver) -> None:
    await business.control("POST", f"numbers/{NUMBER}", {"trouble": 130429})
    await sim.settled()
    [value] = receiver.values()
    assert set(value) == {"messaging_product", "metadata", "errors"}
    assert value["errors"][0]["code"] == 130429


async def test_messaging_limit(sim: Simulator, business: Business, receiver: Receiver) -> None:
    change = {"messaging_limit": "TIER_100K"}
    assert (await business.control("POST", "businesses/business", change))[0] == 200
    await sim.settled()
    assert receiver.values("business_capability_update") == [
        {"max_daily_conversations_per_business": "TIER_100K"}
    ]
    [value] = receiver.values("phone_number_quality_update")
    assert value["event"] == "UPGRADE"


async def test_account_states(sim: Simulator, receiver: Receiver) -> None:
    sim.set(webhooks={"at_once": 1})
    for state in ("RESTRICTED", "DISABLED", "ACTIVE"):
        sim.change_waba(WABA, state=state)
    await sim.settled()
    restricted, disabled, active = receiver.values("account_update")
    [restriction] = restricted["restriction_info"]
    assert restricted["event"] == "ACCOUNT_RESTRICTION"
    assert restriction["restriction_type"] == "RESTRICTED_BIZ_INITIATED_MESSAGING"
    assert disabled["ban_info"]["waba_ban_state"] == "DISABLE"
    assert active["ban_info"]["waba_ban_state"] == "REINSTATE"
