"""Reads of the ledger of sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict, cast

from conversations import decisions
from conversations.gate import Decision
from conversations.reasons import reason
from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id


class SendRow(TypedDict):
    """A send; `decision` is JSON: the ruling and its reasons, `held_by` the code of what somebody
    stopped (all sending, its mailing), `way` email or whatsapp where it may go by one way alone.
    Times in microseconds."""

    id: Id
    message_id: Id | None
    state: str
    decision: str
    held_by: str | None
    attempts: int
    due_at: int
    way: str | None


_COLUMNS = """s.id, s.message_id, s.state, s.decision, s.attempts, s.due_at, s.way,
       CASE WHEN s.state <> 'queued' THEN NULL
            WHEN EXISTS (SELECT 1 FROM sending_halt h
                          WHERE h.tenant_id = $1::uuid AND h.released_at IS NULL)
            THEN 'SENDING_STOPPED'
            WHEN m.state = 'paused' THEN 'PAUSED' END AS held_by"""
_ITS_MAILING = "LEFT JOIN mailing m ON m.tenant_id = $1::uuid AND m.id = s.mailing_id"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many sends of a number wait, and since when the oldest does (microseconds)."""

    count: int
    oldest_at: int | None


async def sends_of(message_ids: Iterable[Id]) -> dict[Id, SendRow]:
    """The sends of these messages; what was never queued here has none."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS}
             FROM ({{batch}}) AS b
             JOIN send s ON s.tenant_id = $1::uuid AND s.message_id = b.id
             {_ITS_MAILING}""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(message_ids)]),
    )
    return {row["message_id"]: cast(SendRow, row) for row in rows}


async def send_to(contact_id: Id, origin_id: Id) -> SendRow | None:
    """The latest send of something (a campaign) to a contact; None where there is none."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS}
              FROM send s
              {_ITS_MAILING}
             WHERE s.tenant_id = $1::uuid AND s.contact_id = $2::uuid AND s.origin_id = $3::uuid
             ORDER BY s.id DESC LIMIT 1""",
        tenancy.current(),
        contact_id,
        origin_id,
    )
    return cast(SendRow, rows[0]) if rows else None


def decision_of(send: SendRow) -> Decision:
    """What was decided on a send, and what has come of it since, with what holds it just now."""
    decision = decisions.read(send["decision"])
    if send["state"] == "sent":
        return Decision("send")
    if send["held_by"] is None:
        return decision
    return Decision("defer", (reason(send["held_by"]), *decision.reasons))


async def waiting_of(number_ids: Iterable[Id]) -> dict[Id, Waiting]:
    """What waits to go out from each of these numbers of the current tenant, without mailings."""
    wanted = list(dict.fromkeys(number_ids))
    rows = await database.rows(
        """SELECT s.number_id, count(*) AS n, min(s.created_at) AS oldest_at
             FROM ({batch}) AS b
             JOIN send s ON s.tenant_id = $1::uuid AND s.number_id = b.id AND s.state = 'queued'
              AND s.mailing_id IS NULL
            GROUP BY s.number_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in wanted]),
    )
    none: dict[Id, Waiting] = dict.fromkeys(wanted, Waiting(0, None))
    return none | {row["number_id"]: Waiting(row["n"], row["oldest_at"]) for row in rows}


async def count_waiting() -> int:
    """How many sends of all tenants wait to go out, without those of mailings."""
    with tenancy.across_tenants("counting what waits"):
        row = await database.row(
            "SELECT count(*) AS n FROM send WHERE state = 'queued' AND mailing_id IS NULL"
        )
    return int(row["n"]) if row else 0
