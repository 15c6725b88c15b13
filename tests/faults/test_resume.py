"""A subscription goes on from its cursor after the API was away: no gap, no repetition (F2)."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.happened import happened, told
from tests.faults.load import Load
from tests.faults.place import Place, all_drained
from tests.faults.programs import until
from tests.faults.subscriptions import subscribed


async def test_a_subscription_resumes_after_a_restart(
    place: Place, scale: int, record_property: Figure
) -> None:
    letters = load.letters(place.store, 240 * scale)
    third = len(letters) // 3
    await place.start_api()
    seen: list[dict[str, Any]] = []
    async with subscribed(place) as live:
        await place.worker.start()
        await Load(place, letters[:third]).run()
        while len(seen) < third:
            seen.append(await live.next())
        await until(all_drained, "all is drained", within=20 * scale)
        # The second third is stored; it is drained, and so happens, while the API is away.
        await place.worker.kill()
        await Load(place, letters[third : 2 * third]).run()
        await place.api.kill()
    await place.worker.start()
    await until(all_drained, "all is drained", within=20 * scale)

    await place.start_api()
    before = len(seen)
    async with subscribed(place, after=seen[-1]["cursor"]) as live:
        posting = asyncio.create_task(Load(place, letters[2 * third :]).run())
        messages = sum(kind == "message.received" for kind, _ in map(told, seen))
        while messages < len(letters):
            seen.append(await live.next())
            messages += seen[-1]["kind"] == "message.received"
        await posting
    expected = await happened(place.store.tenant_id)
    assert [told(one) for one in seen] == expected[: len(seen)]
    cursors = [one["cursor"] for one in seen]
    assert len(set(cursors)) == len(cursors)
    assert len({one for kind, one in map(told, seen) if kind == "message.received"}) == len(letters)
    record_property("events before the restart", before)
    record_property("events behind the cursor", len(seen) - before)
