"""A program that reads a number and writes one more, a hundred times.

Several beside each other must lose nothing.
"""

from __future__ import annotations

import asyncio
import sys

from kernel import database, settings, tenancy

TIMES = 100
TENANT = "c" * 32


@database.unit_of_work
async def _count_on() -> None:
    row = await database.row(
        "SELECT seq FROM chain_head WHERE tenant_id = $1::uuid AND chain = 'counting' FOR UPDATE",
        TENANT,
    )
    assert row is not None
    await asyncio.sleep(0)
    await database.run(
        "UPDATE chain_head SET seq = $2 WHERE tenant_id = $1::uuid AND chain = 'counting'",
        TENANT,
        row["seq"] + 1,
    )


async def _count() -> None:
    await database.start(settings.load())
    try:
        for _ in range(TIMES):
            with tenancy.acting_for(TENANT):
                await _count_on()
    finally:
        await database.stop()


if __name__ == "__main__":
    sys.exit(asyncio.run(_count()))
