"""A campaign while faults strike: each recipient once, and the ledger tells the truth (F21, F26).

`scripts/faults campaigns` does it with ten thousand, and a fault every 30 seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

import conversations
from kernel import tenancy
from kernel.ids import Id
from tests import stored
from tests.conftest import House
from tests.faults import audience
from tests.faults.books import Books
from tests.faults.conftest import Figure
from tests.faults.place import Place, open_place, pass_leases
from tests.faults.programs import killed_at_the_end, supervised, until
from tests.faults.storm import LONG, SHORT, Storm, Town
from tests.faults.test_storm import environ, postgres
from tests.servers import Redis

__all__ = ["environ", "postgres"]

_CATEGORY, _NUMBERS = "UTILITY", 4
_SETTLED_WITHIN = 180.0
# Work goes on so many seconds after a fault's end.
_GOES_ON = 10.0
_SIZES = {
    False: replace(SHORT, people=80, every=0.3),
    True: replace(LONG, people=LONG.messages),
}


async def test_campaigns_through_a_storm(
    house: House,
    redis_server: Redis,
    scale: int,
    record_property: Figure,
    request: pytest.FixtureRequest,
) -> None:
    size = _SIZES[scale > 1]
    server = request.getfixturevalue("postgres") if house.backend == "postgresql" else None
    async with open_place(house) as place:
        town = Town(place)
        async with killed_at_the_end(town.program), supervised(place.api):
            await town.start(audience.document(place.root, size.people, _NUMBERS, _CATEGORY))
            await until(place.is_ready, "the API starts", within=30)
            numbers = await audience.open_numbers(place, _NUMBERS, _CATEGORY)
            people = await audience.meet(place, size.people, agree=False)
            mailings = await audience.mail(
                place, numbers, people, pace_kind="service", per_second=int(size.pace) // _NUMBERS
            )
            async with supervised(place.worker):
                storm = Storm(place, size, redis_server, server, town)
                began = time.monotonic()
                sending = asyncio.create_task(_all_went_out())
                await storm.rage(sending)
                await sending
                lasted = time.monotonic() - began
            # The last fault: whatever is claimed now was a dead worker's.
            await pass_leases(scale)
            await place.worker.start()
            books = Books(town, _recipient)
            await until(books.agree, "the books agree", within=_SETTLED_WITHIN, every=0.5)
            # Of the others the platform has told nothing; what an hour does: they are given up.
            await stored.run("UPDATE send SET lease_until = 0 WHERE state = 'unknown'")
            await until(
                lambda: _are_through(place, mailings), "all is settled", within=_SETTLED_WITHIN
            )
            await books.agree()

    for what, times in storm.struck.items():
        still = storm.stood_still[what]
        record_property(f"fault, {what}", f"{times}, stood still {still:.1f} s at most")
    for what, figure in books.figures().items():
        record_property(what, figure)
    reasons = Counter(books.reasons[one] for one in books.given_up)
    record_property("given up, by reason", dict(reasons))
    record_property("worker started again", place.worker.endings)
    record_property("the storm lasted s", round(lasted))
    assert len(books.ledger) == size.people
    assert books.taken_twice == 0
    assert books.sent == books.accepted
    assert books.sent | books.given_up == books.ledger.keys()
    # The platform's answer was a 500, or a worker died between its word and the first byte.
    assert reasons.keys() <= {"OUTCOME_UNKNOWN"}
    assert max(storm.stood_still.values()) < _GOES_ON


async def _all_went_out() -> None:
    async def nobody_waits() -> bool:
        try:
            row = await stored.row("SELECT 1 AS one FROM send WHERE state = 'queued' LIMIT 1")
        except Exception:
            return False  # the database is just being restarted
        return row is None

    await until(nobody_waits, "all went out", within=1200, every=0.5)


async def _are_through(place: Place, mailings: list[Id]) -> bool:
    """Whether all mailings are, and their counts those of the ledger."""
    with tenancy.acting_for(place.store.tenant_id):
        progress = await conversations.mailing_progress(mailings)
    if any(one.state != "finished" for one in progress.values()):
        return False
    counted: Counter[str] = Counter()
    for one in progress.values():
        for (state, _), n in one.settled.items():
            counted[state] += n
    rows = await stored.rows("SELECT state, count(*) AS n FROM send GROUP BY state")
    assert counted == {row["state"]: row["n"] for row in rows}
    return True


def _recipient(taken: dict[str, Any]) -> str:
    """Nobody gets two."""
    return str(taken["body"]["to"])
