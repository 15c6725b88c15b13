"""What the ledger proves to whoever has the public keys; and what is no consent (F9, F11)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kernel import clock, keys, tenancy
from scripts.verify_proof import faults_of
from tests import stored
from tests.consent.office import ASK, WORDING, Office, says, seconds, tap
from tests.consent.test_answers import reacts

_PROOF = "query($id: ID!) { consentProof(contact: $id) { document page } }"
_WITHDRAW = """
mutation($input: ConsentWithdrawInput!) { consentWithdraw(input: $input) {
  contact { consent { state } } userErrors { field code } } }
"""


async def test_a_stranger_can_check_the_proof(office: Office) -> None:
    desk = office.desk
    prompt = await office.prompts(evidence="form <7>")
    await office.hears(tap(prompt, at=seconds(1)))
    await office.hears(says("STOP", at=seconds(3)))
    found = await desk.door.data(_PROOF, office.owner, id=office.contact)
    document = json.loads(found["consentProof"]["document"])
    public = await _keys(office)
    assert faults_of(document, public) == []
    proof = json.loads(document["signed"])
    assert (proof["kind"], proof["tenant"]["name"]) == ("consent_proof", "Costa Clara")
    assert proof["contact"]["identities"] == [{"kind": "phone", "value": "34600111222"}]
    assert [(one["state"], one["purpose"]) for one in proof["consents"]] == [
        ("withdrawn", "marketing")
    ]
    assert [(one["step"], one["link"]["seq"]) for one in proof["ledger"]] == [
        ("requested", 1),
        ("prompted", 2),
        ("confirmed", 3),
        ("withdrawn", 4),
    ]
    [told] = proof["prompts"]
    hashes = [one["sha256"] for one in proof["ledger"]]
    assert hashes[1:] == [told["sha256"], told["sha256"], None]
    assert proof["ledger"][2]["evidence"]["words"] == "Sí, lo quiero"
    page = found["consentProof"]["page"]
    assert document["page"] == page
    assert "form &lt;7&gt;" in page
    assert "<script" not in page
    # Whatever is changed shows.
    for wrong in (
        {**document, "signed": document["signed"].replace("confirmed", "requested")},
        {**document, "page": page.replace("withdrawn", "confirmed")},
        {**document, "signature": {**document["signature"], "kid": "another"}},
    ):
        assert len(faults_of(wrong, public)) == 1
    [row] = await stored.rows("SELECT action FROM audit_entry WHERE action = 'consent.prove'")
    assert row["action"] == "consent.prove"
    # Of who is forgotten the steps, the times and the hashes stay, and no word.
    with tenancy.acting_for(desk.store.tenant_id):
        await keys.drop([row["id"] for row in await stored.rows("SELECT id FROM subject")])
    left = await desk.door.data(_PROOF, office.owner, id=office.contact)
    document = json.loads(left["consentProof"]["document"])
    assert faults_of(document, (await _keys(office))) == []
    after = json.loads(document["signed"])
    assert [one["link"] for one in after["ledger"]] == [one["link"] for one in proof["ledger"]]
    assert [one["evidence"] for one in after["ledger"]] == [None] * 4
    assert (after["prompts"], after["contact"]["identities"]) == ([], [])
    for token in (desk.store.token, desk.store.tokens["analyst"]):
        refused = await desk.door.ask(_PROOF, token, id=office.contact)
        assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


async def _keys(office: Office) -> list[dict[str, Any]]:
    url = f"{office.desk.door.root}/.well-known/attestation-keys.json"
    async with office.desk.door.http.get(url) as answer:
        found: list[dict[str, Any]] = (await answer.json())["keys"]
    return found


async def test_a_withdrawal_told_by_somebody(office: Office) -> None:
    desk = office.desk
    await office.hears(tap(await office.prompts(), at=seconds(1)))
    await desk.learn_template("back_in_stock", "MARKETING")
    waiting = await desk.send(
        {"template": {"name": "back_in_stock", "language": "es", "body": [{"text": "La azul"}]}}
    )
    assert waiting["userErrors"] == []
    await reacts(office)
    clock.move(5 * clock.SECOND)
    queued = await desk.send(
        {"template": {"name": "back_in_stock", "language": "es", "body": [{"text": "La roja"}]}}
    )
    given = {"contact": office.contact, "evidence": "she called at noon"}
    for _ in range(2):
        done = await desk.door.data(_WITHDRAW, desk.store.token, input=given)
        assert done["consentWithdraw"] == {
            "contact": {"consent": {"state": "WITHDRAWN"}},
            "userErrors": [],
        }
    [farewell] = await reacts(office)
    assert farewell["text"]["body"].startswith("No recibirás más mensajes publicitarios")
    gone = await desk.message(queued["message"]["id"])
    assert gone["send"]["reason"] == "CONSENT_WITHDRAWN"
    assert (await office.steps())[3:] == [("WITHDRAWN", "person")]
    # Where no window is open, nothing is said.
    await office.hears(says("START", at=seconds(10)))
    await reacts(office)
    await office.waits(30 * clock.HOUR)
    await desk.door.data(_WITHDRAW, desk.store.token, input={**given, "topic": "sales"})
    assert await reacts(office) == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_is_no_first_yes(office: Office) -> None:
    desk, before = office.desk, await stored.rows("SELECT id FROM consent_entry")
    stranger = "contact_0000000000000000000000"

    async def codes(**more: Any) -> list[tuple[str, str]]:
        payload = await office.asks(**more)
        assert payload["request"] is None
        return [(".".join(one["field"]), one["code"]) for one in payload["userErrors"]]

    later = re.sub(r"\+00:00$", "Z", clock.moment(clock.now() + clock.HOUR).isoformat())
    assert await codes(evidence="  ") == [("evidence", "EMPTY")]
    assert await codes(evidence="x" * 1001) == [("evidence", "TOO_LONG")]
    assert await codes(wording="wording_0000000000000000000000") == [("wording", "NOT_FOUND")]
    assert await codes(wording=office.contact) == [("wording", "BAD_ID")]
    assert await codes(contact=stranger) == [("contact", "NOT_FOUND")]
    assert await codes(contact=office.contact, phone="+34600777666") == [("contact", "INVALID")]
    assert await codes(at=later) == [("at", "BAD_RANGE")]
    assert await codes(incentive="x" * 61) == [("incentive", "TOO_LONG")]
    # A list is no first yes: there is no such method.
    listed = {"wording": office.wording, "evidence": "list", "method": "IMPORT"}
    imported = await desk.door.ask(ASK, desk.store.token, input=listed)
    assert "does not exist in 'ConsentMethod'" in imported["errors"][0]["message"]
    for wrong, field in (
        ({"name": "Spring Sale"}, "name"),
        ({"locale": "xx-YY-zz"}, "locale"),
        ({"statement": " "}, "statement"),
        ({"statement": "x" * 501}, "statement"),
        ({"templateName": "Not So"}, "templateName"),
    ):
        given = {"name": "marketing", "locale": "es", "statement": "Offers", **wrong}
        made = await desk.door.data(WORDING, office.owner, input=given)
        assert made["consentWordingCreate"]["wording"] is None
        assert [one["field"] for one in made["consentWordingCreate"]["userErrors"]] == [[field]]
    refused = await desk.door.ask(WORDING, desk.store.token, input=given)
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    wrong_withdrawals = (
        ({"contact": stranger}, "contact"),
        ({"contact": office.contact, "purpose": "Äh"}, "purpose"),
    )
    for given, field in wrong_withdrawals:
        done = await desk.door.data(_WITHDRAW, desk.store.token, input=given)
        assert [one["field"] for one in done["consentWithdraw"]["userErrors"]] == [[field]]
    assert await stored.rows("SELECT id FROM consent_entry") == before
    assert await stored.rows("SELECT id FROM consent_request") == []
    assert len(await stored.rows("SELECT id FROM contact")) == 1
    # Versions stand beside each other, and the yes to a newer one takes the place of the earlier.
    await office.hears(tap(await office.prompts(), at=seconds(1)))
    versions = '{ consentWordings(name: "marketing") { nodes { version locale } } }'
    given = {"name": "marketing", "locale": "es-ES", "statement": "Ofertas de {store}"}
    newer = (await desk.door.data(WORDING, office.owner, input=given))["consentWordingCreate"]
    listed = await desk.door.data(versions, desk.store.token)
    assert [one["version"] for one in listed["consentWordings"]["nodes"]] == [2, 1]
    prompt = await office.prompts(wording=newer["wording"]["id"])
    assert await office.state() == "CONFIRMED"
    await office.hears(tap(prompt, at=seconds(2)))
    assert await office.state() == "CONFIRMED"
    seen = (await office.sees())["consentHistory"]
    assert [(one["step"], one["wording"]["version"]) for one in seen[2:]] == [
        ("CONFIRMED", 1),
        ("REQUESTED", 2),
        ("PROMPTED", 2),
        ("SUPERSEDED", 1),
        ("CONFIRMED", 2),
    ]
