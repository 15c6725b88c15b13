"""Every tenant begins with the segments of F36, filled, and its own rules put tags on."""

from __future__ import annotations

import segments
from kernel import clock, tenancy
from segments.reading import read
from segments.ready_made import ready_made
from tests import stored
from tests.api.door import Door, Store
from tests.contacts.acquaintance import meet, seen
from tests.following import follow_segments
from tests.segments.people import DAY, happens

LIST = "{ segments(first: 100) { totalCount nodes { code name size filledAt } } }"


async def test_they_are_there_and_filled(door: Door, store: Store) -> None:
    assert all(read(told["rule"]) for told in ready_made().values())
    with tenancy.acting_for(store.tenant_id):
        keen, _ = await meet(seen(0, "447700900101"), seen(0, "447700900102"))
        for age in (DAY, 2 * DAY):
            await happens(keen, "link.clicked", clock.now() - age)
    await follow_segments()
    assert await segments.install_missing() == 0
    page = (await door.data(LIST, store.token))["segments"]
    assert page["totalCount"] == len(ready_made()) == 30
    assert all(one["filledAt"] for one in page["nodes"])
    sizes = {one["code"]: one["size"] for one in page["nodes"] if one["size"]}
    assert sizes["high_intent"] == 1
    await stored.run("DELETE FROM segment_member")
    await stored.run("DELETE FROM segment")
    assert await segments.install_missing() == 1
