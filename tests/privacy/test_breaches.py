"""The register of breaches through the door: 72 hours, who is affected, what was told (F47)."""

from __future__ import annotations

from typing import Any

import privacy
from tests import stored
from tests.privacy.office import Office, go_to

_BREACH = """{ id state categories happened consequences measures knownAt dueAt overdue reportedAt
               reference lateBecause closedAt closedBecause
               affected { totalCount nodes { id name } } }"""


async def act(office: Office, name: str, role: str = "compliance", **given: Any) -> Any:
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = f"""mutation($input: {kind}!) {{
        {name}(input: $input) {{ breach {_BREACH} userErrors {{ field code }} }} }}"""
    return (await office.ask(document, role, input=given))[name]


async def refused(office: Office, name: str, **given: Any) -> Any:
    payload = await act(office, name, **given)
    assert payload["breach"] is None
    [error] = payload["userErrors"]
    return (*error["field"], error["code"])


async def test_a_breach_from_its_first_hour_to_its_end(office: Office) -> None:
    lea = await office.meets()
    noor = await office.meets("نور", "971500000001")
    categories = {"categories": ["MESSAGES", "CONTACT_DETAILS"]}
    for wrong, answer in (
        ({"happened": " "}, ("happened", "EMPTY")),
        ({"categories": []}, ("categories", "INVALID")),
        ({"knownAt": "2027-01-29T12:10:00Z"}, ("knownAt", "BAD_RANGE")),
        ({"measures": "x" * 5001}, ("measures", "TOO_LONG")),
    ):
        given = {"happened": "A laptop was stolen", **categories, **wrong}
        assert await refused(office, "breachOpen", **given) == answer
    assert await stored.rows("SELECT id FROM breach") == []

    known = {"knownAt": "2027-01-29T08:00:00Z"}
    opened = await act(office, "breachOpen", happened="A laptop was stolen", **categories, **known)
    breach = opened["breach"]
    one = {"breach": breach["id"]}
    assert (breach["dueAt"], breach["overdue"], breach["categories"]) == (
        "2027-02-01T08:00:00Z",
        False,
        ["CONTACT_DETAILS", "MESSAGES"],
    )
    measures = {"measures": "Wiped from afar", "consequences": "None likely: it was sealed"}
    described = (await act(office, "breachDescribe", **one, **measures))["breach"]
    assert (described["measures"], described["happened"]) == (
        "Wiped from afar",
        "A laptop was stolen",
    )
    for country, people in (("AE", [noor]), ("ES", [lea, noor]), ("ES", [lea, noor])):
        wanted = {"country": {"in": [country]}}
        listed = (await act(office, "breachAffectedAdd", **one, filter=wanted))["breach"]
        assert sorted(node["id"] for node in listed["affected"]["nodes"]) == sorted(people)
    assert listed["affected"]["totalCount"] == 2
    lists = await stored.rows("SELECT id FROM audit_entry WHERE action = 'breach.list'")
    assert len(lists) == 2

    warned = []
    for moment in ("2027-01-31T07:59Z", "2027-01-31T08:00Z", "2027-02-01T08:00Z"):
        go_to(moment)
        warned.append((await privacy.warn_of_breaches(), await privacy.warn_of_breaches()))
    assert warned == [(0, 0), (1, 0), (1, 0)]
    go_to("2027-02-01T09:00Z")
    reference = {"reference": "AEPD-2027-17"}
    assert await refused(office, "breachReport", **one, **reference) == ("lateBecause", "MISSING")
    early = {"reportedAt": "2027-01-29T07:00:00Z"}
    assert await refused(office, "breachReport", **one, **reference, **early) == (
        "reportedAt",
        "BAD_RANGE",
    )
    late = {"lateBecause": "The extent was not known"}
    reported = (await act(office, "breachReport", **one, **reference, **late))["breach"]
    assert (reported["state"], reported["reportedAt"][:13], reported["reference"]) == (
        "REPORTED",
        "2027-02-01T09",
        "AEPD-2027-17",
    )
    closed = (await act(office, "breachClose", **one))["breach"]
    assert (closed["state"], closed["lateBecause"]) == ("CLOSED", "The extent was not known")
    assert await refused(office, "breachDescribe", **one, measures="More") == (
        "breach",
        "BREACH_STATE",
    )
    assert await office.events("breach.%") == ["opened", "due", "overdue", "reported", "closed"]

    small = (await act(office, "breachOpen", happened="A wrong copy", **categories))["breach"]
    one = {"breach": small["id"]}
    assert await refused(office, "breachClose", **one) == ("reason", "MISSING")
    closed = (await act(office, "breachClose", **one, reason="Deleted unread"))["breach"]
    assert (closed["state"], closed["closedBecause"]) == ("CLOSED", "Deleted unread")
    listed = await office.ask("{ breaches { totalCount nodes { happened } } }", "owner")
    assert [node["happened"] for node in listed["breaches"]["nodes"]] == [
        "A laptop was stolen",
        "A wrong copy",
    ]
