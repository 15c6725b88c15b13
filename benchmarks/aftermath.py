"""What follows from the set-up, done before anything is measured: readers are up to date, all that
was there is counted, those who are due are judged, chains are linked. Else the worker that is
measured would have it to do as well.
"""

from __future__ import annotations

import asyncio

import asyncpg

from kernel import database, events, tenancy
from kernel.settings import Settings
from workers import jobs

# Longer than the worker's sweep, in seconds.
_QUIET = 4


async def work_off() -> None:
    """Do in this process what a worker would do."""
    while await is_left() or await _is_counting():
        await jobs.outbox({})
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
        quiet = 0 if await is_left() or await _is_counting() else quiet + 1


async def is_left() -> bool:
    """Whether a reader has events before it."""
    last = await events.newest()
    row = await database.row("SELECT min(position) AS at FROM reader")
    return row is None or (row["at"] or 0) < last[0]


async def _is_counting() -> bool:
    """Whether what was there before the first event is still being counted."""
    with tenancy.across_tenants("a measurement waits until all are counted"):
        return bool(await database.row("SELECT 1 AS one FROM kpi_count WHERE stage IS NOT NULL"))
