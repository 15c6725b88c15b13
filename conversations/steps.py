"""What people do with threads: resolve, reopen, snooze, set pending, assign, read (F13)."""

from __future__ import annotations

from typing import Any, Literal

from conversations import episodes
from kernel import clock, database, events, ids, tenancy
from kernel.errors import Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id

State = Literal["open", "pending", "snoozed", "resolved"]


@database.unit_of_work
async def change_state(
    conversation_id: Id, person_id: Id | None, state: State, until: int | None = None
) -> None:
    """Put a thread into a state; a snooze needs a time to come. The same state is no change.

    Resolving ends the running episode; the next message begins another.
    """
    now = clock.now()
    if state == "snoozed" and (until is None or until <= now):
        raise Invalid("Snoozing needs a time that is still to come.", field=("until",))
    thread = await _hold(conversation_id)
    if thread["state"] == state and thread["snoozed_until"] == until:
        return
    # The platform's clock may be ahead of ours: what was read already comes before this step.
    now = max(now, thread["last_message_at"])
    await database.run(
        """UPDATE conversation
              SET state = $3, state_at = $4, snoozed_until = $5::bigint, updated_at = $4
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        conversation_id,
        state,
        now,
        until if state == "snoozed" else None,
    )
    await _note_step(conversation_id, state, person_id, None, now)
    if state == "resolved":
        await episodes.resolve_last(conversation_id, now)
    await events.record(
        Event(
            "conversation.state_changed",
            {"conversation": conversation_id, "contact": thread["contact_id"], "state": state},
        )
    )


@database.unit_of_work
async def assign(conversation_id: Id, person_id: Id | None, assignee_id: Id | None) -> None:
    """Give a thread to a colleague who is active, or to nobody."""
    thread = await _hold(conversation_id)
    if thread["assignee_id"] == assignee_id:
        return
    if assignee_id is not None and not await is_active(assignee_id):
        raise Invalid("The assignee must be an active colleague.", field=("assignee",))
    now = clock.now()
    await database.run(
        """UPDATE conversation SET assignee_id = $3::uuid, updated_at = $4
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        conversation_id,
        assignee_id,
        now,
    )
    await _note_step(conversation_id, "assigned", person_id, assignee_id, now)
    refs = {"conversation": conversation_id, "contact": thread["contact_id"]}
    if assignee_id:
        refs["assignee"] = assignee_id
    await events.record(Event("conversation.assigned", refs))


@database.unit_of_work
async def mark_read(conversation_id: Id, person_id: Id, upto: Id | None = None) -> None:
    """This person has read the thread up to a message (or all of it); a mark never moves back."""
    thread = await _hold(conversation_id)
    at, tie = thread["last_message_at"], thread["last_message_tie"]
    if upto is not None:
        message = await database.row(
            """SELECT provider_at, tie FROM message
                WHERE tenant_id = $1::uuid AND id = $2::uuid AND conversation_id = $3::uuid""",
            tenancy.current(),
            upto,
            conversation_id,
        )
        if message is None:
            raise NotFound("There is no such message in this conversation.", field=("upto",))
        at, tie = message["provider_at"], message["tie"]
    moved = await database.insert(
        "read_mark",
        [
            {
                "tenant_id": tenancy.current(),
                "conversation_id": conversation_id,
                "person_id": person_id,
                "upto_at": at,
                "upto_tie": tie,
            }
        ],
        conflict="""ON CONFLICT (tenant_id, conversation_id, person_id) DO UPDATE
            SET upto_at = excluded.upto_at, upto_tie = excluded.upto_tie
          WHERE (excluded.upto_at, excluded.upto_tie) > (read_mark.upto_at, read_mark.upto_tie)""",
        returning="person_id",
    )
    if moved:
        await events.record(
            Event("conversation.read", {"conversation": conversation_id, "person": person_id})
        )


async def wake_snoozed() -> int:
    """Open the threads whose snooze is over, in all tenants; how many."""
    with tenancy.across_tenants("waking snoozed threads"):
        due = await database.rows(
            """SELECT tenant_id, id FROM conversation
                WHERE state = 'snoozed' AND snoozed_until <= $1 LIMIT 500""",
            clock.now(),
        )
    for row in due:
        with tenancy.acting_for(row["tenant_id"]):
            await change_state(row["id"], None, "open")
    return len(due)


async def _hold(conversation_id: Id) -> dict[str, Any]:
    thread = await database.row(
        """SELECT contact_id, state, snoozed_until, assignee_id, last_message_at, last_message_tie
             FROM conversation
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state <> 'merged' FOR UPDATE""",
        tenancy.current(),
        conversation_id,
    )
    if thread is None:
        raise NotFound("There is no such conversation.", field=("conversation",))
    return thread


async def is_active(person_id: Id) -> bool:
    """Whether a colleague works here, and goes on to until the open unit has ended."""
    found = await database.row(
        """SELECT 1 AS found FROM person
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'active' FOR SHARE""",
        tenancy.current(),
        person_id,
    )
    return found is not None


async def _note_step(
    conversation_id: Id, kind: str, person_id: Id | None, assignee_id: Id | None, at: int
) -> None:
    await database.insert(
        "conversation_step",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "conversation_id": conversation_id,
                "kind": kind,
                "person_id": person_id,
                "assignee_id": assignee_id,
                "at": at,
            }
        ],
    )
