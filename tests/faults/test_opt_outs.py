"""People who opt out while a campaign runs: to none of them an attempt begins afterwards (F21).

`scripts/faults campaigns` does it with ten thousand.
"""

from __future__ import annotations

import asyncio
import random

import orjson

import contacts
from channels.simulator import Simulator
from contacts import Known
from kernel import clock, database, tenancy
from tests import stored
from tests.faults import audience
from tests.faults.conftest import Figure
from tests.faults.place import Place
from tests.faults.programs import supervised, until

_CATEGORY, _NUMBERS, _HANDS = "MARKETING", 3, 6


async def test_opt_outs_race_a_campaign(
    wired: Place, sim: Simulator, scale: int, record_property: Figure
) -> None:
    count = 300 if scale == 1 else 10_000
    sim.settle(audience.document(wired.root, count, _NUMBERS, _CATEGORY))
    sim.set(latency=0.02)
    numbers = await audience.open_numbers(wired, _NUMBERS, _CATEGORY)
    people = await audience.meet(wired, count, agree=True)
    await audience.mail(wired, numbers, people, per_second=30 if scale == 1 else 60)
    async with supervised(wired.worker):

        async def is_sending() -> bool:
            return bool(sim.accepted())

        await until(is_sending, "it is sending", within=60)
        before = await _opt_out(wired, people)

        async def is_through() -> bool:
            return not await stored.row(
                "SELECT 1 AS one FROM send WHERE state IN ('queued', 'claimed') LIMIT 1"
            )

        await until(is_through, "it is through", within=60 * scale, every=0.2)

    rows = await stored.rows("SELECT contact_id, state, attempts, decision FROM send")
    written_to = {row["contact_id"] for row in rows if row["state"] == "sent"}
    refused = {
        row["contact_id"]: orjson.loads(row["decision"])["reason"]
        for row in rows
        if row["state"] == "refused" and row["attempts"] == 0
    }
    # Whoever had been written to when they opted out is; nobody else, and each is told why.
    assert written_to == before
    assert refused == dict.fromkeys(
        {one.contact_id for one in people} - before, "CONSENT_WITHDRAWN"
    )
    assert len(sim.accepted()) == len(before)
    assert 0 < len(before) < count
    record_property("written to before they opted out", len(before))
    record_property("opted out before they were written to", len(refused))


async def _opt_out(place: Place, people: list[Known]) -> set[str]:
    """Everybody opts out, some at once, in any order; who was written to by then."""
    waiting = iter(random.sample(people, len(people)))
    before: set[str] = set()

    @database.unit_of_work
    async def opt_out(one: Known) -> bool:
        await contacts.record_consent([audience.choice(one, "withdrawn", clock.now())])
        # Behind the lock on their consent: no attempt can begin between this and the commit.
        row = await database.row(
            """SELECT 1 AS one FROM send
                WHERE tenant_id = $1::uuid AND contact_id = $2::uuid AND attempts > 0""",
            place.store.tenant_id,
            one.contact_id,
        )
        return row is not None

    async def opt_out_some() -> None:
        for one in waiting:
            if await opt_out(one):
                before.add(one.contact_id)
            await asyncio.sleep(0.01)

    with tenancy.acting_for(place.store.tenant_id):
        await asyncio.gather(*(opt_out_some() for _ in range(_HANDS)))
    return before
