"""What follows from the set-up, done before anything is measured: readers are up to date, all that
was there is counted, those who are due are judged, chains are linked. Else the worker that is
measured would have it to do as well.
"""

from __future__ import annotations

import asyncio

import asyncpg

import counters
from kernel import database, events
from kernel.settings import Settings
from workers import jobs

# Longer than the worker's sweep, in seconds.
_QUIET = 4


async def work_off() -> None:
    """Do in this process what a worker would do."""
    await jobs.outbox({})  # readers that never read do not say what is before them
    while await is_left():
        await jobs.outbox({})
    while await counters.count_anew():
        pass
    await jobs.judgements({})
    await jobs.link_chains()


async def analyse(page: Settings) -> None:
    """What PostgreSQL does by itself within a minute: look at how full its tables have become."""
    if database.dialect() == "postgresql":
        owner = await asyncpg.connect(page.owner_database_url)
        await owner.execute("ANALYZE")
        await owner.close()


async def settled() -> None:
    """Come back when a worker beside this has had nothing to read, or to count, for a while."""
    quiet = 0
    while quiet < _QUIET:
        await asyncio.sleep(1)
        counting = await counters.how_far()
        is_counting = counting is not None and counting.is_running
        quiet = 0 if is_counting or await is_left() else quiet + 1


async def is_left() -> bool:
    """Whether a reader has events before it."""
    last = await events.newest()
    row = await database.row("SELECT min(position) AS at FROM reader")
    return row is None or (row["at"] or 0) < last[0]
