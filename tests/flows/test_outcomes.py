"""Everything that the platform can answer to a send, and what comes of it (contract 2.1, 6)."""

from __future__ import annotations

from typing import Any

import pytest

from channels import graph
from channels.simulator.codes import codes
from kernel import clock
from tests import stored
from tests.channels.test_outcomes import LATER
from tests.flows import market, town
from tests.flows.market import Market
from tests.following import send_all

# Of codes that stand side by side and mean the same, the first and the last.
_CODES = [code for code in codes() if not {code - 1, code + 1} <= set(codes())]
# What comes as a failed status, behind a 200 (contract 6).
_TOLD = (130403, 130472, 131026, 131042, 131047, 131049, 131050, 131053, 132015, 137000)


async def test_every_code_after_which_it_never_goes(market_here: Market) -> None:
    # Those take the number or a country away, and with it all that waits (test_failures).
    never = [code for code in _CODES if code not in LATER and code not in (33, 130497)]
    for code in never:
        market_here.sim.fault("error", code=code)
    told = [
        await market_here.says(thread, "Good morning")
        for thread in await _opened(market_here, len(never))
    ]
    await _works(market_here)
    messages = [await market_here.message(message_id) for message_id in told]
    for message in messages:
        reason = f"PLATFORM_{message['errorCode']}"
        assert message["send"] == {"state": "FAILED", "reason": reason, "attempts": 1}
        assert message["status"] == "FAILED"
    # They go side by side, so which of them met which code is left to chance.
    assert sorted(message["errorCode"] for message in messages) == never
    assert market_here.accepted() == []


async def test_every_code_after_which_it_goes_later(market_here: Market) -> None:
    later = [code for code in _CODES if code in LATER]
    threads = await _opened(market_here, len(later))
    for code, thread in zip(later, threads, strict=True):
        market_here.sim.fault("error", code=code)
        message_id = await market_here.says(thread, f"after {code}")
        await _works(market_here)
        message, reason = await market_here.message(message_id), f"PLATFORM_{code}"
        assert message["send"] == {"state": "QUEUED", "reason": reason, "attempts": 1}
        assert message["status"] == "QUEUED"
        await _passes(market_here)
        message = await market_here.message(message_id)
        assert message["send"] == {"state": "SENT", "reason": None, "attempts": 2}
        assert message["status"] == "READ"
    assert market_here.accepted() == [f"after {code}" for code in later]


async def test_every_code_that_is_told_later(market_here: Market) -> None:
    for code in _TOLD:
        market_here.sim.fault("failed", code=code)
    [thread] = await _opened(market_here, 1)
    told = [await market_here.says(thread, f"then {code}") for code in _TOLD]
    await _works(market_here)
    for code, message_id in zip(_TOLD, told, strict=True):
        message = await market_here.message(message_id)
        assert (message["status"], message["errorCode"]) == ("FAILED", code)
        assert message["send"] == {"state": "SENT", "reason": None, "attempts": 1}
    assert market_here.accepted() == [f"then {code}" for code in _TOLD]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "drop"}, "BROKEN_OFF"),
        ({"kind": "hang", "seconds": 1.0}, "TIMEOUT"),
        ({"kind": "status", "status": 500}, "HTTP_500"),
        ({"kind": "status", "status": 504}, "HTTP_504"),
        ({"kind": "broken_json"}, "NO_ID"),
    ],
)
async def test_no_answer_waits_for_the_platforms_word(
    market_here: Market, fault: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "_CALL", graph.aiohttp.ClientTimeout(total=0.5))
    market_here.sim.set(statuses={"sent_after": 60.0, "delivered_after": 60.0})
    [thread] = await _opened(market_here, 1)
    market_here.sim.fault(**fault, accepted=True)
    proved = await market_here.says(thread, "it was taken")
    await _works(market_here)
    market_here.sim.fault(**fault, accepted=False)
    never = await market_here.says(thread, "it was not")
    await _works(market_here)
    for message_id in (proved, never):
        message = await market_here.message(message_id)
        assert message["send"] == {"state": "UNKNOWN", "reason": reason, "attempts": 1}
        assert message["status"] == "UNKNOWN"

    market_here.sim.move(61)
    await _works(market_here)
    message = await market_here.message(proved)
    assert message["send"] == {"state": "SENT", "reason": None, "attempts": 1}
    assert message["status"] == "READ"
    await _passes(market_here)
    assert (await market_here.message(never))["send"]["state"] == "UNKNOWN"
    assert market_here.accepted() == ["it was taken"]
    assert market_here.sim.counts()["repeated_keys"] == 0


async def test_too_fast_waits_as_long_as_it_is_told(market_here: Market) -> None:
    [thread] = await _opened(market_here, 1)
    market_here.sim.fault("throttled", retry_after=7)
    before = clock.now()
    message_id = await market_here.says(thread, "in a moment")
    await _works(market_here)
    message = await market_here.message(message_id)
    assert message["send"] == {"state": "QUEUED", "reason": "PLATFORM_130429", "attempts": 1}
    row = await stored.row("SELECT due_at FROM send")
    assert row is not None
    assert 7 * clock.SECOND <= row["due_at"] - before < 12 * clock.SECOND
    clock.move(12 * clock.SECOND)
    await _works(market_here)
    assert (await market_here.message(message_id))["status"] == "READ"
    assert market_here.accepted() == ["in a moment"]


async def _opened(market_here: Market, count: int) -> list[str]:
    """The threads of so many people, who have just written."""
    market_here.sim.settle({"people": market.people(count)})
    for one in range(count):
        market_here.hears(f"p{one}", "Is the blue one in stock?")
    await _works(market_here)
    return list((await market_here.threads()).values())


async def _works(market_here: Market) -> None:
    """A worker sends what is due; what the platform tells comes back."""
    await send_all()
    assert await market_here.sim.settled()
    await town.drain()


async def _passes(market_here: Market) -> None:
    """Every wait is over, and the owner has mended what was wrong."""
    await market.connect(market_here.store)
    await stored.run("UPDATE number SET held_until = 0")
    await stored.run("UPDATE send SET due_at = 0 WHERE state = 'queued'")
    await _works(market_here)
