"""Campaigns that rest, go on and end: by people, by their templates, by what fails (F26)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import campaigns
import contacts
import conversations
from campaigns import launching
from contacts import Sighting
from kernel import clock, ids, tenancy
from tests import stored
from tests.campaigns.office import Office, listed

_STATE = "state stateReason progress { total sent refused left counts { state reason count } }"


async def test_it_rests_goes_on_and_is_called_off(office: Office) -> None:
    office.sim.set(strangers="reachable")
    await office.enters(*(listed(f"P{one}", f"3460000000{one}") for one in range(6)))
    campaign = await office.drafts(audience={"phones": [f"+3460000000{n}" for n in range(6)]})
    _, errors = await office.does("Pause", campaign=campaign)
    assert [(one["field"], one["code"]) for one in errors] == [(["campaign"], "CONFLICT")]
    await office.launches(campaign)
    _, errors = await office.does("Update", campaign=campaign, name="Autumn")
    assert errors[0]["message"] == "Only a campaign that is draft can be changed."
    paused, _ = await office.does("Pause", _STATE, campaign=campaign)
    assert (paused["state"], paused["stateReason"]) == ("PAUSED", "PERSON")
    await office.delivers()
    assert office.sim.counts()["accepted"] == 0
    await office.does("Resume", campaign=campaign)
    # The emergency stop holds it as well, whatever its own state.
    assert await _halts(office, "sendingHalt")
    await office.delivers()
    assert office.sim.counts()["accepted"] == 0
    assert not await _halts(office, "sendingRelease")
    await stored.run(
        "UPDATE send SET due_at = $1 WHERE contact_id <> $2",
        clock.now() + clock.HOUR,
        office.people["P3"],
    )
    await office.delivers()
    cancelled, _ = await office.does("Cancel", _STATE, campaign=campaign)
    assert cancelled["state"] == "CANCELLED"
    await office.waits(2 * clock.HOUR)
    await office.delivers()
    assert await office.sees(campaign, _STATE) == {
        "state": "CANCELLED",
        "stateReason": "PERSON",
        "progress": {
            "total": 6,
            "sent": 1,
            "refused": 5,
            "left": 0,
            "counts": [
                {"state": "refused", "reason": "CANCELLED", "count": 5},
                {"state": "sent", "reason": "ACCEPTED", "count": 1},
            ],
        },
    }
    assert await office.happened() == [
        *("scheduled", "launched", "paused", "resumed", "cancelled"),
    ]


async def test_it_rests_with_its_template(office: Office) -> None:
    await office.enters(listed("Ana", "34600000001"))
    soon = clock.moment(clock.now() + clock.HOUR).isoformat()
    campaign = await office.drafts(startsAt=soon)
    assert (await office.launches(campaign))["state"] == "SCHEDULED"
    [template] = await stored.rows("SELECT template_id FROM template")
    for changed, reason in (
        ({"pause": True}, "TEMPLATE_PAUSED"),
        ({"category": "UTILITY", "notice": False}, "TEMPLATE_RECATEGORISED"),
    ):
        office.sim.change_template(template["template_id"], **changed)
        await office.studio.hears(2.0)
        await office.reacts()
        seen = await office.sees(campaign, _STATE)
        assert (seen["state"], seen["stateReason"]) == ("PAUSED", reason)
        if reason == "TEMPLATE_PAUSED":
            _, errors = await office.does("Resume", campaign=campaign)
            assert errors[0]["code"] == "TEMPLATE_NOT_APPROVED"
            office.sim.change_template(template["template_id"], unpause=True)
            await office.studio.hears(2.0)
            resumed, _ = await office.does("Resume", _STATE, campaign=campaign)
            assert resumed["state"] == "SCHEDULED"


async def test_of_too_much_that_fails_it_rests_by_itself(office: Office) -> None:
    # The platform takes them all, and reaches nobody.
    phones = [f"346000001{one:02}" for one in range(60)]
    await office.enters(*(listed(f"P{one}", one, "many") for one in phones))
    campaign = await office.drafts(audience={"tagsAny": [await office.tag("many")]})
    await office.launches(campaign)
    await stored.run(
        """UPDATE send SET due_at = $1 WHERE id IN (SELECT id FROM send ORDER BY id LIMIT 5)""",
        clock.now() + clock.HOUR,
    )
    await office.delivers()
    await office.delivers()
    seen = await office.sees(campaign, _STATE)
    assert (seen["state"], seen["stateReason"]) == ("PAUSED", "TOO_MANY_FAILED")
    assert (seen["progress"]["sent"], seen["progress"]["left"]) == (55, 5)
    # Whoever lets it go on has seen it; it is counted anew.
    await office.does("Resume", campaign=campaign)
    await office.reacts()
    assert (await office.sees(campaign, _STATE))["state"] == "RUNNING"


async def test_a_launch_outlives_its_workers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [listed(f"P{one}", f"3460000{one:04}", "many") for one in range(50)]
    await office.enters(*people)
    with tenancy.acting_for(office.studio.store.tenant_id):
        second = await _second_number(office)
    campaign = await office.drafts(
        numbers=[office.number, second], audience={"tagsAny": [await office.tag("many")]}
    )
    monkeypatch.setattr("conversations.mailings.STEP", 7)
    freeze, steps = conversations.freeze, 0

    async def killed(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        done = await freeze(*given)
        if steps % 3 == 0:
            raise RuntimeError("killed")
        return done

    monkeypatch.setattr(conversations, "freeze", killed)
    await office.does("Launch", campaign=campaign)
    while (await office.sees(campaign))["state"] == "LAUNCHING":
        try:
            await campaigns.freeze_next()
        except RuntimeError:
            await office.waits(launching.LEASE + clock.SECOND)
    assert steps > 8
    per_number = await stored.rows(
        """SELECT number_id, count(*) AS n, count(DISTINCT contact_id) AS people
             FROM send GROUP BY number_id ORDER BY number_id"""
    )
    assert sum(row["n"] for row in per_number) == sum(row["people"] for row in per_number) == 50
    assert len(per_number) == 2
    assert await office.happened() == ["scheduled", "launched"]


async def test_who_was_listed_stays_listed_under_another_name(office: Office) -> None:
    one, other = await office.enters(
        listed("Ana", "34600000001"), replace(listed("Ana R", "34600000002"), consent=None)
    )
    audience = {"contacts": [ids.show("contact", other)], "excluded": [office.contact("Ana")]}
    campaign = await office.drafts(audience=audience)
    with tenancy.acting_for(office.studio.store.tenant_id):
        for phone in ("34600000001", "34600000002"):
            await contacts.recognise(
                [Sighting(clock.now(), phone, "ES.778120334411992003", scope="portfolio")]
            )
    await office.reacts()
    shown = await office.sees(campaign, "audience { listed excluded size }")
    merged = await stored.rows("SELECT id FROM contact WHERE state = 'merged'")
    assert [row["id"] for row in merged] in ([one], [other])
    assert shown["audience"] == {"listed": 1, "excluded": 1, "size": 0}


async def _halts(office: Office, step: str) -> bool:
    """Whether nothing leaves after this step."""
    query = f"mutation {{ {step} {{ haltedAt userErrors {{ code }} }} }}"
    payload = (await office.studio.door.data(query, office.studio.owner))[step]
    return payload["haltedAt"] is not None


async def _second_number(office: Office) -> str:
    [first] = await stored.rows("SELECT * FROM number")
    second = {**first, "id": ids.new_id(), "phone_number_id": "106540352242923"}
    await stored.insert("number", [second])
    return ids.show("number", second["id"])
