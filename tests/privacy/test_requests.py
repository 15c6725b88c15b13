"""Requests for a right through the door: their clock, who did what, and what they come to (F47)."""

from __future__ import annotations

import pytest

import privacy
import tenants
from kernel import clock, tenancy
from privacy.exports import running
from tests import following, stored
from tests.commerce.test_own_shop import own_shop, put
from tests.privacy.office import Office, go_to


async def test_a_clock_runs_stands_and_is_lengthened(office: Office) -> None:
    lea = await office.meets()
    request = await office.opens("RESTRICTION", lea, details="Bitte nur aufbewahren")
    one = {"request": request["id"]}
    assert (request["state"], request["dueAt"], request["standsSince"], request["proof"]) == (
        "UNPROVEN",
        None,
        request["receivedAt"],
        None,
    )
    assert request["details"] == "Bitte nur aufbewahren"
    assert request["contact"] == {"id": lea}
    assert await office.refused("privacyRequestFulfil", **one) == ("request", "REQUEST_STATE")
    # Received on Friday the 29th: the month ends on 28 February, a Sunday, so on Monday.
    go_to("2027-01-29T15:00Z")
    evidence = "Passport seen at the counter"
    proven = await office.act("privacyRequestProve", **one, evidence=evidence)
    assert proven["request"]["dueAt"] == "2027-03-01T23:00:00Z"
    assert (proven["request"]["state"], proven["request"]["proof"]) == ("OPEN", "MANUAL")
    go_to("2027-02-10T09:00Z")
    await office.act("privacyRequestPause", **one, reason="Which of two accounts?")
    assert await office.refused("privacyRequestFulfil", **one) == ("request", "REQUEST_STATE")
    # It stands past its end, and nobody is warned.
    go_to("2027-03-11T08:00Z")
    assert await privacy.warn_of_requests() == 0
    # 28 February and the 29 days that it stood: Monday 29 March.
    resumed = await office.act("privacyRequestResume", **one)
    assert (resumed["request"]["dueAt"], resumed["request"]["standsSince"]) == (
        "2027-03-29T22:00:00Z",
        None,
    )
    assert await office.refused("privacyRequestExtend", **one, reason=" ") == ("reason", "EMPTY")
    # Three months and 29 days from 29 January: 29 April, then 28 May, a Friday.
    extended = await office.act("privacyRequestExtend", **one, reason="Ten thousand messages")
    assert (extended["request"]["dueAt"], extended["request"]["extended"]) == (
        "2027-05-28T22:00:00Z",
        True,
    )
    again = await office.refused("privacyRequestExtend", **one, reason="Again")
    assert again == ("request", "NOT_EXTENDABLE")

    warned = []
    for moment in ("2027-05-21T21:59Z", "2027-05-21T22:00Z", "2027-05-26T22:00Z"):
        go_to(moment)
        warned.append((await privacy.warn_of_requests(), await privacy.warn_of_requests()))
    go_to("2027-05-28T22:00Z")
    warned.append((await privacy.warn_of_requests(), await privacy.warn_of_requests()))
    assert warned == [(0, 0), (1, 0), (1, 0), (1, 0)]
    late = await office.ask(
        "query($f: PrivacyRequestFilter) { privacyRequests(filter: $f) { totalCount } }",
        f={"dueBefore": "2027-05-28T22:00:00Z", "right": ["RESTRICTION"], "contact": lea},
    )
    assert late == {"privacyRequests": {"totalCount": 1}}

    done = (await office.act("privacyRequestFulfil", **one))["request"]
    assert (done["state"], done["outcome"], done["closedAt"][:10]) == (
        "DONE",
        "restricted",
        "2027-05-28",
    )
    assert await _state_of_contacts() == ["frozen"]
    assert await office.refused("privacyRequestRefuse", **one, reason="No") == (
        "request",
        "REQUEST_STATE",
    )
    lifted = (await office.act("privacyRequestLift", **one, reason="It was cleared"))["request"]
    assert lifted["outcome"] == "restriction_lifted"
    assert await _state_of_contacts() == ["active"]
    assert [(step["kind"], step["note"]) for step in lifted["steps"]] == [
        ("opened", None),
        ("proven", evidence),
        ("paused", "Which of two accounts?"),
        ("resumed", None),
        ("extended", "Ten thousand messages"),
        ("due", None),
        ("due", None),
        ("overdue", None),
        ("done", None),
        ("lifted", "It was cleared"),
    ]
    assert await office.events() == [
        "request_opened",
        "request_verified",
        "request_paused",
        "request_resumed",
        "request_extended",
        "request_due",
        "request_due",
        "request_overdue",
        "request_closed",
    ]


async def test_an_objection_a_correction_and_a_refusal(office: Office) -> None:
    lea = await office.meets()
    objection = await office.opens("OBJECTION", lea)
    await _fulfil(office, objection)
    states = await stored.rows("SELECT purpose, state FROM consent_state")
    assert [tuple(row.values()) for row in states] == [("marketing", "withdrawn")]

    # A letter that was opened three days late counts from the day on which it came.
    received = {"receivedAt": "2027-01-26T23:30:00Z"}
    correction = await office.opens("RECTIFICATION", lea, **received)
    one = {"request": correction["id"]}
    proven = await office.act("privacyRequestProve", **one, evidence="Known by voice")
    assert proven["request"]["dueAt"] == "2027-03-01T23:00:00Z"
    nothing = await office.refused("privacyRequestFulfil", **one)
    assert nothing == ("correction", "NOT_FITTING")
    same = await office.refused("privacyRequestFulfil", **one, correction={"name": "Lea Prat"})
    assert same == ("correction", "INVALID")
    right = {"name": "Lea Prat i Soler", "language": "ca"}
    done = await office.act("privacyRequestFulfil", **one, correction=right)
    assert done["request"]["outcome"] == "corrected"
    # What a profile says later does not undo it.
    clock.move(clock.HOUR)
    await office.meets("Lea")
    shown = await office.ask("query($id: ID!) { contact(id: $id) { name language } }", id=lea)
    assert shown == {"contact": right}
    found = await office.ask('{ contacts(search: "Soler") { totalCount } }')
    assert found == {"contacts": {"totalCount": 1}}
    [trace] = await stored.rows(
        "SELECT * FROM audit_entry WHERE action = 'privacy_request.correct'"
    )
    assert "Soler" not in str(trace)

    refusal = await office.opens("ERASURE", lea)
    one = {"request": refusal["id"]}
    refused = (await office.act("privacyRequestRefuse", **one, reason="Open lawsuit"))["request"]
    assert (refused["state"], refused["steps"][-1]["note"]) == ("REFUSED", "Open lawsuit")
    listed = await office.ask("{ privacyRequests { nodes { right state } } }")
    assert [tuple(node.values()) for node in listed["privacyRequests"]["nodes"]] == [
        ("ERASURE", "REFUSED"),
        ("RECTIFICATION", "DONE"),
        ("OBJECTION", "DONE"),
    ]
    await _their_number_was_wrong(office, lea)


async def test_work_that_stumbles_leaves_nobody_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea = await office.meets()
    request = await office.opens("ACCESS", lea)
    one = {"request": request["id"]}
    await office.act("privacyRequestProve", **one, evidence="Known by voice")

    async def fails(*_: object) -> None:
        raise OSError

    async def stands() -> list[tuple[str, str | None]]:
        await following.follow()
        found = await office.ask("{ privacyRequests { nodes { state outcome } } }")
        return [tuple(node.values()) for node in found["privacyRequests"]["nodes"]]

    # The disk is full for eight tries: it waits for somebody again, and its clock runs.
    for broken in (True, False):
        begun = await office.act("privacyRequestFulfil", **one)
        assert begun["request"]["state"] == "WORKING"
        with monkeypatch.context() as patch:
            if broken:
                patch.setattr(running, "_work", fails)
            while await privacy.run_next_export():
                clock.move(2 * clock.MINUTE)
        assert await stands() == [("OPEN", None) if broken else ("DONE", "exported")]
    # What a colleague ends before it is ready is begun anew.
    request = await office.opens("PORTABILITY", lea)
    one = {"request": request["id"]}
    await office.act("privacyRequestProve", **one, evidence="Known by voice")
    await office.act("privacyRequestFulfil", **one)
    (export,) = await stored.rows("SELECT tenant_id, id FROM personal_export WHERE size IS NULL")
    with tenancy.acting_for(export["tenant_id"]):
        await privacy.cancel_export(export["id"])
    assert (await stands())[0] == ("OPEN", None)
    begun = (await office.act("privacyRequestFulfil", **one))["request"]
    assert [step["kind"] for step in begun["steps"]][2:] == ["begun", "stumbled", "begun"]
    # Who is erased meanwhile has nothing more to come.
    erasure = await office.opens("ERASURE", lea)
    await office.opens("RECTIFICATION", lea)
    one = {"request": erasure["id"]}
    await office.act("privacyRequestProve", **one, evidence="Known by voice")
    await office.act("privacyRequestFulfil", **one)
    while await privacy.erase_next():
        pass
    assert await stands() == [
        ("DONE", "nothing_held"),
        ("DONE", "erased"),
        ("DONE", "nothing_held"),
        ("DONE", "exported"),
    ]


async def test_what_cannot_be_entered(office: Office) -> None:
    lea = await office.meets()
    given = {"contact": lea, "right": "ACCESS"}
    for changes, refusal in (
        ({"contact": "contact_0000000000000000000000"}, ("contact", "NOT_FOUND")),
        ({"contact": "request_0000000000000000000000"}, ("contact", "BAD_ID")),
        ({"receivedAt": "2027-01-29T12:30:00Z"}, ("receivedAt", "BAD_RANGE")),
        ({"receivedAt": "2026-01-01T00:00:00Z"}, ("receivedAt", "BAD_RANGE")),
        ({"details": "x" * 2001}, ("details", "TOO_LONG")),
    ):
        assert await office.refused("privacyRequestOpen", **{**given, **changes}) == refusal
    assert await stored.rows("SELECT id FROM privacy_request") == []
    request = await office.opens("ACCESS", lea)
    one = {"request": request["id"]}
    assert await office.refused("privacyRequestProve", **one, evidence=" ") == (
        "evidence",
        "MISSING",
    )
    for step in ("Pause", "Refuse"):
        with_reason = {**one, "reason": "x" * 2001}
        if step == "Refuse":
            refused = await office.refused(f"privacyRequest{step}", **with_reason)
            assert refused == ("reason", "TOO_LONG")
    [row] = await stored.rows("SELECT state FROM privacy_request")
    assert row == {"state": "unproven"}


async def _fulfil(office: Office, request: dict[str, str]) -> None:
    one = {"request": request["id"]}
    await office.act("privacyRequestProve", **one, evidence="Known by voice")
    done = await office.act("privacyRequestFulfil", **one)
    assert (done["userErrors"], done["request"]["state"]) == ([], "DONE")


async def _state_of_contacts() -> list[str]:
    return [row["state"] for row in await stored.rows("SELECT state FROM contact")]


async def _their_number_was_wrong(office: Office, lea: str) -> None:
    """Phone and e-mail are put right, and what a shop tells against it is not believed."""
    store, shop = office.store, await own_shop(office.store)
    other = await office.meets("Joan Mas", "34600111333")
    with tenancy.acting_for(store.tenant_id):
        may = frozenset(tenants.Permission)
        key = await tenants.make_key(store.people["owner"], "Shop", ["commerce:write"], may=may)
    customer = {"id": "c1", "email": "lea@costa.example", "phone": "+34600111222"}

    async def tells(**more: str) -> None:
        row = {**customer, **more, "updated_at": clock.moment(clock.now()).isoformat()}
        assert (await put(office.door, key.text, shop, "customers", [row]))[0] == 200

    async def ids_of(contact: str) -> set[tuple[str, str]]:
        query = "query($id: ID!) { contact(id: $id) { phone identities { kind value state } } }"
        found = (await office.ask(query, id=contact))["contact"]
        current = [one for one in found["identities"] if one["state"] == "CURRENT"]
        return {(one["kind"], one["value"]) for one in current} | {("SHOWN", found["phone"])}

    await tells()
    request = {"request": (await office.opens("RECTIFICATION", lea))["id"]}
    await office.act("privacyRequestProve", **request, evidence="Known by voice")
    for correction, refusal in (
        ({"phone": "+34600111333"}, ("correction", "phone", "TAKEN")),
        ({"email": "lea at costa"}, ("correction", "email", "INVALID")),
    ):
        assert (
            await office.refused("privacyRequestFulfil", **request, correction=correction)
            == refusal
        )
    right = {"phone": "+34600111999", "email": "Lea@Prat.example"}
    done = await office.act("privacyRequestFulfil", **request, correction=right)
    assert done["request"]["outcome"] == "corrected"
    wanted = {
        ("EMAIL", "lea@prat.example"),
        ("PHONE", "+34600111999"),
        ("SHOWN", "+34600111999"),
        ("SHOP_CUSTOMER", "c1"),
    }
    assert await ids_of(lea) == wanted
    clock.move(clock.HOUR)
    await tells()
    await tells(phone="+34600111333")  # another's: nobody is joined by it
    assert await ids_of(lea) == wanted
    assert ("PHONE", "+34600111333") in await ids_of(other)
    for search, count in (("111999", 1), ("111222", 1), ("600111333", 1)):
        found = await office.ask(
            "query($text: String!) { contacts(search: $text) { totalCount } }", text=search
        )
        assert found == {"contacts": {"totalCount": count}}
    # Their own act tells more than anything that was said.
    assert await office.meets("Lea", "34600111999") == lea
