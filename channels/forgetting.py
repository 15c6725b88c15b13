"""The files that a person sent, taken from the disk when they are forgotten (F46)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from channels import files
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id


async def drop_files(subject_ids: Iterable[Id]) -> int:
    """Delete the files of these subjects' media; how many rows stand for one. Their rows stay."""
    tenant_id = tenancy.current()
    rows = await database.rows(
        """SELECT m.id FROM ({batch}) AS b
             JOIN media m ON m.tenant_id = $1::uuid AND m.subject_id = b.id""",
        tenant_id,
        batch=Batch({"id": "uuid"}, [[one] for one in subject_ids]),
    )
    for row in rows:
        path = files.path_of(tenant_id, row["id"])
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return len(rows)
