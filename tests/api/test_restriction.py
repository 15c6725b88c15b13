"""Restriction: a frozen contact is kept, and neither used nor shown to those at the desk (F49)."""

from __future__ import annotations

import contacts
from contacts import Listed, Sighting
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.desk import Desk
from tests.api.door import arrives, text_message

_SET = """
mutation($contact: ID!) {
  restrictionSet(input: {contact: $contact, reason: ACCURACY_CONTESTED}) {
    contact { state name } userErrors { field code }
  }
}
"""
_LIFT = """
mutation($contact: ID!) {
  restrictionLift(input: {contact: $contact, reason: MISTAKE}) {
    contact { state name } userErrors { field code }
  }
}
"""
_PAGE = """
{ conversations { nodes { contact { id state name phone identities { value } }
                          messages(last: 9) { nodes { text } } } } }
"""


async def test_a_frozen_contact_is_kept_unused_and_hidden(desk: Desk) -> None:
    door, agent, owner = desk.door, desk.store.token, desk.store.tokens["owner"]
    await arrives(door, text_message(desk.store, "Hola", phone="34600111999", name="Pau Riba"))
    nodes = (await door.data(_PAGE, agent))["conversations"]["nodes"]
    seen = {node["contact"]["name"]: node["contact"]["id"] for node in nodes}
    lea = seen["Lea Prat"]
    assert (await door.ask(_SET, agent, contact=lea))["errors"]
    frozen = await door.data(_SET, owner, contact=lea)
    assert frozen["restrictionSet"] == {
        "contact": {"state": "FROZEN", "name": "Lea Prat"},
        "userErrors": [],
    }
    conflict = {"contact": None, "userErrors": [{"field": ["contact"], "code": "CONFLICT"}]}
    assert (await door.data(_SET, owner, contact=lea))["restrictionSet"] == conflict
    absent = await door.data(_SET, owner, contact=ids.show("contact", ids.new_id()))
    assert absent["restrictionSet"]["userErrors"] == [{"field": ["contact"], "code": "NOT_FOUND"}]
    # At the desk nothing of them is seen; who sees to privacy sees it; others are as before.
    hidden, shown = [
        {
            one["contact"]["id"]: one
            for one in (await door.data(_PAGE, token))["conversations"]["nodes"]
        }
        for token in (agent, owner)
    ]
    assert hidden[lea] == {
        "contact": {
            "id": lea,
            "state": "FROZEN",
            "name": None,
            "phone": None,
            "identities": [{"value": None}],
        },
        "messages": {"nodes": [{"text": None}]},
    }
    assert hidden[seen["Pau Riba"]] == shown[seen["Pau Riba"]]
    assert shown[lea]["messages"]["nodes"] == [{"text": "Is the blue one in stock?"}]
    # Nothing goes out to them, and no list fills them in.
    answer = await desk.send({"text": {"body": "Hello"}})
    assert [one["code"] for one in answer["userErrors"]] == ["CONTACT_RESTRICTED"]
    before = await _details()
    with tenancy.acting_for(desk.store.tenant_id):
        sighting = Sighting(
            at=clock.now(), phone="34600111222", email="lea@example.com", name="Lea P"
        )
        [entered] = await contacts.enter(
            [Listed(sighting, language="ca", country="AD", tags=("vip",))], "list-1"
        )
    assert (ids.show("contact", entered.contact_id or ""), entered.effects) == (lea, [])
    assert await _details() == before
    # In use again; both steps stand in the log with their reasons.
    lifted = await door.data(_LIFT, owner, contact=lea)
    assert lifted["restrictionLift"]["contact"] == {"state": "ACTIVE", "name": "Lea Prat"}
    assert (await door.data(_LIFT, owner, contact=lea))["restrictionLift"] == conflict
    assert (await door.data(_PAGE, agent))["conversations"]["nodes"][1]["contact"]["name"]
    steps = await stored.rows(
        "SELECT action, outcome FROM audit_entry WHERE action LIKE 'restriction.%' ORDER BY id"
    )
    assert [(row["action"], row["outcome"]) for row in steps] == [
        ("restriction.set", "accuracy_contested"),
        ("restriction.lift", "mistake"),
    ]


async def _details() -> list[object]:
    return [
        await stored.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        for table in (
            "contact",
            "identity",
            "contact_tag",
            "tag",
            "consent_entry",
            "contact_search",
        )
    ]
