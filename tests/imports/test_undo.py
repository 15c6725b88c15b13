"""Undo: the database as before; what others hold on to stays and is told."""

from __future__ import annotations

import contacts
from kernel import ids, tenancy
from tests import stored
from tests.api.door import arrives, text_message
from tests.api.test_touchpoints import insights, make
from tests.following import follow
from tests.imports.office import HISTORIES, Office, codes, work

LIST = """phone,name,email,country,language,tags
600111222,Marta Vidal,marta@costa.example,ES,ca,"vip, wholesale"
600111333,Lea Prat,lea@costa.example,,,vip
600111444,,joan@costa.example,,es,
"""


async def test_undo_leaves_the_database_as_before(office: Office) -> None:
    await office.run("phone,tags\n600111444,friend\n,\n")
    await follow()
    before = await office.stored()
    job = await office.run(LIST)
    assert (job["report"]["created"], job["report"]["updated"]) == (2, 1)
    await follow()
    assert await office.stored() != before
    undone = await office.undo(job["id"])
    await follow()
    assert (undone["state"], undone["report"]["kept"]) == ("UNDONE", 0)
    assert await office.stored() == before
    # Once is enough.
    assert (await office.do("Undo", job["id"]))["userErrors"][0]["code"] == "CONFLICT"
    # And it can be imported again.
    again = await office.run(LIST)
    assert (again["report"]["created"], again["report"]["updated"]) == (2, 1)


async def test_who_was_used_since_stays(office: Office) -> None:
    file = "phone,name\n" + "".join(f"60011122{one},Person {one}\n" for one in range(5))
    job = await office.run(file)
    who = {one["name"]: ids.read("contact", one["id"]) for one in await office.contacts()}
    await arrives(office.door, text_message(office.store, "hola", phone="34600111221"))
    with tenancy.acting_for(office.store.tenant_id):
        await contacts.tag(who["Person 3"], "to follow up")
    later = await office.run("phone,email\n600111224,late@costa.example\n")
    undone = await office.undo(job["id"])
    assert undone["report"]["kept"] == 3
    assert codes(undone) == [
        (3, None, "TOUCHED_SINCE"),
        (5, None, "TOUCHED_SINCE"),
        (6, None, "TOUCHED_SINCE"),
    ]
    assert [one["phone"][-1] for one in await office.contacts()] == ["1", "3", "4"]
    assert (await office.undo(later["id"]))["report"]["kept"] == 0
    assert [len(one["identities"]) for one in await office.contacts()] == [1, 1, 1]


async def test_the_ledger_of_consents_only_grows(office: Office) -> None:
    await office.run("phone\n600111222\n")
    before = await office.stored(HISTORIES | {"consent_entry"})
    file = """phone,consent evidence,consent date
600111222,Form at the fair,2026-03-31
600111333,Form at the fair,2026-03-31
"""
    job = await office.run(file, legalBasis="CONSENT")
    undone = await office.undo(job["id"])
    assert undone["state"] == "UNDONE"
    rows = await stored.rows(
        """SELECT kind, method FROM consent_entry WHERE tenant_id = $1::uuid
            ORDER BY kind, provider_at""",
        office.store.tenant_id,
    )
    assert [(row["kind"], row["method"]) for row in rows] == [
        ("confirmed", "import"),
        ("confirmed", "import"),
        ("superseded", "import_undone"),
    ]
    # Of whom it tells there stays an empty contact, without a key.
    people = await office.contacts()
    assert [(one["phone"], one["consents"]) for one in people] == [
        (None, []),
        ("+34600111222", []),
    ]
    after = await office.stored(HISTORIES | {"consent_entry", "contact", "subject"})
    assert after == {table: sum_ for table, sum_ in before.items() if table in after}


async def test_an_import_takes_no_withdrawal_back(office: Office) -> None:
    file = "phone,consent evidence,consent date\n600111222,Form,2026-03-31\n"
    first = await office.run(file, legalBasis="CONSENT")
    (person,) = await office.contacts()
    with tenancy.acting_for(office.store.tenant_id):
        row = await contacts.contacts_by_ids([ids.read("contact", person["id"])])
        (contact,) = row.values()
        await contacts.record_consent(
            [
                contacts.ConsentStep(
                    contact["id"], contact["subject_id"], "withdrawn", "stop_word", "STOP", 1
                )
            ]
        )
    await office.undo(first["id"])
    (person,) = await office.contacts()
    assert person["consents"] == [{"purpose": "marketing", "state": "WITHDRAWN"}]


async def test_an_undo_goes_on_after_it_was_cut_off(office: Office) -> None:
    await office.run("phone\n600999999\n")
    before = await office.stored()
    rows = "".join(f"6{one:08},Person {one},t{one % 7}\n" for one in range(10_000_000, 10_002_500))
    job = await office.run("phone,name,tags\n" + rows)
    assert job["report"]["created"] == 2500
    assert (await office.do("Undo", job["id"]))["userErrors"] == []
    await stored.run(
        "UPDATE import_job SET lease_until = 0 WHERE tenant_id = $1::uuid", office.store.tenant_id
    )
    await work()
    assert (await office.job(job["id"]))["state"] == "UNDONE"
    assert await office.stored() == before


async def test_a_list_names_its_touchpoint(office: Office) -> None:
    door, store = office.door, office.store
    place = await make(door, store, "IMPORT")
    window = await make(door, store)
    file = """phone,name,consent evidence,consent date
600111222,Marta Vidal,Form at the fair,2026-03-31
600111333,Lea Prat,,
600111222,Marta Vidal,Form at the fair,2026-03-31
"""
    wanted = {"legalBasis": "CONSENT", "touchpoint": place["id"]}
    but = HISTORIES | {"consent_entry", "contact", "subject"}
    for wrong, code in (
        ({"touchpoint": window["id"]}, "INVALID"),
        ({"touchpoint": ids.show("touchpoint", ids.new_id())}, "NOT_FOUND"),
    ):
        [error] = (await office.create(file, **wanted | wrong))["userErrors"]
        assert (error["field"], error["code"]) == (["touchpoint"], code)
    before = await office.stored(but)
    job = await office.run(file, **wanted)
    assert (job["report"]["created"], job["report"]["unproven"]) == (2, 1)
    await follow()
    # Joined, confirmed, bought, left; only who proves a consent has confirmed.
    assert await insights(door, store, place) == [2, 1, 0, 0]
    query = "query($id: ID!) { contact(id: $id) { name touchpoint { id } } }"
    for one in await office.contacts():
        found = await door.data(query, store.token, id=one["id"])
        assert found["contact"]["touchpoint"] == {"id": place["id"]}
    # A list is nothing that they did: nobody is asked for a second yes.
    assert await stored.rows("SELECT id FROM consent_request") == []
    undone = await office.undo(job["id"])
    assert (undone["state"], undone["report"]["kept"]) == ("UNDONE", 0)
    assert await insights(door, store, place) == [0, 0, 0, 0]
    assert await office.stored(but) == before
    for _ in range(2):
        await office.run(file, **wanted)
        assert await insights(door, store, place) == [2, 1, 0, 0]
