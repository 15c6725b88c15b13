"""A running campaign obeys within two seconds: held, let go, stopped at once, ended (F26)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import conversations
from channels.simulator import Simulator
from kernel import tenancy
from tests import stored
from tests.faults import audience
from tests.faults.conftest import Figure
from tests.faults.place import Place
from tests.faults.programs import supervised, until

_PEOPLE, _A_SECOND = 400, 20
_WITHIN = 2.0
# So long nothing may leave for us to believe that nothing does.
_QUIET = 1.0


async def test_it_obeys_within_two_seconds(
    wired: Place, sim: Simulator, record_property: Figure
) -> None:
    sim.settle(audience.document(wired.root, _PEOPLE, 1, "UTILITY"))
    numbers = await audience.open_numbers(wired, 1, "UTILITY")
    people = await audience.meet(wired, _PEOPLE, agree=False)
    [mailing] = await audience.mail(
        wired, numbers, people, pace_kind="service", per_second=_A_SECOND
    )
    owner = wired.store.people["owner"]

    async def holds(step: Awaitable[object]) -> int:
        with tenancy.acting_for(wired.store.tenant_id):
            await step
        await asyncio.sleep(_WITHIN)
        count = len(sim.accepted())
        await asyncio.sleep(_QUIET)
        assert len(sim.accepted()) == count
        return count

    async def goes_on(step: Awaitable[object], what: str) -> None:
        count = len(sim.accepted())
        with tenancy.acting_for(wired.store.tenant_id):
            await step
        record_property(f"{what}, s", round(await _until_more(sim, count, _WITHIN), 2))

    async with supervised(wired.worker):
        await _until_more(sim, 0, 60)
        await holds(conversations.pause_mailing(mailing))
        await goes_on(conversations.resume_mailing(mailing), "resumed after")
        await holds(conversations.stop_sending(owner))
        await goes_on(conversations.resume_sending(owner), "released after")
        count = await holds(conversations.cancel_mailing(mailing))
    assert count < _PEOPLE
    rows = await stored.rows("SELECT state, count(*) AS n FROM send GROUP BY state ORDER BY state")
    assert [(row["state"], row["n"]) for row in rows] == [
        ("refused", _PEOPLE - count),
        ("sent", count),
    ]


async def _until_more(sim: Simulator, count: int, within: float) -> float:
    async def are_more() -> bool:
        return len(sim.accepted()) > count

    return await until(are_more, "more leave", within=within)
