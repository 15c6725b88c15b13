"""Kill -9 in the midst of an erasure; and how long one of ten thousand messages takes (F46)."""

from __future__ import annotations

import time

import imports
import privacy
from kernel import keys, tenancy
from kernel.ids import Id
from tests import stored
from tests.api.door import text_message
from tests.faults.conftest import Figure
from tests.faults.place import Place, count
from tests.faults.programs import until
from tests.flows import town

# At scale 1 a twentieth of what the figure is told for.
_MESSAGES, _KILLS = 500, 2
_TOGETHER = 250


async def test_an_erasure_outlives_its_workers(
    place: Place, scale: int, record_property: Figure
) -> None:
    imports.start(place.house.settings)
    privacy.start(place.house.settings)
    messages = _MESSAGES if scale == 1 else 20 * _MESSAGES
    first = await _writes(place, "34600111000", messages)
    second = await _writes(place, "34600111001", _MESSAGES)
    with tenancy.acting_for(place.store.tenant_id):
        began = time.monotonic()
        await privacy.begin_erasure(first, reason="request")
        while await privacy.erase_next():
            pass
        took = time.monotonic() - began
        assert await _finished() == 1
        erasure_id = await privacy.begin_erasure(second, reason="request")

    kills = 0
    while kills < _KILLS * scale and not await _is_finished(erasure_id):
        steps = await count("erasure_step")
        await place.worker.start()
        await until(lambda steps=steps: _moved_on(steps, erasure_id), "a step is done", within=60)
        await place.worker.kill()
        kills += 1
        await stored.run("UPDATE erasure SET lease_until = 0")
    await place.worker.start()
    await until(lambda: _is_finished(erasure_id), "it is done", within=60)
    keys.forget_destroyed()
    people = await stored.rows("SELECT id FROM subject WHERE erased_at IS NOT NULL")
    with tenancy.acting_for(place.store.tenant_id):
        assert (len(people), await keys.of([row["id"] for row in people])) == (2, {})
    assert await count("message") == messages + _MESSAGES
    assert await count("identity") == 0
    record_property(f"{messages} messages of a person erased in s", round(took, 2))
    record_property("workers killed", kills)


async def _writes(place: Place, phone: str, messages: int) -> Id:
    """Somebody writes so often; their contact."""
    for start in range(0, messages, _TOGETHER):
        bodies = [
            text_message(place.store, f"word {at}", phone=phone, wamid=f"w.{phone}.{at}")
            for at in range(start, min(start + _TOGETHER, messages))
        ]
        await town.post([town.together(bodies)])
        await town.drain()
    (row,) = await stored.rows("SELECT contact_id FROM message ORDER BY id DESC LIMIT 1")
    return str(row["contact_id"])


async def _finished() -> int:
    return await count("erasure WHERE state = 'finished'")


async def _is_finished(erasure_id: Id) -> bool:
    return await count(f"erasure WHERE state = 'finished' AND id = '{erasure_id}'") == 1


async def _moved_on(steps: int, erasure_id: Id) -> bool:
    return await count("erasure_step") > steps or await _is_finished(erasure_id)
