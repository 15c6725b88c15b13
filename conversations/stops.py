"""What stops sends besides the gate: the emergency stop, a mailing held or called off (F26).

Asked by the claim, and again when a batch is about to go: of what was stopped nothing begins two
seconds later.
"""

from __future__ import annotations

from collections.abc import Sequence

from conversations.claims import Claim
from conversations.ledger import BELL
from kernel import bells, clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id


@database.unit_of_work
async def stop_sending(person_id: Id) -> None:
    """Nothing of the current tenant leaves from now on, of no origin; stopped already is fine."""
    made = await database.insert(
        "sending_halt",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "person_id": person_id,
                "at": clock.now(),
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if made:
        await events.record(Event("sending.halted", {"person": person_id}))


@database.unit_of_work
async def resume_sending(person_id: Id) -> None:
    """What waits goes on; where nothing is stopped, nothing changes."""
    released = await database.run(
        """UPDATE sending_halt SET released_at = $2
            WHERE tenant_id = $1::uuid AND released_at IS NULL""",
        tenancy.current(),
        clock.now(),
    )
    if released:
        await events.record(Event("sending.released", {"person": person_id}))
        database.after_commit(lambda: bells.ring(BELL))


async def sending_stopped_at() -> int | None:
    """When the current tenant's sends were stopped (microseconds); None while they are not."""
    halt = await database.row(
        "SELECT at FROM sending_halt WHERE tenant_id = $1::uuid AND released_at IS NULL",
        tenancy.current(),
    )
    return halt["at"] if halt else None


async def stopped(claims: Sequence[Claim]) -> tuple[list[Claim], list[Claim]]:
    """Of these, those that wait for somebody to let them go on, and those that were called off."""
    rows = await database.rows(
        """SELECT m.id, m.state FROM ({batch}) AS b
             JOIN mailing m ON m.tenant_id = $1::uuid AND m.id = b.id
              AND m.state IN ('paused', 'cancelled')
            UNION ALL
           SELECT h.id, 'halted' FROM sending_halt h
            WHERE h.tenant_id = $1::uuid AND h.released_at IS NULL""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in {claim.mailing_id for claim in claims}]),
    )
    states = {row["id"]: row["state"] for row in rows}
    cancelled = [one for one in claims if states.get(one.mailing_id or "") == "cancelled"]
    if "halted" in states.values():
        return [one for one in claims if one not in cancelled], cancelled
    return [one for one in claims if states.get(one.mailing_id or "") == "paused"], cancelled
