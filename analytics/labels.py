"""What people call the values of dimensions that are ids of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kernel import database, tenancy
from kernel.database import Batch

_ID = re.compile(r"[0-9a-f]{32}")


async def labels_of(values: Iterable[str]) -> dict[str, str]:
    """The names of campaigns, tags and touchpoints among these values; people's stay sealed."""
    rows = await database.rows(
        """SELECT c.id, c.name FROM ({batch}) AS b
             JOIN campaign c ON c.tenant_id = $1::uuid AND c.id = b.id
           UNION ALL
           SELECT t.id, t.name FROM ({batch}) AS b
             JOIN tag t ON t.tenant_id = $1::uuid AND t.id = b.id
           UNION ALL
           SELECT p.id, p.name FROM ({batch}) AS b
             JOIN touchpoint p ON p.tenant_id = $1::uuid AND p.id = b.id""",
        tenancy.current(),
        batch=Batch(
            {"id": "uuid"}, [[one] for one in sorted({v for v in values if _ID.fullmatch(v)})]
        ),
    )
    return {row["id"]: row["name"] for row in rows}
