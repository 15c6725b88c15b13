"""A number as the platform says it stands, asked for by itself and told by webhooks."""

from __future__ import annotations

import channels
from kernel import clock
from tests import stored
from tests.api.door import NUMBER
from tests.flows.market import Market
from workers import jobs

_LIMITS = """
{ numbers { limits { perSecond mostPerSecond slowedBecause peoplePerDay peopleReached
    promotionsHeldUntil promotionsHeldBecause platformStatus isTest } } }
"""


async def test_the_platform_is_asked_how_its_numbers_stand(market_here: Market) -> None:
    sim = market_here.sim
    await jobs.numbers({})
    assert await _number() == ("GREEN", "STANDARD", "CONNECTED", "LIVE", "TIER_2K")
    sim.change_number(NUMBER, quality_rating="RED", status="FLAGGED", throughput="HIGH")
    await jobs.numbers({})
    assert (await _number())[0] == "GREEN"  # not its turn
    clock.move(31 * clock.MINUTE)
    await jobs.numbers({})
    assert (await _number())[:3] == ("RED", "HIGH", "FLAGGED")
    assert await channels.ask_next_number() == 0
    clock.reset()
    # A quarter of its level while so many block it; nobody was written to first.
    [number] = (await market_here.door.data(_LIMITS, market_here.store.token))["numbers"]
    assert number["limits"] == {
        "perSecond": 250,
        "mostPerSecond": 250,
        "slowedBecause": "QUALITY_RED",
        "peoplePerDay": 2000,
        "peopleReached": 0,
        "promotionsHeldUntil": None,
        "promotionsHeldBecause": None,
        "platformStatus": "FLAGGED",
        "isTest": False,
    }


async def _number() -> tuple[str, ...]:
    row = await stored.row(
        """SELECT n.quality, n.throughput, n.platform_status, n.account_mode, w.messaging_limit
             FROM number n JOIN waba w ON w.id = n.waba_row_id"""
    )
    assert row is not None
    return tuple(row.values())
