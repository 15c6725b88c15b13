"""Uploaded files go after a week: what they told is in the contacts by then, or was refused."""

from __future__ import annotations

import asyncio

from imports import files
from kernel import clock, database, keys, tenancy
from kernel.ids import Id

KEPT = 7 * clock.DAY
_AT_ONCE = 100


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


async def _drop(file_id: Id) -> int:
    gone = await database.run(
        """UPDATE import_file SET state = 'gone'
            WHERE tenant_id = $1::uuid AND id = $2::uuid
              AND NOT EXISTS (SELECT 1 FROM import_job j
                               WHERE j.tenant_id = $1::uuid AND j.file_id = $2::uuid
                                 AND j.state IN ('queued', 'running', 'paused'))""",
        tenancy.current(),
        file_id,
    )
    if gone:
        await keys.drop([file_id])
        await asyncio.to_thread(files.unlink, file_id)
    return gone
