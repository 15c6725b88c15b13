"""What threads keep of people beside what is sealed under their keys, when they are forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from conversations import decisions
from conversations.mailing_counts import count_ends
from conversations.reasons import reason
from kernel import clock, database, events, keys, tenancy
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
        RETURNING id, contact_id, mailing_id""",
        tenancy.current(),
        decisions.keep("refuse", [reason(_REASON)]),
        clock.now(),
        batch=_ids(contact_ids),
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
    await count_ends((row["mailing_id"], "void", _REASON) for row in voided if row["mailing_id"])
    return len(voided)


async def blank_extras(contact_ids: Iterable[Id]) -> int:
    """What statuses of messages to these contacts told beyond the model, sealed for the house.

    How many statuses told more.
    """
    return await database.run(
        """UPDATE message_status SET extra_sealed = NULL
            WHERE tenant_id = $1::uuid AND extra_sealed IS NOT NULL
              AND (number_id, wamid_token) IN (
                  SELECT m.number_id, m.wamid_token FROM ({batch}) AS b
                    JOIN message m ON m.tenant_id = $1::uuid AND m.contact_id = b.id)""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )


async def said_with(contact_ids: Iterable[Id]) -> list[dict[str, str | None]]:
    """What was said with these contacts, in order: when (ISO 8601), by whom, the text."""
    rows = await database.rows(
        """SELECT m.id, m.subject_id, m.direction, m.provider_at, m.body_sealed FROM ({batch}) AS b
             JOIN message m ON m.tenant_id = $1::uuid AND m.contact_id = b.id
            ORDER BY m.provider_at, m.tie, m.id""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )
    sealers = await keys.of({row["subject_id"] for row in rows})
    return [
        {
            "at": clock.moment(row["provider_at"]).isoformat(),
            "direction": row["direction"],
            "text": sealer.open_text("message.body", row["id"], row["body_sealed"])
            if row["body_sealed"]
            else None,
        }
        for row in rows
        if (sealer := sealers.get(row["subject_id"]))
    ]


async def uploads_for(contact_ids: Iterable[Id]) -> list[Id]:
    """The uploads that were sent to these contacts and to nobody else."""
    rows = await database.rows(
        """SELECT DISTINCT m.media_id FROM ({batch}) AS b
             JOIN message m ON m.tenant_id = $1::uuid AND m.contact_id = b.id
            WHERE m.direction = 'out' AND m.media_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM message o
                   WHERE o.tenant_id = $1::uuid AND o.media_id = m.media_id
                     AND o.contact_id NOT IN (SELECT b.id FROM ({batch}) AS b))""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )
    return [row["media_id"] for row in rows]


def _ids(row_ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in row_ids])
