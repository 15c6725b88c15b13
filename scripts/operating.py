"""The house opened for an operator's command: databases and keyring, nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kernel import anchors, database, keys, log, migrations
from kernel.errors import Conflict
from kernel.settings import Settings


@asynccontextmanager
async def opened(chosen: Settings, program: str) -> AsyncIterator[None]:
    """Databases and keys while it is open; Conflict where they cannot be opened."""
    log.start("warning", program)
    try:
        if await migrations.pending(chosen):
            raise Conflict("The database is not up to date; scripts/run brings it there.")
        await database.start(chosen)
    except OSError as error:
        raise Conflict(f"The database does not answer ({type(error).__name__}).") from None
    try:
        keys.start(chosen)
        anchors.start(chosen)
        yield
    finally:
        keys.stop()
        await database.stop()
