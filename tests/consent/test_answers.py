"""Who may answer a prompt, how, and until when (F9); what else is said changes nothing."""

from __future__ import annotations

import pytest

from kernel import clock
from tests import following
from tests.api.test_public_pages import form_of, title_of, visit
from tests.consent.office import Office, says, seconds, tap, wamid_of
from tests.flows.platform import Json


async def reacts(office: Office) -> list[Json]:
    """What the house says by itself, after what has happened."""
    before = len(office.desk.platform.messages)
    await following.follow()
    await office.desk.deliver()
    return office.desk.platform.messages[before:]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_only_the_right_answer_counts(office: Office) -> None:
    prompt = await office.prompts()
    stranger = "34600999888"
    forged = tap(prompt)
    reply = forged["interactive"]["button_reply"]
    forged["interactive"]["button_reply"] = {**reply, "id": reply["id"][:-4] + "AAAA"}
    elsewhere = tap(prompt, context={"from": "34600000000", "id": "wamid.other"})
    await office.hears(tap(prompt), phone=stranger)
    await office.hears(forged, elsewhere)
    await office.hears(says("Yes", prompt), says("Yes"), phone=stranger)
    late = seconds(48 * 3600 + 5)
    await office.hears(tap(prompt, at=late), says("sim", prompt, at=late))
    assert await office.traces() == [
        "other_person",
        "forged",
        "other_message",
        "expired",
        "expired",
    ]
    # Neither what may mean anything, nor a word that answers something else.
    await office.hears(says("Yes, but when?", prompt), says("No worries", prompt))
    await office.hears(says("Yes", prompt, context={"forwarded": True}))
    await office.desk.say("Does the blue one fit?")
    await office.desk.deliver()
    await office.hears(says("Yes", at=seconds(2)))
    assert await office.state() == "PENDING"
    assert [step for step, _ in await office.steps()] == ["REQUESTED", "PROMPTED"]
    # A no is a decision; the last word on the prompt counts, in whatever order it is told.
    await office.hears(says("Nein danke!", prompt, at=seconds(7)))
    await office.hears(tap(prompt, at=seconds(5)))
    assert await office.state() == "REFUSED"
    await office.hears(says("同意", prompt, at=seconds(9)))
    assert await office.state() == "CONFIRMED"
    assert (await office.steps())[2:] == [
        ("REFUSED", "keyword"),
        ("CONFIRMED", "button"),
        ("CONFIRMED", "keyword"),
    ]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_by_a_word_alone_when_nothing_else_was_said(office: Office) -> None:
    await office.hears(says("START"))
    await office.desk.deliver()
    [prompt] = office.desk.platform.messages
    await office.hears(says("Alta"))
    await office.desk.deliver()
    assert len(office.desk.platform.messages) == 1
    await office.hears(says("si!", at=seconds(1)))
    assert await office.state() == "CONFIRMED"
    assert await office.steps() == [
        ("REQUESTED", "keyword"),
        ("PROMPTED", "whatsapp"),
        ("CONFIRMED", "keyword"),
    ]
    assert prompt["type"] == "interactive"
    [thanks] = await reacts(office)
    assert (
        thanks["text"]["body"]
        == "Gracias, queda confirmado. Escribe STOP cuando quieras para dejarlo."
    )
    # One withdrawal is confirmed once; who has withdrawn can come back.
    await office.hears(says("STOP", at=seconds(3)), says("Baja", at=seconds(4)))
    [farewell] = await reacts(office)
    assert farewell["text"]["body"] == (
        "No recibirás más mensajes publicitarios de Costa Clara. Escribe ALTA si cambias de idea."
    )
    assert await reacts(office) == []
    assert await office.state() == "WITHDRAWN"
    clock.move(10 * clock.SECOND)
    await office.hears(says("alta"))
    await office.desk.deliver()
    await office.hears(tap(office.desk.platform.messages[-1], at=seconds(1)))
    assert await office.state() == "CONFIRMED"


async def test_outside_the_window_by_template_and_link(office: Office) -> None:
    desk = office.desk
    await office.waits(25 * clock.HOUR)
    payload = await office.asks()
    assert payload["request"]["trouble"] == "WINDOW_CLOSED"
    assert payload["request"]["prompt"] is None
    await desk.learn_template("confirm_it", "MARKETING")
    await office.waits(11 * clock.MINUTE)
    await office.clock_strikes()
    await desk.deliver()
    [prompt] = desk.platform.messages
    assert prompt["template"]["name"] == "confirm_it"
    payloads = [one["parameters"][0]["payload"] for one in prompt["template"]["components"]]
    assert [one.partition(":")[0] for one in payloads] == ["consent_yes", "consent_no"]
    tapped = {
        "type": "button",
        "button": {"payload": payloads[0], "text": "Sí"},
        "context": {"from": "34600000000", "id": wamid_of(prompt)},
        "wamid": "wamid.quick",
    }
    await office.hears(tapped)
    assert await office.state() == "CONFIRMED"

    made = await desk.door.data(
        """mutation($input: ConsentWordingCreateInput!) {
             consentWordingCreate(input: $input) { wording { id version } } }""",
        office.owner,
        input={
            "name": "marketing",
            "locale": "es",
            "statement": "Hola",
            "topic": "sales",
            "templateName": "confirm_it",
            "answeredBy": "LINK",
        },
    )
    wording = made["consentWordingCreate"]["wording"]
    await office.waits(25 * clock.HOUR)
    linked = await office.prompts(wording=wording["id"], incentive="TEN")
    [button] = linked["template"]["components"]
    token = button["parameters"][0]["text"]
    root = f"{desk.door.settings.public_url}/confirm"
    for _ in range(2):
        status, page = await visit(desk.door, f"{root}/{token}")
        assert (status, title_of(page)) == (200, "Confirme, por favor")
    forged = token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)
    status, page = await visit(desk.door, root, {"token": forged, "answer": "yes"})
    assert (status, title_of(page)) == (410, "This link does not work")
    status, page = await visit(desk.door, root, {"token": token, "answer": "perhaps"})
    assert (status, title_of(page)) == (400, "That could not be read")
    assert ("CONFIRMED", "link") not in await office.steps()
    sent = {"token": token, "answer": "yes", "lang": "de"}
    status, page = await visit(desk.door, root, sent)
    assert (status, title_of(page)) == (200, "Es ist bestätigt")
    status, page = await visit(desk.door, root, {**sent, "answer": "no"})
    assert (status, title_of(page)) == (410, "Diese Frage ist erledigt")
    assert await office.traces() == ["forged", "replayed"]
    seen = await office.sees()
    assert {"purpose": "marketing", "topic": "sales", "state": "CONFIRMED"} in seen["consents"]
    assert seen["consentHistory"][-1]["evidence"] == {"ip": "127.0.0.1", "user_agent": "Browser/1"}
    assert seen["consentRequests"][0]["incentive"] == "TEN"
    assert form_of(page) == {}
