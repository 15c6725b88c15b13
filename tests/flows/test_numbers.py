"""A number as the platform says it stands, asked for by itself and told by webhooks."""

from __future__ import annotations

import channels
from kernel import clock
from tests import stored
from tests.api.door import NUMBER
from tests.flows.market import Market
from workers import jobs


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


async def _number() -> tuple[str, ...]:
    row = await stored.row(
        """SELECT n.quality, n.throughput, n.platform_status, n.account_mode, w.messaging_limit
             FROM number n JOIN waba w ON w.id = n.waba_row_id"""
    )
    assert row is not None
    return tuple(row.values())
