"""Internal notes in a thread, with mentions of colleagues (F13). They never leave the house."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kernel import clock, database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id

LONGEST = 10_000
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")


@database.unit_of_work
async def write_note(
    conversation_id: Id, person_id: Id, text: str, mentions: Sequence[Id] = ()
) -> Id:
    """Write a note into a thread; its id. It is sealed as the contact's, for it is about them."""
    if not text.strip() or len(text) > LONGEST or _HALF_A_PAIR.search(text):
        raise Invalid(f"A note has 1 to {LONGEST} characters.", field=("text",))
    tenant_id, note_id, now = tenancy.current(), ids.new_id(), clock.now()
    thread = await _thread(conversation_id)
    mentioned = await _colleagues(mentions)
    sealers = await keys.of([thread["subject_id"]])
    if not sealers:
        raise NotFound("There is no such conversation.", field=("conversation",))
    await database.insert(
        "message",
        [
            {
                "tenant_id": tenant_id,
                "id": note_id,
                "conversation_id": conversation_id,
                "contact_id": thread["contact_id"],
                "subject_id": thread["subject_id"],
                "number_id": thread["number_id"],
                "direction": "note",
                "kind": "note",
                "origin": "desk",
                "author_id": person_id,
                "provider_at": now,
                "received_at": now,
                "tie": 0,
                "body_sealed": sealers[thread["subject_id"]].seal_text(
                    "message.body", note_id, text
                ),
                "status": "written",
            }
        ],
    )
    await database.insert(
        "mention",
        [
            {"tenant_id": tenant_id, "message_id": note_id, "person_id": one, "at": now}
            for one in mentioned
        ],
    )
    await events.record(
        Event(
            "note.written",
            {
                "message": note_id,
                "conversation": conversation_id,
                "contact": thread["contact_id"],
            },
        )
    )
    return note_id


async def _thread(conversation_id: Id) -> dict[str, Id]:
    thread = await database.row(
        """SELECT v.contact_id, v.number_id, c.subject_id
             FROM conversation v
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = v.contact_id
            WHERE v.tenant_id = $1::uuid AND v.id = $2::uuid AND v.state <> 'merged'""",
        tenancy.current(),
        conversation_id,
    )
    if thread is None:
        raise NotFound("There is no such conversation.", field=("conversation",))
    return thread


async def _colleagues(mentions: Sequence[Id]) -> list[Id]:
    wanted = list(dict.fromkeys(mentions))
    rows = await database.rows(
        """SELECT p.id FROM ({batch}) AS b
             JOIN person p ON p.tenant_id = $1::uuid AND p.id = b.id AND p.state = 'active'""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in wanted]),
    )
    if len(rows) < len(wanted):
        raise Invalid("Only active colleagues can be mentioned.", field=("mentions",))
    return wanted
