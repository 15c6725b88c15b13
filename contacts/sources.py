"""How somebody became a contact, where that is known only after they did (F5)."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id


async def note_source(contact_ids: Sequence[Id], source: str, since: int) -> None:
    """Note how these became contacts; those who were contacts before that time stay as they are."""
    await database.run(
        """UPDATE contact SET source = $2
            WHERE tenant_id = $1::uuid AND created_at >= $3
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        source,
        since,
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
