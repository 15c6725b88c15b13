"""The erasure of one person (F46): begun here, worked off step by step by privacy/erasing.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import orjson

import contacts
from contacts import Person
from kernel import audit, bells, clock, database, events, ids, keys, tenancy
from kernel.events import Event
from kernel.ids import Id
from privacy.holds import keep_held

BELL = "erasures"
PLACE = "erasure.ids"

# Who wants it: the person, the shop that they bought in, a rule of retention; nobody has a basis to
# keep them; or a backup from before their erasure was restored.
Reason = Literal["request", "store", "retention", "no_basis", "restored"]


@database.unit_of_work
async def begin_erasure(contact_id: Id, *, reason: Reason, request_id: Id | None = None) -> Id:
    """Begin to forget a person of the current tenant, however often it is asked; the erasure's id.

    From its commit on nobody finds them, meets them by an id of theirs, or writes to them. The
    rest is worked off, and ends with the event erasure.finished. NotFound where there is none.
    """
    person = await contacts.person_of(contact_id)
    survivor_id = person.contact_ids[0]
    begun = await database.row(
        "SELECT id FROM erasure WHERE tenant_id = $1::uuid AND contact_id = $2::uuid",
        tenancy.current(),
        survivor_id,
    )
    if begun:
        return str(begun["id"])
    erasure_id = ids.new_id()
    held = await keep_held(person)
    forgotten = await contacts.forget(survivor_id, erasure_id)
    await database.insert(
        "erasure",
        [
            {
                "tenant_id": tenancy.current(),
                "id": erasure_id,
                "contact_id": survivor_id,
                "reason": reason,
                "request_id": request_id,
                "state": "running",
                "ids_sealed": await _sealed(erasure_id, forgotten.person),
                "attempts": 0,
                "lease_until": 0,
                "fence": 0,
                "created_at": clock.now(),
            }
        ],
    )
    await note_steps(erasure_id, {**forgotten.went, "held": held})
    await audit.record(
        "contact.erase",
        {"contact": person.contact_ids, "subject": person.subject_ids, "erasure": [erasure_id]},
    )
    await events.record(Event("erasure.started", {"erasure": erasure_id, "contact": survivor_id}))
    database.after_commit(lambda: bells.ring(BELL))
    return erasure_id


async def note_steps(erasure_id: Id, went: Mapping[str, int]) -> None:
    """Set down steps that are done in this unit of work, with how many things went."""
    now = clock.now()
    await database.insert(
        "erasure_step",
        [
            {
                "tenant_id": tenancy.current(),
                "erasure_id": erasure_id,
                "step": step,
                "count": count,
                "done_at": now,
            }
            for step, count in went.items()
        ],
    )


async def _sealed(erasure_id: Id, person: Person) -> bytes | None:
    """What they were known by, under their own key: it goes with them."""
    for sealer in (await keys.of(person.subject_ids[:1])).values():
        return sealer.seal(PLACE, erasure_id, orjson.dumps(person.ids))
    return None
