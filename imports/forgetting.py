"""Uploaded files go after a week: what they told is in the contacts by then, or was refused.

Those that tell of somebody who is forgotten go at once (F46).
"""

from __future__ import annotations

import asyncio

from imports import files
from imports.reading import Source, source_of
from kernel import clock, database, keys, pieces, tenancy
from kernel.errors import TryLater
from kernel.ids import Id
from kernel.traces import Traces

KEPT = 7 * clock.DAY
_AT_ONCE = 100
# Bytes of an address or a number, in any encoding.
_LONGEST = 1024


async def drop_old_files() -> int:
    """Destroy files that are past their days and that no import needs any more; how many went."""
    with tenancy.across_tenants("files of all tenants grow old by one clock"):
        old = await database.rows(
            """SELECT tenant_id, id FROM import_file
                WHERE state = 'stored' AND created_at < $1 ORDER BY created_at LIMIT $2::bigint""",
            clock.now() - KEPT,
            _AT_ONCE,
        )
    dropped = 0
    for row in old:
        with tenancy.acting_for(row["tenant_id"]):
            dropped += await _drop(row["id"])
    return dropped


async def drop_files_that_tell(traces: Traces) -> int:
    """Destroy the current tenant's files that tell of somebody; how many.

    TryLater while one of them is being read; one that waits to be read is lost to its import.
    """
    files_here = await database.rows(
        "SELECT id FROM import_file WHERE tenant_id = $1::uuid AND state = 'stored' ORDER BY id",
        tenancy.current(),
    )
    dropped = 0
    for row in files_here:
        source = await source_of(row["id"])
        if await asyncio.to_thread(_tells, source, traces):
            if not await _drop(row["id"], "'running'"):
                raise TryLater("a file is being read", code="IMPORT_RUNNING")
            dropped += 1
    return dropped


def _tells(source: Source, traces: Traces) -> bool:
    """Whether a file tells of them, in whichever encoding; a word may begin in one piece."""
    before = b""
    for piece in files.read(source.path, source.sealer, source.file_id, source.size):
        text = (before + piece).replace(b"\0", b"").decode("utf-8", "ignore")
        if traces.are_in_text(text):
            return True
        before = piece[-_LONGEST:]
    return False


async def _drop(file_id: Id, in_use: str = "'queued', 'running', 'paused'") -> int:
    gone = await database.run(
        f"""UPDATE import_file SET state = 'gone'
             WHERE tenant_id = $1::uuid AND id = $2::uuid
               AND NOT EXISTS (SELECT 1 FROM import_job j
                                WHERE j.tenant_id = $1::uuid AND j.file_id = $2::uuid
                                  AND j.state IN ({in_use}))""",
        tenancy.current(),
        file_id,
    )
    if gone:
        await keys.drop([file_id])
        await asyncio.to_thread(pieces.unlink, files.path_of(file_id))
    return gone
