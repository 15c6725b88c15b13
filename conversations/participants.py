"""Who takes part in threads."""

from __future__ import annotations

from collections.abc import Iterable

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id


async def who_has_threads(contact_ids: Iterable[Id]) -> set[Id]:
    """Those of these contacts of the current tenant that have a thread, or had one."""
    rows = await database.rows(
        """SELECT DISTINCT c.contact_id FROM ({batch}) AS b
             JOIN conversation c ON c.tenant_id = $1::uuid AND c.contact_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    return {row["contact_id"] for row in rows}
