"""Kill -9 in the midst of work: what was acknowledged is there, and is drained once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from functools import partial

from tests import stored
from tests.faults import load
from tests.faults.conftest import Figure
from tests.faults.load import Load
from tests.faults.place import (
    Place,
    all_drained,
    count,
    delivery_states,
    followed,
    pass_leases,
    stored_tokens,
    wamids,
)
from tests.faults.programs import until


async def test_the_api_is_killed_under_load(
    place: Place, scale: int, record_property: Figure
) -> None:
    letters = load.letters(place.store, 900 * scale)
    posting = Load(place, letters)
    await place.worker.start()
    await place.start_api()
    running = asyncio.create_task(posting.run())
    for part in (0.2, 0.5, 0.7):
        await posting.reaches(int(len(letters) * part))
        # Halted first, so that something is surely under way when it dies.
        place.api.signal(signal.SIGSTOP)
        await asyncio.sleep(0.05)
        place.api.signal(signal.SIGKILL)
        posting.gate.clear()
        await place.api.ended()
        assert {one.token for one in posting.acknowledged} <= await stored_tokens()
        await place.start_api()
        posting.gate.set()
    await running
    unanswered = posting.answers[0]
    assert posting.answers == {200: len(posting.acknowledged), 0: unanswered}
    assert unanswered > 0, "nothing was under way when it was killed"

    await until(all_drained, "all is drained", within=20 * scale)
    stored = await stored_tokens()
    assert {one.token for one in posting.acknowledged} <= stored
    assert stored <= {one.token for one in letters}
    assert await wamids(place.store) == Counter(one.wamid for one in letters if one.token in stored)

    # The platform posts again what was not acknowledged; here it does so with everything.
    again = Load(place, letters)
    await again.run()
    assert again.answers == {200: len(letters)}
    await until(all_drained, "all is drained", within=20 * scale)
    assert await wamids(place.store) == Counter(one.wamid for one in letters)
    assert await delivery_states() == {"drained": len(letters)}
    await until(lambda: followed(len(letters)), "all is followed", within=20 * scale)
    record_property("posted", len(letters))
    record_property("acknowledged at first", len(posting.acknowledged))
    record_property("unanswered at first", unanswered)
    record_property("of those stored", len(stored) - len(posting.acknowledged))


async def test_the_worker_is_killed_while_it_drains(
    place: Place, scale: int, record_property: Figure
) -> None:
    letters = load.letters(place.store, 1500 * scale)
    await place.start_api()
    posting = Load(place, letters)
    await posting.run()
    assert posting.answers == {200: len(letters)}
    assert await delivery_states() == {"stored": len(letters)}
    await place.api.kill()

    cut_off: list[int] = []
    kills = 0
    while len(cut_off) < 3 and kills < 8:
        await place.worker.start()
        is_at_it = partial(_is_at_it, len(letters) // 6 * len(cut_off))
        await until(is_at_it, "the worker drains", within=30, every=0.004)
        await place.worker.kill()
        kills += 1
        in_hand = await count("delivery WHERE state = 'stored' AND lease_until > 0")
        cut_off += [in_hand] if in_hand else []
        assert sum((await delivery_states()).values()) == len(letters)
        await pass_leases(scale)
    assert len(cut_off) == 3, f"{kills} kills met it in the midst of {len(cut_off)} batches"
    assert (await delivery_states())["stored"] > 0, "it had drained all before it was killed"

    await place.worker.start()
    took = await until(all_drained, "all is drained", within=30 * scale)
    assert await delivery_states() == {"drained": len(letters)}
    assert await wamids(place.store) == Counter(one.wamid for one in letters)
    await until(lambda: followed(len(letters)), "all is followed", within=30 * scale)
    record_property("posted", len(letters))
    record_property("kills", kills)
    record_property("in hand when killed", cut_off)
    record_property("drained at last in s", round(took, 1))


async def _is_at_it(drained: int) -> bool:
    """Whether a batch is in hand and so many deliveries are behind it."""
    in_hand = await stored.row(
        "SELECT 1 AS one FROM delivery WHERE state = 'stored' AND lease_until > 0 LIMIT 1"
    )
    return in_hand is not None and (await delivery_states()).get("drained", 0) >= drained
