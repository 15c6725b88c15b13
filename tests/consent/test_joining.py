"""First yeses by touchpoints' messages and pages; and the way back by one's own page."""

from __future__ import annotations

from typing import Any

import pytest

from kernel import clock, ids, rates, tenancy
from privacy import begin_erasure, erase_next
from tests import stored
from tests.api.test_public_pages import form_of, title_of, visit
from tests.api.test_touchpoints import came, make
from tests.consent.office import Office, evidence_of, says, tap
from tests.consent.test_answers import reacts

NEW = "34600333444"
DONE = (200, "Falta un paso")


async def open_page(office: Office, touchpoint: Any) -> tuple[str, dict[str, str]]:
    """The address that the page's form is sent to, and what it sends with a yes."""
    status, page = await visit(office.desk.door, touchpoint["joinLink"], language="es")
    assert (status, title_of(page)) == (200, "Mensajes de Costa Clara por WhatsApp")
    assert "<span>Offers and news of Costa Clara, at most twice a month.</span>" in page
    sent = form_of(page)
    assert sent == {"token": touchpoint["code"], "lang": "es"}
    return f"{office.desk.door.settings.public_url}/join", {**sent, "agreed": office.wording}


async def requests(office: Office) -> list[dict[str, Any]]:
    """What waits or waited for a second yes, in order."""
    rows = await stored.rows(
        """SELECT r.state, r.touchpoint_id, i.value_sealed IS NOT NULL AS has_phone, e.method
             FROM consent_request r
             JOIN consent_entry e ON e.request_id = r.id AND e.kind = 'requested'
             JOIN identity i ON i.contact_id = r.contact_id AND i.kind = 'phone' ORDER BY r.id"""
    )
    return [{**row, "has_phone": bool(row["has_phone"])} for row in rows]


async def test_a_message_with_the_code_is_a_first_yes(office: Office) -> None:
    desk = office.desk
    window = await make(desk.door, desk.store, wording="marketing", incentive="WELCOME10")
    code = says(f"Hola ({window['code']})")
    await office.hears({**code, "context": {"forwarded": True}, "wamid": "wamid.forwarded"})
    await office.hears(code)
    [prompt] = await reacts(office)
    assert office.wording
    assert await office.steps() == [("REQUESTED", "touchpoint"), ("PROMPTED", "whatsapp")]
    assert (await evidence_of(desk.store.tenant_id, "requested")) == {
        "message": await _message("touchpoint_use"),
        "way": "code",
        "code": window["code"],
    }
    # The outbox may tell twice.
    await stored.run("UPDATE reader SET position = 0, event_id = $1::uuid", "0" * 32)
    assert await reacts(office) == []
    await office.hears(tap(prompt))
    [thanks] = await reacts(office)
    assert "WELCOME10" in thanks["text"]["body"]
    assert await office.state() == "CONFIRMED"
    # Who agreed before is left alone.
    await office.hears(says(f"otra vez {window['code']}"))
    assert await reacts(office) == []
    assert [way for _, way, _ in await came(desk.store)] == ["code", "code"]
    query = """query($id: ID!) {
      node(id: $id) { ... on Touchpoint { insights { joined confirmed } } } }"""
    told = await desk.door.data(query, office.owner, id=window["id"])
    assert told["node"]["insights"] == {"joined": 1, "confirmed": 1}


async def test_the_page_never_tells_who_is_known(office: Office) -> None:
    desk = office.desk
    box = await make(desk.door, desk.store, "CHECKOUT_BOX", wording="marketing")
    url, form = await open_page(office, box)
    for wrong, alarm in (
        ({"phone": "12"}, "No se ha podido leer este número."),
        ({"phone": f"+{NEW}", "agreed": ""}, "Para suscribirse, marque la casilla."),
    ):
        status, page = await visit(desk.door, url, {**form, **wrong})
        assert status == 400
        assert alarm in page
    status, page = await visit(desk.door, url, {**form, "phone": f"+{NEW}", "agreed": "x\x00"})
    assert (status, title_of(page)) == (400, "No se ha podido leer")
    foreign = ids.show("wording", ids.new_id())
    status, page = await visit(desk.door, url, {**form, "phone": f"+{NEW}", "agreed": foreign})
    assert (status, title_of(page)) == DONE
    assert await requests(office) == []

    # Nobody knew the number; it is written as people in the store's country do.
    pages = set()
    for phone in ("600 333 444", f"+{NEW}", "600 111 222"):
        status, page = await visit(desk.door, url, {**form, "phone": phone})
        assert (status, title_of(page)) == DONE
        pages.add(page)
    touchpoint_id = ids.read("touchpoint", box["id"])
    asked = {"touchpoint_id": touchpoint_id, "has_phone": True, "method": "form"}
    assert await requests(office) == [{"state": "pending", **asked}] * 2
    assert await evidence_of(desk.store.tenant_id, "requested") == {
        "ip": "127.0.0.1",
        "user_agent": "Browser/1",
        "code": box["code"],
    }
    # The window of the one who wrote is open; the other needs a template, which is not there yet.
    [prompt] = await reacts(office)
    assert prompt["to"] == "34600111222"
    await office.hears(tap(prompt))
    await reacts(office)
    # Agreed before, erased, entered again and again: the page says the same, and nothing is asked.
    with tenancy.acting_for(desk.store.tenant_id):
        [new] = await stored.rows("SELECT id FROM contact WHERE source = 'touchpoint'")
        await begin_erasure(new["id"], reason="request")
    while await erase_next():
        pass
    before = len(desk.platform.messages)
    for phone in ("600 111 222", "600 333 444", "600 333 444", "600 333 444"):
        status, page = await visit(desk.door, url, {**form, "phone": phone})
        pages.add(page)
    assert len(pages) == 1
    assert len(await requests(office)) <= 2
    assert await reacts(office) == []
    assert len(desk.platform.messages) == before
    contacts = await stored.rows("SELECT state FROM contact WHERE state = 'active'")
    assert len(contacts) == 1
    # So many as never come by one page are slowed down.
    await rates.take([f"join:{touchpoint_id}"], 3 * clock.SECOND, 200, wanted=200)
    status, page = await visit(desk.door, url, {**form, "phone": "600 777 888"})
    assert (status, title_of(page)) == (429, "Un momento, por favor")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_way_back(office: Office) -> None:
    """Whoever left comes back by their own page, and by a second yes."""
    desk = office.desk
    query = "query($id: ID!) { contact(id: $id) { preferencesLink } }"
    found = await desk.door.data(query, desk.store.token, id=office.contact)
    link = found["contact"]["preferencesLink"]
    url = f"{desk.door.settings.public_url}/preferences"
    token = {"token": link.rpartition("/")[2]}
    await visit(desk.door, url, {**token, "stop": "1"})
    assert await office.state() == "WITHDRAWN"
    status, page = await visit(desk.door, link)
    assert "Offers and news of Costa Clara, at most twice a month." in page
    assert "Volver a suscribirme" in page
    await reacts(office)
    for shown in (office.wording, office.wording):
        status, page = await visit(desk.door, url, {**token, "again": shown})
        assert status == 200
        assert "Recibirá ahora un mensaje por WhatsApp." in page
    [prompt] = await reacts(office)
    assert await office.state() == "PENDING"
    clock.move(clock.SECOND)
    await office.hears(tap(prompt))
    assert await office.state() == "CONFIRMED"
    assert [step for step, _ in await office.steps()] == [
        "WITHDRAWN",
        "REQUESTED",
        "PROMPTED",
        "CONFIRMED",
    ]
    status, page = await visit(desk.door, url, {**token, "again": "wording_x", "lang": "es"})
    assert (status, title_of(page)) == (400, "No se ha podido leer")


async def _message(table: str) -> str:
    [row] = await stored.rows(f"SELECT message_id FROM {table}")
    return str(row["message_id"])
