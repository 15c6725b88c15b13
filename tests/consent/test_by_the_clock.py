"""Requests by the clock (F9): expired, forgotten, and what is said late, in any order, at once."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

import privacy
from kernel import clock, ids
from tests import stored
from tests.api.door import arrives, delivery, text_message
from tests.consent.office import CUSTOMER, Office, says, seconds, tap
from tests.consent.test_answers import reacts
from tests.flows import town
from tests.tenants.make import events_of
from workers import inbound

_SETTINGS = """
mutation { tenantUpdate(input: {consentHours: 2, consentPurgeDays: 3}) {
  tenant { consentHours consentPurgeDays } userErrors { code } } }
"""


async def test_what_nobody_confirms_is_forgotten(office: Office) -> None:
    desk = office.desk
    await desk.door.data(_SETTINGS, office.owner)
    await desk.learn_template("confirm_it", "UTILITY")
    stranger = await office.asks(phone="+34600777666", evidence="stand at the fair, sheet 4")
    assert stranger["userErrors"] == []
    prompt = await office.prompts(incentive="TEN")
    assert [one["type"] for one in desk.platform.messages] == ["template", "interactive"]
    said_in_time = seconds(3600)
    await office.waits(2 * clock.HOUR + clock.MINUTE)
    await office.clock_strikes()
    assert await office.state() == "EXPIRED"
    assert (await office.steps())[-1] == ("EXPIRED", "clock")
    # A prompt that still waits does not leave any more.
    late = await office.asks()
    assert late["request"]["state"] == "PENDING"
    await office.waits(3 * clock.HOUR)
    await desk.deliver()
    assert len(desk.platform.messages) == 2
    sends = await stored.rows("SELECT state, decision FROM send ORDER BY id")
    assert [row["state"] for row in sends] == ["sent", "sent", "refused"]
    assert "OCCASION_GONE" in str(sends[2]["decision"])
    assert await reacts(office) == []
    [gone, _] = (await office.sees())["consentRequests"]
    assert (gone["state"], gone["trouble"]) == ("PENDING", "OCCASION_GONE")
    # What was said in time counts, however late it comes.
    await office.hears(tap(prompt, at=said_in_time))
    assert await office.state() == "CONFIRMED"
    assert (await events_of(desk.store.tenant_id)).count("incentive.released") == 1

    await office.waits(4 * clock.DAY)
    await office.clock_strikes()
    seen = await office.sees()
    assert [one["state"] for one in seen["consentRequests"]] == ["CONFIRMED"]
    gone = ids.read("contact", stranger["request"]["contact"]["id"])
    # Of whom nothing else is held is forgotten; who wrote stays.
    [erasure] = await stored.rows("SELECT contact_id, reason FROM erasure")
    assert (erasure["contact_id"], erasure["reason"]) == (gone, "no_basis")
    assert (
        await stored.rows("SELECT id FROM consent_request WHERE contact_id = $1::uuid", gone) == []
    )


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_any_order_comes_to_the_same(office: Office) -> None:
    prompt, now = await office.prompts(), seconds()
    store = office.desk.store
    tables = ("consent_entry", "consent_request", "consent_state")
    before = {name: await stored.rows(f"SELECT * FROM {name}") for name in tables}
    numbered = itertools.count()

    def said(moment: str) -> dict[str, Any]:
        """What they did, as the platform tells it: each time with ids of its own."""
        wamid = f"wamid.{moment}.{next(numbered)}"
        if moment == "no":
            message = tap(prompt, False, at=now + 10, wamid=wamid)
        elif moment == "stop":
            message = says("STOP", at=now + 20, wamid=wamid)
        elif moment == "yes":
            message = says("yes", prompt, at=now + 40, wamid=wamid)
        else:
            told = {"wa_id": CUSTOMER, "category": "marketing_messages", "value": "stop"}
            body = delivery(store, user_preferences=[{**told, "timestamp": now + 30}], id=wamid)
            body["entry"][0]["changes"][0]["field"] = "user_preferences"
            return body
        return text_message(store, **{"text": "", "phone": CUSTOMER, **message})

    moments = ["no", "stop", "stopped in the app", "yes"]
    expected = dict(zip(moments, ["refused", "withdrawn", "withdrawn", "confirmed"], strict=True))
    for order in itertools.permutations(moments):
        for name in reversed(tables):
            await stored.run(f"DELETE FROM {name}")
        for name in tables:
            await stored.insert(name, before[name])
        for told, moment in enumerate(order, 1):
            await arrives(office.desk.door, said(moment))
            latest = expected[max(order[:told], key=moments.index)]
            for table in ("consent_state", "consent_request"):
                [row] = await stored.rows(f"SELECT state FROM {table}")
                assert row["state"] == latest, (table, order[:told])


async def test_beside_each_other(office: Office) -> None:
    store = office.desk.store
    first = await office.prompts(incentive="TEN")

    def told(message: dict[str, Any]) -> dict[str, Any]:
        return text_message(store, **{"text": "", "phone": CUSTOMER, **message})

    # Two yeses at once, each in a drain of its own: confirmed once, one coupon.
    for message in (tap(first), says("sí", first)):
        await town.post([told(message)])
    await asyncio.gather(*(inbound.drain(1) for _ in range(3)))
    await town.drain()
    assert await office.state() == "CONFIRMED"
    assert (await events_of(store.tenant_id)).count("incentive.released") == 1
    # A yes beside a withdrawal that was said later; asked twice at once, it is one request.
    await office.hears(says("STOP", at=seconds(1)))
    clock.move(5 * clock.SECOND)
    both = await asyncio.gather(office.asks(), office.asks())
    assert len({one["request"]["id"] for one in both}) == 1
    await office.desk.deliver()
    assert len(office.desk.platform.messages) == 2
    second = office.desk.platform.messages[-1]
    for message in (tap(second, at=seconds(1)), says("STOP", at=seconds(2))):
        await town.post([told(message)])
    await asyncio.gather(*(inbound.drain(1) for _ in range(3)))
    await town.drain()
    assert await office.state() == "WITHDRAWN"
    # The clock beside a yes that was said in time.
    clock.move(5 * clock.SECOND)
    third = await office.prompts()
    await town.post([told(tap(third, at=seconds(60)))])
    await office.waits(49 * clock.HOUR)
    await asyncio.gather(inbound.drain(1), privacy.look_after_requests())
    await town.drain()
    await office.clock_strikes()
    assert await office.state() == "CONFIRMED"
    [*_, last] = await stored.rows("SELECT state FROM consent_request ORDER BY id")
    assert last["state"] == "confirmed"
