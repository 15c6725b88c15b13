"""What waits to be sent to people who are forgotten does not leave (F46)."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

_REASON = "CONTACT_GONE"


@database.unit_of_work
async def void_sends(contact_ids: Iterable[Id]) -> int:
    """Call off all that is queued for these contacts; how many sends.

    One that a worker has in hand meets the gate before it leaves, and is refused there.
    """
    voided = await database.rows(
        """UPDATE send SET state = 'void', decision = $2::jsonb, settled_at = $3
            WHERE tenant_id = $1::uuid AND state = 'queued'
              AND contact_id IN (SELECT b.id FROM ({batch}) AS b)
        RETURNING id, contact_id""",
        tenancy.current(),
        orjson.dumps({"ruling": "void", "reason": _REASON}).decode(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in contact_ids]),
    )
    await events.record(
        *(
            Event(
                "send.voided",
                {"send": row["id"], "contact": row["contact_id"], "reason": _REASON},
            )
            for row in voided
        )
    )
    return len(voided)
