"""An agent's threads pass to another in one step: when somebody leaves, or goes away (F2).

A thread belongs to the tenant. Those that are open are told of, so that customers can be told of
their new contact person; the others pass in silence and are in good hands when they open again.
"""

from __future__ import annotations

from conversations.steps import is_active
from kernel import clock, database, events, ids, tenancy
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id


@database.unit_of_work
async def hand_over(from_id: Id, to_id: Id | None, person_id: Id | None) -> int:
    """Give all threads of a colleague to another, or to nobody; how many of them are open.

    Invalid where the other is no active colleague. `person_id` is who takes the step.
    """
    if to_id == from_id or (to_id is not None and not await is_active(to_id)):
        raise Invalid("Another active colleague is wanted, or nobody.", field=("hand_over_to",))
    tenant_id, now = tenancy.current(), clock.now()
    threads = await database.rows(
        """UPDATE conversation SET assignee_id = $3::uuid, updated_at = $4::bigint
            WHERE tenant_id = $1::uuid AND assignee_id = $2::uuid AND state <> 'merged'
        RETURNING id, contact_id, state""",
        tenant_id,
        from_id,
        to_id,
        now,
    )
    handed = [thread for thread in threads if thread["state"] != "resolved"]
    await database.insert(
        "conversation_step",
        [
            {
                "tenant_id": tenant_id,
                "id": ids.new_id(),
                "conversation_id": thread["id"],
                "kind": "assigned",
                "person_id": person_id,
                "assignee_id": to_id,
                "at": now,
            }
            for thread in handed
        ],
    )
    named = {"assignee": to_id} if to_id else {}
    refs = [
        {"conversation": thread["id"], "contact": thread["contact_id"], **named}
        for thread in handed
    ]
    await events.record(*(Event("conversation.handed_over", one) for one in refs))
    return len(handed)
