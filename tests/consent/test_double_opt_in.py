"""Double opt-in (F9), through the door: a first yes, one prompt, a second yes."""

from __future__ import annotations

import hashlib

import contacts
from kernel import chain, tenancy
from tests import stored
from tests.consent.office import Office, says, seconds, tap, wamid_of
from tests.tenants.make import events_of


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_second_yes_by_button(office: Office) -> None:
    desk = office.desk
    payload = await office.asks(incentive="HOLA10", ipAddress="203.0.113.9", userAgent="Safari")
    assert payload["userErrors"] == []
    request = payload["request"]
    assert (request["state"], request["trouble"], request["incentive"]) == ("PENDING", None, None)
    assert await office.state() == "PENDING"
    # Asked again, it is the same request, and nothing is asked twice.
    again = await office.asks()
    assert again["request"]["id"] == request["id"]
    await desk.deliver()
    [prompt] = desk.platform.messages
    assert prompt["to"] == "34600111222"
    statement = "Offers and news of Costa Clara, at most twice a month."
    body = prompt["interactive"]["body"]["text"]
    assert body == (
        f"Costa Clara: has pedido recibir esto por WhatsApp:\n\n{statement}\n\n"
        "Confirma que has sido tú y que lo quieres. Puedes dejarlo cuando quieras escribiendo STOP."
    )
    titles = [one["reply"]["title"] for one in prompt["interactive"]["action"]["buttons"]]
    assert titles == ["Sí, lo quiero", "No, gracias"]

    yes = tap(prompt)
    await office.hears(yes, yes)
    seen = await office.sees()
    assert seen["consent"]["state"] == "CONFIRMED"
    assert seen["consentRequests"] == [
        {"state": "CONFIRMED", "incentive": "HOLA10", "trouble": None}
    ]
    shown = sha("\n".join([body, *titles]))
    told = [
        (one["step"], one["method"], one["actor"], one["sha256"], one["wording"])
        for one in seen["consentHistory"]
    ]
    wording = {"version": 1}
    assert told == [
        ("REQUESTED", "form", "person", sha(statement), wording),
        ("PROMPTED", "whatsapp", "system", shown, wording),
        ("CONFIRMED", "button", "contact", shown, wording),
    ]
    first, _, second = (one["evidence"] for one in seen["consentHistory"])
    assert first == {
        "evidence": "form 7, entry 31",
        "ip": "203.0.113.9",
        "user_agent": "Safari",
    }
    assert second == {
        "wamid": yes["wamid"],
        "context": wamid_of(prompt),
        "words": "Sí, lo quiero",
    }
    kinds = await events_of(desk.store.tenant_id)
    assert [kinds.count(f"consent.{kind}") for kind in ("requested", "prompted", "confirmed")] == [
        1,
        1,
        1,
    ]
    assert kinds.count("incentive.released") == 1
    refused = await office.asks()
    assert [(one["field"], one["code"]) for one in refused["userErrors"]] == [
        (["contact"], "ALREADY_CONFIRMED")
    ]
    # What was said before can be withdrawn, and asked for again.
    await office.hears(says("STOP"))
    assert await office.state() == "WITHDRAWN"
    assert (await office.sees())["consentRequests"][0]["state"] == "WITHDRAWN"
    prompt = await office.prompts()
    assert await office.state() == "PENDING"
    await office.hears(says("Sí, por favor", prompt, at=seconds(1)))
    assert (await office.sees())["consent"]["state"] == "CONFIRMED"
    with tenancy.acting_for(desk.store.tenant_id):
        assert await chain.link(contacts.LEDGER) == 7
    check = "{ verifyConsentChain { linked unlinked firstAltered } }"
    right = {"linked": 7, "unlinked": 0, "firstAltered": None}
    assert (await desk.door.data(check, office.owner))["verifyConsentChain"] == right
    await stored.run("UPDATE consent_entry SET answer_id = NULL WHERE kind = 'confirmed'")
    altered = (await desk.door.data(check, office.owner))["verifyConsentChain"]
    assert altered["linked"] == 2
    assert altered["firstAltered"].startswith("consent_")
