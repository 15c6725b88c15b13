"""Wishes to tell a customer that their message was read, or that somebody types (contract 2.6).

They stand in no ledger: a wish is an event, and a lost one does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kernel import database, events, keys, tenancy
from kernel.database import Batch
from kernel.errors import NotFound
from kernel.events import Event
from kernel.ids import Id


@dataclass(frozen=True, slots=True)
class Receivable:
    """A customer's message as the platform knows it."""

    number_id: Id
    wamid: str


@database.unit_of_work
async def wish_receipt(
    kind: Literal["receipt.wanted", "typing.wanted"],
    conversation_id: Id,
    upto: Id | None = None,
) -> None:
    """Wish it for the customer's last message, or the last one up to another message.

    Where the customer has not written yet there is nothing to wish.
    """
    row = await database.row(
        database.sql(__file__, "last_received"), tenancy.current(), conversation_id, upto
    )
    if row is None:
        raise NotFound("There is no such conversation.", field=("conversation",))
    if row["message_id"] is not None:
        refs = {"message": row["message_id"], "number": row["number_id"]}
        await events.record(Event(kind, {**refs, "conversation": conversation_id}))


async def receivables(message_ids: Iterable[Id]) -> dict[Id, Receivable]:
    """How the platform knows these messages; those of erased people are missing."""
    rows = await database.rows(
        """SELECT m.id, m.number_id, m.subject_id, m.wamid_sealed FROM ({batch}) AS b
             JOIN message m ON m.tenant_id = $1::uuid AND m.id = b.id
            WHERE m.direction = 'in' AND m.wamid_sealed IS NOT NULL""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(message_ids)]),
    )
    sealers = await keys.of(row["subject_id"] for row in rows)
    return {
        row["id"]: Receivable(
            row["number_id"], sealer.open_text("message.wamid", row["id"], row["wamid_sealed"])
        )
        for row in rows
        if (sealer := sealers.get(row["subject_id"]))
    }
