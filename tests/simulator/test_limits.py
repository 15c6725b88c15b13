"""Throughput, pairs, portfolios and marketing: the exact figures (contract 5.5 to 5.8)."""

from __future__ import annotations

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import (
    AMINA,
    AMINA_PHONE,
    LEA,
    NUMBER,
    Business,
    Receiver,
    body_of,
    offer,
    sending,
    template,
)

BRAZIL = "5511987654321"


@pytest.mark.parametrize(("level", "most"), [("STANDARD", 80), ("HIGH", 1000)])
async def test_throughput(sim: Simulator, business: Business, level: str, most: int) -> None:
    sim.set(strangers="reachable", limits={"switching_seconds": 0.0})
    sim.change_number(NUMBER, throughput=level)
    sim.freeze()
    for at in range(most - 1):
        await business.send(f"3361{at:07d}")
    sim.act(LEA, "text", text="counts as well")
    assert (await business.refused())[:2] == (400, 130429)
    sim.move(1)
    await business.send()


async def test_throughput_of_coexistence(sim: Simulator, business: Business) -> None:
    sim.change_number(NUMBER, coexistence=True)
    sim.freeze()
    for _ in range(20):
        await business.send()
    assert (await business.refused())[:2] == (400, 130429)


async def test_throughput_upgrade(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.freeze()
    sim.change_number(NUMBER, throughput="HIGH")
    assert (await business.refused())[:2] == (500, 131057)
    sim.move(60)
    await business.send()
    await sim.settled()
    [value] = receiver.values("phone_number_quality_update")
    assert value == {
        "display_phone_number": "15550783881",
        "event": "THROUGHPUT_UPGRADE",
        "max_daily_conversations_per_business": "TIER_2K",
    }


async def test_pair_burst_is_paid_back(sim: Simulator, business: Business) -> None:
    sim.freeze()
    for _ in range(45):
        await business.send()
    assert (await business.refused())[:2] == (400, 131056)
    await business.send(AMINA_PHONE)
    sim.move(45 * 6 - 1)
    assert (await business.refused())[:2] == (400, 131056)
    sim.move(1)
    await business.send()


async def test_pair_of_one_every_6_seconds(sim: Simulator, business: Business) -> None:
    sim.freeze()
    for _ in range(100):
        await business.send()
        sim.move(6)
    await business.send()
    sim.move(5)
    await business.send()
    sim.move(1)
    assert (await business.refused())[:2] == (400, 131056)


async def test_portfolio_limit(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.settle(
        {
            "templates": [template()],
            "businesses": [{"id": "business", "messaging_limit": "TIER_250"}],
        }
    )
    sim.set(limits={"throughput": 1000}, strangers="reachable")
    sim.freeze()
    parts = sending("order_ready", body_of(order_id="A-1"))
    for at in range(250):
        assert await business.outcome(f"3361{at:07d}", **parts) == "delivered"
    assert await business.outcome("33620000000", **parts) == 131048
    assert await business.outcome("33610000000", **parts) == "delivered"
    sim.act(AMINA, "text", text="Hi")
    assert await business.outcome(AMINA_PHONE, **parts) == "delivered"
    sim.move(24 * 3600)
    assert await business.outcome("33620000000", **parts) == "delivered"


async def test_marketing_cap_is_for_all_businesses(sim: Simulator, business: Business) -> None:
    sim.settle(
        {
            "wabas": [{"id": "other"}],
            "numbers": [
                {
                    "id": "2",
                    "waba_id": "other",
                    "display_phone_number": "442079460123",
                    "token": "t",
                }
            ],
            "people": [{"id": "bia", "phone": BRAZIL}],
            "templates": [offer(), offer(waba_id="other")],
        }
    )
    sim.set(limits={"marketing_per_user": 2})
    other = Business(business.session, sim, "t")
    parts = sending("offer")
    assert await business.outcome(BRAZIL, **parts) == "delivered"
    assert await other.outcome(BRAZIL, number="2", **parts) == "delivered"
    assert await business.outcome(BRAZIL, **parts) == 131049
    sim.move(24 * 3600)
    assert await business.outcome(BRAZIL, **parts) == "delivered"
    sim.move(2 * 24 * 3600)
    sim.act("bia", "text", number=NUMBER, text="oi")
    for _ in range(3):
        assert await business.outcome(BRAZIL, **parts) == "delivered"


async def test_too_many_marketing_retries_shut_a_pair_out(
    sim: Simulator, business: Business
) -> None:
    sim.settle({"people": [{"id": "bia", "phone": BRAZIL}], "templates": [offer()]})
    sim.set(limits={"marketing_per_user": 1, "marketing_seconds": 3600.0})
    parts = sending("offer")
    assert await business.outcome(BRAZIL, **parts) == "delivered"
    for _ in range(3):
        assert await business.outcome(BRAZIL, **parts) == 131049
    sim.move(2 * 3600)
    assert await business.outcome(BRAZIL, **parts) == 131049
    sim.move(24 * 3600)
    assert await business.outcome(BRAZIL, **parts) == "delivered"
