"""Contacts from a file: who comes in, what is told of others, what consent comes to (F7, F9)."""

from __future__ import annotations

from tests.imports.office import Office, codes

FILE = """Name,Mobile,E-mail,Country,Language,Tags
Marta Vidal,600 111 222,marta@costa.example,Spain,es,"vip, wholesale"
João Souza,+55 11 8765-4321,,Brasil,pt-BR,
Lea Prat,600 111 333,lea@,España,,
,,,,,
Nobody,,,,,vip
Ana,12,,ES,,
=1+1,600111555,,,,
李明,13800138000,,中国,zh,
"""


async def test_rows_become_contacts_and_the_others_are_told(office: Office) -> None:
    job = await office.run(FILE)
    assert (job["kind"], job["state"], job["progress"]) == (
        "CONTACTS_IMPORT",
        "FINISHED",
        {"done": 8, "total": 8},
    )
    assert codes(job) == [
        (4, 2, "BAD_EMAIL"),
        (5, None, "NOBODY"),
        (6, None, "NOBODY"),
        (7, 1, "BAD_PHONE"),
        (8, 0, "FORMULA"),
    ]
    told = {name: count for name, count in job["report"].items() if count}
    assert told == {"rows": 8, "created": 3, "refused": 5}
    people = await office.contacts()
    assert [(one["name"], one["phone"], one["country"], one["language"]) for one in people] == [
        ("João Souza", "+551187654321", "BR", "pt-BR"),
        ("Marta Vidal", "+34600111222", "ES", "es"),
        ("李明", "+8613800138000", "CN", "zh"),
    ]
    assert {one["name"] for one in people[1]["tags"]} == {"vip", "wholesale"}


async def test_variants_of_a_number_are_one_person(office: Office) -> None:
    file = """phone,name
+55 11 8765-4321,João
+55 11 98765 4321,João Souza
+52 1 55 1234 5678,Lupe
+52 55 1234 5678,Guadalupe
+54 9 11 2345 6789,Sol
+54 11 2345 6789,Soledad
"""
    job = await office.run(file)
    assert codes(job) == []
    assert (job["report"]["created"], job["report"]["unchanged"]) == (3, 3)
    assert [one["name"] for one in await office.contacts()] == ["João", "Lupe", "Sol"]


async def test_a_list_adds_what_is_missing_and_changes_nothing(office: Office) -> None:
    await office.run("phone,name\n600111222,Marta\n600111333,\n")
    again = await office.run(
        "phone,name,email,tags\n600111222,Someone Else,marta@costa.example,vip\n600111333,Lea,,\n"
    )
    assert (again["report"]["created"], again["report"]["updated"]) == (0, 2)
    assert [
        (one["name"], one["phone"], len(one["identities"]), len(one["tags"]))
        for one in await office.contacts()
    ] == [("Lea", "+34600111333", 1, 0), ("Marta", "+34600111222", 2, 1)]
    same = await office.run("phone,name\n+34600111222,Marta\n")
    assert (same["report"]["unchanged"], same["report"]["updated"]) == (1, 0)


async def test_ids_of_two_contacts_join_nobody(office: Office) -> None:
    await office.run("phone,email\n600111222,\n,lea@costa.example\n")
    both = "phone,email\n600111222,lea@costa.example\n"
    tried = await office.run(both, dryRun=True)
    job = await office.run(both)
    assert codes(tried) == codes(job) == [(2, None, "TWO_PEOPLE")]
    assert len(await office.contacts()) == 2


async def test_a_number_without_its_country(office: Office) -> None:
    file = "phone,country\n600111222,\n600111333,Spain\n600111444,Atlantis\n0034600111555,\n"
    job = await office.run(file, country=None)
    assert codes(job) == [
        (2, 0, "NO_COUNTRY"),
        (4, 0, "NO_COUNTRY"),
        (4, 1, "BAD_COUNTRY"),
    ]
    assert [one["phone"] for one in await office.contacts()] == ["+34600111333", "+34600111555"]


async def test_only_consent_with_evidence_and_date_counts(office: Office) -> None:
    file = """phone,consent evidence,consent date
600111221,"Form at the fair, checkbox for offers",2026-03-31 14:05
600111222,Form at the fair,
600111223,,2026-03-31
600111224,Form at the fair,31st of March
600111225,Form at the fair,2999-01-01
600111226,,
"""
    job = await office.run(file, legalBasis="CONSENT")
    assert codes(job) == [
        (3, 2, "NO_CONSENT_DATE"),
        (4, 1, "NO_EVIDENCE"),
        (5, 2, "BAD_CONSENT_DATE"),
        (6, 2, "BAD_CONSENT_DATE"),
        (7, 1, "NO_EVIDENCE"),
    ]
    assert all(one["taken"] for one in job["problems"]["nodes"])
    assert (job["report"]["consented"], job["report"]["unproven"]) == (1, 5)
    states = [one["consents"] for one in await office.contacts()]
    assert states == [
        [{"purpose": "marketing", "state": "CONFIRMED"}],
        *[[{"purpose": "marketing", "state": "UNPROVEN"}]] * 5,
    ]
    # On another legal basis nobody claims a consent.
    await office.run("phone,consent evidence\n600111227,Form\n", legalBasis="CONTRACT")
    assert (await office.contacts())[-1]["consents"] == []


async def test_a_dry_run_changes_nothing(office: Office) -> None:
    await office.run("phone\n600111333\n")
    before = await office.stored()
    job = await office.run(FILE, dryRun=True)
    assert (job["state"], job["dryRun"]) == ("FINISHED", True)
    assert [code for _, _, code in codes(job)] == [
        "BAD_EMAIL",
        "NOBODY",
        "NOBODY",
        "BAD_PHONE",
        "FORMULA",
    ]
    assert (job["report"]["created"], job["report"]["known"]) == (3, 0)
    assert await office.stored() == before
    refused = await office.do("Undo", job["id"])
    assert refused["userErrors"][0]["code"] == "CONFLICT"
