"""A conversation in full, with a restart in its midst: no gap for whoever reads along (F13)."""

from __future__ import annotations

import time
from typing import Any

from tests.faults.conftest import Figure
from tests.faults.happened import happened, told
from tests.faults.place import Place
from tests.faults.programs import until
from tests.faults.subscriptions import Subscription, subscribed
from tests.flows.market import Market

_AT_MOST = 2.0  # seconds from the person's phone to the reader's screen
_SAID = ("متى تصل طلبيتي؟", "你好，我的包裹呢", "👩🏽‍🚀🇪🇸🎉")
_ANSWER, _LATER = "包裹明天到 📦 تصل غدًا", "It is on its way 🚚"


async def test_a_conversation_with_a_restart_in_it(
    wired: Place, market: Market, record_property: Figure
) -> None:
    await wired.start_api()
    await wired.worker.start()
    seen: list[dict[str, Any]] = []
    async with subscribed(wired) as live:
        market.hears("p0", "Hola")
        await _hears(live, seen, "Hola", within=20)
        slowest = 0.0
        for text in _SAID:
            began = time.monotonic()
            market.hears("p0", text)
            await _hears(live, seen, text, within=_AT_MOST)
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < _AT_MOST
        assert await _texts(market) == {"Hola", *_SAID}

        thread = (await market.threads())["p0"]
        answer = await market.says(thread, _ANSWER)
        await _is_read(market, answer)
        await _catches_up(wired, live, seen)
        await wired.worker.kill()
        later = await market.says(thread, _LATER)
        await wired.api.kill()

    # The answer leaves, is read and answered again while there is no API.
    await wired.worker.start()
    await until(lambda: _took(market, 2), "the answer leaves", within=20)
    market.hears("p0", "¡Gracias! 🙏")
    await wired.start_api()
    await _is_read(market, later)
    before = len(seen)
    async with subscribed(wired, after=seen[-1]["cursor"]) as live:
        await _hears(live, seen, "¡Gracias! 🙏", within=20)
        await _catches_up(wired, live, seen)

    assert [told(one) for one in seen] == await happened(wired.store.tenant_id)
    assert len({one["cursor"] for one in seen}) == len(seen)
    for message_id in (answer, later):
        kinds = [kind for kind, message in map(told, seen) if message == message_id]
        assert kinds[:2] == ["send.queued", "send.sent"]
        assert set(kinds[2:]) == {"message.status_changed"}
        found = await market.message(message_id)
        assert found["send"] == {"state": "SENT", "reason": None, "attempts": 1}
    assert market.accepted() == [_ANSWER, _LATER]
    assert await _texts(market) == {"Hola", *_SAID, _ANSWER, _LATER, "¡Gracias! 🙏"}
    record_property("from phone to screen at most s", round(slowest, 2))
    record_property("events behind the cursor", len(seen) - before)


async def _hears(
    live: Subscription, seen: list[dict[str, Any]], text: str, *, within: float
) -> None:
    """Events until this message was received."""
    while True:
        seen.append(await live.next(within=within))
        message = seen[-1]["message"]
        if seen[-1]["kind"] == "message.received" and message["text"] == text:
            return


async def _catches_up(place: Place, live: Subscription, seen: list[dict[str, Any]]) -> None:
    """Events until nothing has happened that was not told."""
    while len(seen) < len(await happened(place.store.tenant_id)):
        seen.append(await live.next())


async def _is_read(market: Market, message_id: str) -> None:
    async def is_read() -> bool:
        status: str = (await market.message(message_id))["status"]
        return status == "READ"

    await until(is_read, "it is read", within=20)


async def _took(market: Market, count: int) -> bool:
    return len(market.accepted()) == count


async def _texts(market: Market) -> set[str]:
    """What is read in the thread; within a second the platform tells no order."""
    texts = (await market.texts())["p0"]
    assert len(texts) == len(set(texts))
    return set(texts)
