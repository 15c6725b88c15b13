"""The public page of rights: the same answers for who is known here and who is not."""

from __future__ import annotations

import re
from typing import Any

import privacy
from kernel import clock
from tests import stored
from tests.api.people import post_office
from tests.api.test_public_pages import form_of, title_of, visit
from tests.privacy.office import Office, go_to
from tests.privacy.test_codes import add_email, code_in


async def test_somebody_claims_a_right(office: Office) -> None:
    await office.meets()
    await add_email(office, "lea@example.com")
    tenant = await office.ask("{ tenant { privacyPage } }")
    url = tenant["tenant"]["privacyPage"]
    status, page = await visit(office.door, url, language="de")
    assert (status, title_of(page)) == (200, "Ihre Daten, Ihre Rechte")
    assert await stored.rows("SELECT id FROM privacy_letter") == []
    for who, right in (("nobody", "access"), ("lea@example.com", "everything")):
        status, page = await visit(office.door, url, {"lang": "de", "who": who, "right": right})
        assert (status, 'role="alert"' in page) == (400, True)

    async with post_office(office.door.settings) as box:
        pages = {}
        for who in ("+34 600 111 222", "LEA@example.com", "jo@example.com"):
            sent = {"lang": "de", "who": who, "right": "restriction"}
            status, pages[who] = await visit(office.door, url, sent)
            assert (status, title_of(pages[who])) == (200, "Ihr Code")
        # But for their tokens, the pages of the known and the unknown are alike.
        known, unknown = (
            re.sub(r'value="code_[^"]*"', "", pages[who])
            for who in ("LEA@example.com", "jo@example.com")
        )
        assert known == unknown
        assert await privacy.send_letters("https://rapport.example") == 3
        codes = [code_in(mail.get_content()) for mail in box.mails]
        assert {mail["To"] for mail in box.mails} == {"lea@example.com"}
        assert "Ihr Code für Ihren Datenschutzantrag an Costa Clara" in box.mails[0].get_content()
    [request] = await stored.rows("SELECT state, origin FROM privacy_request")
    assert request == {"state": "unproven", "origin": "page"}

    prove = f"{office.door.root}/privacy/code"
    stranger = await _answers(office, prove, form_of(pages["jo@example.com"]), "123456")
    assert stranger == ["bad", "bad", "bad", "dead"]
    form = form_of(pages["LEA@example.com"])
    forged = form["token"][:-2] + ("AA" if form["token"][-2:] != "AA" else "BB")
    status, _ = await visit(office.door, prove, {**form, "token": forged, "code": codes[1]})
    assert status == 410
    [trace] = await stored.rows(
        "SELECT actor_kind, outcome FROM audit_entry WHERE action = 'link.opened'"
    )
    assert trace == {"actor_kind": "stranger", "outcome": "forged"}
    right = codes[1] if len(set(codes)) == 2 else codes[0]
    status, proven = await visit(office.door, prove, {**form, "code": right})
    assert (status, title_of(proven)) == (200, "Ihr Antrag")
    assert "Costa Clara arbeitet daran." in proven
    assert "Sie erhalten bis zum 2027-03-01 eine Antwort." in proven
    status, again = await visit(office.door, prove, {**form, "code": right})
    assert (status, "Dieser Code gilt nicht mehr." in again) == (400, True)
    [link] = re.findall(r'href="(/privacy/request/[^"]+)"', proven)
    [row] = await _listed(office)
    assert [(step["kind"], step["actor"]) for step in row["steps"]] == [
        ("opened", "STRANGER"),
        ("code_asked", "STRANGER"),
        ("code_asked", "STRANGER"),
        ("code_sent", "SYSTEM"),
        ("code_sent", "SYSTEM"),
        ("proven", "CONTACT"),
    ]
    await office.act("privacyRequestFulfil", request=row["id"])
    clock.move(clock.DAY)
    status, done = await visit(office.door, f"{office.door.root}{link}", language="es")
    assert (status, title_of(done)) == (200, "Su solicitud")
    assert "Se ha cumplido." in done
    # What nobody proves to be theirs is closed with the month.
    await visit(office.door, url, {"who": "lea@example.com", "right": "erasure"})
    go_to("2027-03-01T22:59Z")
    assert await privacy.warn_of_requests() == 0
    go_to("2027-03-01T23:00Z")
    assert await privacy.warn_of_requests() == 1
    rows = await stored.rows("SELECT kind, state, outcome FROM privacy_request ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("restriction", "done", "restricted"),
        ("erasure", "refused", "unproven"),
    ]


async def _answers(office: Office, url: str, form: dict[str, str], code: str) -> list[str]:
    told = {"Dieser Code passt nicht.": "bad", "Dieser Code gilt nicht mehr.": "dead"}
    found = []
    for _ in range(4):
        status, page = await visit(office.door, url, {**form, "code": code})
        assert status == 400
        found += [short for words, short in told.items() if words in page]
    return found


async def _listed(office: Office) -> Any:
    query = "{ privacyRequests { nodes { id steps { kind actor } } } }"
    return (await office.ask(query))["privacyRequests"]["nodes"]
