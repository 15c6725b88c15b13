"""Rows of requests (F47): held, changed, closed, with a step for each thing that was done."""

from __future__ import annotations

from typing import Any, Literal

import contacts
from kernel import audit, clock, database, events, ids, keys, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id

Row = dict[str, Any]

# What may still be worked on.
UNDER_WAY = ("unproven", "open", "paused", "working")
DETAILS, NOTE = "privacy_request.details", "privacy_step.note"
_LONGEST = 2000


async def hold(request_id: Id, *states: str) -> Row:
    """A request, locked for the open unit; NotFound, or Conflict when it is in another state."""
    request = await database.row(
        """SELECT id, tenant_id, kind, origin, origin_id, contact_id, subject_id, state, proof,
                  outcome, received_at, months, stands_since, stood, due_at, warned, work_id
             FROM privacy_request
            WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE""",
        tenancy.current(),
        request_id,
    )
    if request is None:
        raise NotFound("There is no such request.", field=("request",))
    if request["state"] not in states:
        raise Conflict(_STANDS[request["state"]], code="REQUEST_STATE", field=("request",))
    return request


async def change(request: Row, **columns: Any) -> None:
    """Write columns of a request that the open unit holds."""
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=4))
    await database.run(
        f"""UPDATE privacy_request SET updated_at = $3::bigint, {sets}
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        request["id"],
        clock.now(),
        *columns.values(),
    )


async def note(
    request: Row, kind: str, words: str | None = None, field: tuple[str, ...] = ()
) -> None:
    """Write down a step of whoever acts; the words are sealed under the person's key."""
    step_id, actor = ids.new_id(), audit.actor()
    await database.insert(
        "privacy_step",
        [
            {
                "tenant_id": tenancy.current(),
                "id": step_id,
                "request_id": request["id"],
                "subject_id": request["subject_id"],
                "kind": kind,
                "actor_kind": actor.kind,
                "actor_id": actor.id,
                "note_sealed": await sealed(NOTE, step_id, request, words, field),
                "at": clock.now(),
            }
        ],
    )


async def tell(request: Row, what: str, **refs: str) -> None:
    """Record `privacy.request_…` of a request."""
    named = {"contact": request["contact_id"]} if request["contact_id"] else {}
    refs = {"request": request["id"], **named, **refs}
    await events.record(Event(f"privacy.request_{what}", refs))


async def close(request: Row, state: Literal["done", "refused"], outcome: str) -> None:
    """It is over, in the open unit."""
    await change(request, state=state, outcome=outcome, stands_since=None, closed_at=clock.now())
    await tell(request, "closed", outcome=outcome)


async def contact_now(contact_id: Id) -> contacts.ContactRow | None:
    """Who a contact is by now: themselves, or whom they were merged into."""
    found = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if found and found["merged_into"]:
        return (await contacts.contacts_by_ids([found["merged_into"]])).get(found["merged_into"])
    return found


async def sealed(
    place: str, row_id: Id, request: Row, words: str | None, field: tuple[str, ...]
) -> bytes | None:
    """Words as they are stored: under the person's key; None for none, or once the key is gone."""
    if not words:
        return None
    if len(words) > _LONGEST:
        raise Invalid(f"At most {_LONGEST} characters.", code="TOO_LONG", field=field)
    sealer = (await keys.of([request["subject_id"]])).get(request["subject_id"])
    return sealer.seal_text(place, row_id, words) if sealer else None


_STANDS = {
    "unproven": "Who asks has to be made sure first.",
    "open": "Its clock runs; that step was taken already.",
    "paused": "Its clock stands; let it run on first.",
    "working": "It is being carried out.",
    "done": "It was carried out.",
    "refused": "It was refused.",
}
