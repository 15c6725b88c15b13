"""Nothing that was deleted stays legible in the files of the databases (F46, traps: Erasure)."""

from __future__ import annotations

from kernel.database.start import dialect
from kernel.database.statements import rows


async def scrub() -> bool:
    """Whether the log of changes is emptied; False while somebody still reads from it (SQLite).

    Freed pages were overwritten when they were freed (secure_delete), in the file; earlier states
    of them stand in the log until all of it went home. PostgreSQL keeps logs and dead rows as it
    likes: there nothing of a person ever lies in clear, and the keys are destroyed.
    """
    for name in ("default", "keys"):
        if dialect(name) == "sqlite":
            (told,) = await rows("PRAGMA wal_checkpoint(TRUNCATE)", on=name)
            if told["busy"]:
                return False
    return True
