"""Proving who asks by a one-time code: by which way it comes, and what wrong ones come to (F47)."""

from __future__ import annotations

import re

import pytest

import channels
import contacts
import privacy
from contacts import Sighting
from kernel import clock, tenancy
from tests import following, stored
from tests.api.door import WABA, arrives
from tests.api.people import post_office
from tests.flows.platform import TOKEN, Platform
from tests.following import send_all
from tests.privacy.office import Office, go_to


@pytest.fixture
async def line(office: Office, platform: Platform) -> Platform:
    """The store's number has a token: what it says leaves."""
    with tenancy.acting_for(office.store.tenant_id):
        [waba] = await channels.list_wabas()
        await channels.connect_number(
            waba["id"], office.store.phone_number_id, "34600000000", "Costa Clara", TOKEN
        )
    return platform


async def test_acode_in_the_open_window(office: Office, line: Platform) -> None:
    lea = await office.meets()
    request = await office.opens("RESTRICTION", lea)
    one = {"request": request["id"]}
    assert await office.refused("privacyRequestVerify", "agent", **one, code="1") == (
        "request",
        "NOT_FOUND",
    )
    for _ in range(2):  # one in a minute
        asked = await office.act("privacyRequestSendCode", "agent", **one)
        assert asked["userErrors"] == []
    assert await deliver() == 1
    [body] = line.messages
    code = code_in(body["text"]["body"])
    assert body["text"]["body"].startswith(f"{code} es su código para su solicitud de privacidad")
    # The desk sees that a code was sent, and not which.
    seen = await office.ask(
        "query($id: ID!) { contact(id: $id) { conversations { nodes { lastMessage "
        "{ ... on TextMessage { text } } } } } }",
        id=lea,
    )
    [thread] = seen["contact"]["conversations"]["nodes"]
    assert thread["lastMessage"]["text"].startswith("•••••• es su código")
    for row in await stored.rows("SELECT * FROM privacy_letter"):
        assert code not in str(row)

    wrong = "000000" if code != "000000" else "000001"
    assert await office.refused("privacyRequestVerify", "agent", **one, code=wrong) == (
        "code",
        "BAD_CODE",
    )
    proven = await office.act(
        "privacyRequestVerify", "agent", **one, code=f" {code[:3]} {code[3:]}"
    )
    assert (proven["request"]["state"], proven["request"]["proof"]) == ("OPEN", "CODE")
    assert await office.refused("privacyRequestVerify", "agent", **one, code=code) == (
        "code",
        "CODE_EXPIRED",
    )
    assert await office.refused("privacyRequestSendCode", "agent", **one) == (
        "request",
        "REQUEST_STATE",
    )
    assert [step["kind"] for step in proven["request"]["steps"]] == [
        "opened",
        "code_asked",
        "code_sent",
        "proven",
    ]
    traces = await stored.rows(
        "SELECT outcome FROM audit_entry WHERE action = 'privacy_request.verify' ORDER BY id"
    )
    assert [row["outcome"] for row in traces] == ["BAD_CODE", "CODE_EXPIRED"]


async def test_three_tries_ten_minutes_five_a_day(office: Office, line: Platform) -> None:
    request = await office.opens("ACCESS", await office.meets())
    one = {"request": request["id"]}

    async def verify(code: str) -> object:
        return await office.refused("privacyRequestVerify", "agent", **one, code=code)

    await office.act("privacyRequestSendCode", **one)
    await deliver()
    code = code_in(line.messages[-1]["text"]["body"])
    wrong = "000000" if code != "000000" else "000001"
    assert [await verify(wrong) for _ in range(3)] == [("code", "BAD_CODE")] * 3
    # The right one comes too late.
    assert await verify(code) == ("code", "TOO_MANY_TRIES")
    clock.move(clock.MINUTE)
    await office.act("privacyRequestSendCode", **one)
    await deliver()
    newer = code_in(line.messages[-1]["text"]["body"])
    clock.move(10 * clock.MINUTE)
    assert await verify(newer) == ("code", "CODE_EXPIRED")
    for _ in range(3):
        clock.move(clock.MINUTE)
        assert (await office.act("privacyRequestSendCode", **one))["userErrors"] == []
    clock.move(clock.MINUTE)
    assert await office.refused("privacyRequestSendCode", **one) == ("request", "TOO_MANY_TRIES")
    [row] = await stored.rows("SELECT state, proof FROM privacy_request")
    assert row == {"state": "unproven", "proof": None}


async def test_a_template_where_the_window_is_closed(office: Office, line: Platform) -> None:
    request = await office.opens("ACCESS", await office.meets())
    one = {"request": request["id"]}
    go_to("2027-01-31T12:00Z")
    await _approve_template(office)
    await office.act("privacyRequestSendCode", **one)
    await deliver()
    template = line.messages[-1]["template"]
    code = template["components"][0]["parameters"][0]["text"]
    assert (template["name"], template["language"]) == ("our_code", {"code": "es"})
    assert template["components"][1] == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": code}],
    }
    proven = await office.act("privacyRequestVerify", **one, code=code)
    assert proven["request"]["proof"] == "CODE"


async def test_a_mail_or_by_hand(office: Office) -> None:
    """The number has no token: nothing can be said on WhatsApp."""
    request = await office.opens("ACCESS", await office.meets())
    one = {"request": request["id"]}
    async with post_office(office.door.settings) as box:
        steps = (await office.act("privacyRequestSendCode", **one))["request"]["steps"]
        assert await deliver() == 1
        [untold] = (await office.act("privacyRequestSendCode", **one))["request"]["steps"][
            len(steps) :
        ]
        # Nothing leads to her: somebody has to look who she is.
        assert (untold["kind"], untold["actor"]) == ("code_untold", "SYSTEM")
        await add_email(office, "lea@example.com")
        clock.move(clock.MINUTE)
        await office.act("privacyRequestSendCode", **one)
        box.answers.append("451 later")
        await deliver()
        assert box.mails == []
        clock.move(clock.MINUTE)
        await deliver()
        [mail] = box.mails
        assert (mail["To"], mail["Subject"]) == ("lea@example.com", "Su código de un solo uso")
        proven = await office.act("privacyRequestVerify", **one, code=code_in(mail.get_content()))
        assert proven["request"]["proof"] == "CODE"
        # All that is held on her is gathered, and she is told where to fetch it.
        await office.act("privacyRequestFulfil", **one)
        assert await privacy.run_next_export() == 1
        await following.follow()
        await deliver()
        [ready] = re.findall(r"https://rapport\.example(/export/\S+)", box.mails[-1].get_content())
        async with office.door.http.get(f"{office.door.root}{ready}") as page:
            assert page.status == 200
        again = await office.opens("ACCESS", request["contact"]["id"])
        one = {"request": again["id"]}
        await office.act("privacyRequestProve", **one, evidence="Known by voice")
        # Why it takes longer, and why it is not done, she is told as well.
        await office.act("privacyRequestExtend", **one, reason="Ten thousand messages.")
        await deliver()
        await office.act("privacyRequestRefuse", **one, reason="A lawsuit is open.")
        await deliver()
        told = [mail.get_content() for mail in box.mails[2:]]
    assert "Tendrá respuesta a más tardar el 2027-04-29. El motivo: Ten thousand" in told[0]
    assert "El motivo: A lawsuit is open. Puede reclamar ante una autoridad" in told[1]


async def deliver() -> int:
    """The workers tell people and send; how many letters were tried."""
    tried = await privacy.send_letters("https://rapport.example")
    await send_all()
    return tried


def code_in(text: str) -> str:
    [code] = re.findall(r"\b[0-9]{6}\b", text)
    return str(code)


async def add_email(office: Office, address: str) -> None:
    """Her shop's record shows it."""
    with tenancy.acting_for(office.store.tenant_id):
        await contacts.recognise(
            [Sighting(clock.now(), phone="34600111222", email=address, source="store")]
        )


async def _approve_template(office: Office) -> None:
    """The platform tells of a template of authentication in Spanish."""
    keys = {
        "message_template_id": 77,
        "message_template_name": "our_code",
        "message_template_language": "es",
    }
    state = {**keys, "event": "APPROVED", "message_template_category": "AUTHENTICATION"}
    change = {"field": "message_template_status_update", "value": state}
    entry = {"id": WABA, "time": clock.now() // clock.SECOND, "changes": [change]}
    await arrives(office.door, {"object": "whatsapp_business_account", "entry": [entry]})
