"""What the law keeps of an erased person: the fields that a hold lists, until its day (F46)."""

from __future__ import annotations

from typing import Any

import pytest

import imports
import privacy
import tenants
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.desk import Desk
from tests.channels.files import JPEG
from tests.conftest import House
from tests.erasure.legible import legible
from tests.privacy import life

_SET = """mutation($input: LegalHoldSetInput!) { it: legalHoldSet(input: $input) {
  hold { id fields reason until endedAt kept contact { name } } userErrors { field code } } }"""
_LIFT = """mutation($input: LegalHoldLiftInput!) { it: legalHoldLift(input: $input) {
  hold { id endedAt kept } userErrors { field code } } }"""
_ERASE = """mutation($contact: ID!) { it: erasureRequest(input: {contact: $contact}) {
  erasure { steps { name count } } } }"""
_HOLDS = "{ legalHolds { totalCount nodes { id kept endedAt contact { state } } } }"
PHONE = b"34600111222"


@pytest.fixture(autouse=True)
def started(house: House) -> None:
    """Folders of lists and archives."""
    imports.start(house.settings)
    privacy.start(house.settings)


async def test_a_hold_keeps_what_it_lists_until_its_day(desk: Desk) -> None:
    tenant_id = desk.store.tenant_id

    async def ask(text: str, **variables: Any) -> Any:
        with tenancy.acting_for(tenant_id):
            token = await tenants.issue(desk.store.people["owner"])
        return await desk.door.data(text, token, **variables)

    (row,) = await stored.rows("SELECT id FROM contact")
    contact = ids.show("contact", row["id"])
    until = clock.moment(clock.now() + 30 * clock.DAY).isoformat()
    good = {
        "contact": contact,
        "fields": ["MESSAGES", "NAME"],
        "until": until,
        "reason": "§ 147 AO",
    }
    for wrong, field, code in (
        ({"contact": ids.show("contact", ids.new_id())}, "contact", "NOT_FOUND"),
        ({"fields": []}, "fields", "EMPTY"),
        ({"until": "2020-01-01T00:00:00Z"}, "until", "BAD_RANGE"),
        ({"reason": " "}, "reason", "INVALID"),
    ):
        refused = (await ask(_SET, input=good | wrong))["it"]
        assert refused == {"hold": None, "userErrors": [{"field": [field], "code": code}]}
    first = (await ask(_SET, input=good))["it"]["hold"]
    second = (await ask(_SET, input=good | {"fields": ["IDENTITIES"]}))["it"]["hold"]
    assert (first["fields"], first["reason"], first["kept"]) == (
        ["MESSAGES", "NAME"],
        "§ 147 AO",
        None,
    )
    lifted = (await ask(_LIFT, input={"hold": second["id"]}))["it"]
    assert lifted["userErrors"] == []
    assert lifted["hold"]["endedAt"] is not None
    again = (await ask(_LIFT, input={"hold": second["id"]}))["it"]["userErrors"]
    assert again == [{"field": ["hold"], "code": "NOT_FOUND"}]

    steps = (await ask(_ERASE, contact=contact))["it"]["erasure"]["steps"]
    assert {"name": "held", "count": 1} in steps
    while await privacy.erase_next():
        pass
    late = (await ask(_SET, input=good))["it"]["userErrors"]
    assert late == [{"field": ["contact"], "code": "CONTACT_GONE"}]
    held = (await ask(_HOLDS))["legalHolds"]
    (said,) = held["nodes"][0]["kept"].pop("messages")
    assert (said["direction"], said["text"]) == ("in", "Is the blue one in stock?")
    assert held["nodes"][0] == {
        "id": first["id"],
        "kept": {"name": "Lea Prat"},
        "endedAt": None,
        "contact": {"state": "ERASED"},
    }
    assert (held["totalCount"], held["nodes"][1]["kept"]) == (2, None)
    opened = [(place, one) async for place, one in legible(tenant_id)]
    assert {place for place, one in opened if b"Lea Prat" in one} == {"legal_hold.kept"}
    assert [place for place, one in opened if PHONE in one] == []

    assert await privacy.drop_ended_holds() == 0
    clock.move(31 * clock.DAY)
    assert await privacy.drop_ended_holds() == 1
    assert (await ask(_HOLDS))["legalHolds"]["nodes"][0]["kept"] is None
    assert [place async for place, one in legible(tenant_id) if b"Lea Prat" in one] == []


async def test_files_are_held_too(desk: Desk) -> None:
    await life.live(desk)
    tenant_id, store = desk.store.tenant_id, desk.store

    async def ask(text: str, **variables: Any) -> Any:
        return (await desk.door.data(text, store.tokens["owner"], **variables))["it"]

    async def fetch(path: str, who: str) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {store.tokens[who]}"}
        async with desk.door.http.get(f"{desk.door.root}{path}", headers=headers) as answer:
            return answer.status, await answer.read()

    with tenancy.acting_for(tenant_id):
        lea = ids.show("contact", await life.contact_of(desk, life.LEA))
    holds = []
    for days in (20, 10):
        until = clock.moment(clock.now() + days * clock.DAY).isoformat()
        given = {"contact": lea, "fields": ["FILES"], "until": until, "reason": "§ 257 HGB"}
        holds.append((await ask(_SET, input=given))["hold"]["id"])
    await ask(_ERASE, contact=lea)
    while await privacy.erase_next():
        pass
    listed = (await desk.door.data(_HOLDS, store.tokens["owner"]))["legalHolds"]["nodes"]
    (sent,) = listed[0]["kept"]["files"]
    assert (sent["mime"], sent["size"]) == ("image/jpeg", len(JPEG))
    assert await fetch(sent["path"], "owner") == (200, JPEG)
    assert (await fetch(sent["path"], "agent"))[0] == 404
    # The longer one ends by hand: the other keeps them, until its day.
    await ask(_LIFT, input={"hold": holds[0]})
    assert await fetch(sent["path"], "owner") == (200, JPEG)
    clock.move(11 * clock.DAY)
    assert await privacy.drop_ended_holds() == 1
    files = [one["id"] for one in await stored.rows("SELECT id FROM media")]
    assert ids.read("media", sent["path"].rpartition("/")[2]) not in files
