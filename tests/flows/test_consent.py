"""Double opt-in on the simulated WhatsApp: asked once, tapped, ended in the app (F9, F11)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator.records import Message
from kernel import clock
from tests import following, stored
from tests.consent.office import ASK, WORDING
from tests.flows import town
from tests.flows.market import Market
from tests.following import send_all

_STATE = "{ contacts { nodes { id consent { state } } } }"


async def test_asked_tapped_and_stopped(
    market_here: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, owner = market_here.door, market_here.store.tokens["owner"]
    market_here.hears("p0", "Is the blue one in stock?")
    await _works(market_here)
    given = {"name": "marketing", "locale": "pt-BR", "statement": "Novidades de {store}."}
    made = await door.data(WORDING, owner, input=given)
    [someone] = (await door.data(_STATE, owner))["contacts"]["nodes"]
    asked = {
        "contact": someone["id"],
        "wording": made["consentWordingCreate"]["wording"]["id"],
        "method": "PAPER",
        "evidence": "sheet 12 of the fair",
        "incentive": "OLA15",
    }
    for _ in range(2):
        await door.data(ASK, owner, input=asked)
    await _works(market_here)
    [prompt] = market_here.sim.accepted()
    assert prompt.content["body"]["text"].startswith("Costa Clara: você pediu para receber isto")

    # Broken off in the middle, it is as if nothing had been said; told again, it counts once.
    tapped = {"message": prompt.wamid, "choice": 0}
    with monkeypatch.context() as broken:
        broken.setattr("contacts.answer_requests", _breaks_off)
        market_here.sim.act("p0", "tap", **tapped)
        await _works(market_here)
        assert await _kinds() == ["requested", "prompted"]
    clock.move(2 * clock.MINUTE)
    await _works(market_here)
    assert await _kinds() == ["requested", "prompted", "confirmed"]
    await _follows(market_here)
    [_, thanks] = market_here.sim.accepted()
    assert "Seu código: OLA15" in thanks.content["body"]
    assert await _state(market_here) == "CONFIRMED"

    market_here.sim.act("p0", "stop")
    await _works(market_here)
    await _follows(market_here)
    assert await _state(market_here) == "WITHDRAWN"
    farewells = [one for one in market_here.sim.accepted() if _says(one, "No recibirás más")]
    assert len(farewells) == 1


async def _breaks_off(*_: object) -> None:
    raise RuntimeError("broken off")


def _says(message: Message, beginning: str) -> bool:
    body: Any = message.content.get("body")
    return isinstance(body, str) and body.startswith(beginning)


async def _kinds() -> list[str]:
    rows = await stored.rows("SELECT kind FROM consent_entry ORDER BY id")
    return [row["kind"] for row in rows]


async def _state(market_here: Market) -> str:
    found = await market_here.door.data(_STATE, market_here.store.tokens["owner"])
    return str(found["contacts"]["nodes"][0]["consent"]["state"])


async def _works(market_here: Market) -> None:
    await send_all()
    assert await market_here.sim.settled()
    await town.drain()


async def _follows(market_here: Market) -> None:
    """The worker reacts to what happened, twice over, as after a crash."""
    await following.follow()
    await stored.run("UPDATE reader SET position = 0, lease_until = 0 WHERE name = 'reactions'")
    await following.follow()
    await _works(market_here)
