"""Requests for a right (F47): opened, their clock stopped and longer, refused; who did what."""

from __future__ import annotations

from typing import Literal, get_args

import contacts
import tenants
from kernel import clock, database, ids, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id
from privacy import letters
from privacy.deadlines import LONGER, MONTHS, Calendar
from privacy.request_rows import (
    DETAILS,
    UNDER_WAY,
    Row,
    change,
    close,
    contact_now,
    hold,
    note,
    sealed,
    tell,
)

Kind = Literal["access", "portability", "rectification", "erasure", "restriction", "objection"]
Origin = Literal["person", "key", "page", "store"]
Proof = Literal["code", "manual", "platform"]
# A platform's own limit, which no tenant can move (contract: within 30 days).
_FOR_A_PLATFORM = 30 * clock.DAY
# A letter may have lain for long before somebody enters it.
OLDEST = 366 * clock.DAY


@database.unit_of_work
async def open_request(
    kind: str,
    contact_id: Id | None,
    origin: Origin,
    origin_id: Id | None = None,
    *,
    details: str | None = None,
    received_at: int | None = None,
    proof: Proof | None = None,
) -> Id:
    """Enter a request of the current tenant; its id. Without `proof` its clock waits for one.

    The month runs from `received_at`, also when it was entered later. Invalid names the field that
    is wrong, NotFound is for an absent or erased contact.
    """
    now = clock.now()
    if kind not in get_args(Kind):
        raise Invalid(f"A request is one of {', '.join(get_args(Kind))}.", field=("kind",))
    received_at = now if received_at is None else received_at
    if not now - OLDEST <= received_at <= now:
        message = "A request was received at some time of the last year, and not later than now."
        raise Invalid(message, code="BAD_RANGE", field=("received_at",))
    contact = await _contact(contact_id) if contact_id else None
    request_id = ids.new_id()
    request: Row = {
        "tenant_id": tenancy.current(),
        "id": request_id,
        "kind": kind,
        "origin": origin,
        "origin_id": origin_id,
        "contact_id": contact["id"] if contact else None,
        "subject_id": contact["subject_id"] if contact else None,
        "state": "open" if proof else "unproven",
        "proof": proof,
        "received_at": received_at,
        "months": MONTHS,
        "stands_since": None if proof else now,
        "stood": 0,
        "warned": 0,
        "created_at": now,
        "updated_at": now,
    }
    request["details_sealed"] = await sealed(DETAILS, request_id, request, details, ("details",))
    request["due_at"] = await _due_at(request)
    await database.insert("privacy_request", [request])
    await note(request, "opened")
    await tell(request, "opened", kind=kind)
    return request_id


@database.unit_of_work
async def prove(request_id: Id, proof: Proof, evidence: str | None = None) -> None:
    """Who asks was made sure: the clock runs. By hand it needs `evidence`: what was looked at.

    Conflict where it was proven already, or is closed.
    """
    request = await hold(request_id, "unproven")
    if proof == "manual" and not (evidence or "").strip():
        message = "Say what was looked at: which document, which call, by whom."
        raise Invalid(message, code="MISSING", field=("evidence",))
    await _run(request, "proven", evidence, ("evidence",))
    await change(request, proof=proof)
    await tell(request, "verified")


@database.unit_of_work
async def pause(request_id: Id, reason: str) -> None:
    """The clock stands while the person is asked what they mean; Conflict unless it runs."""
    request = await hold(request_id, "open")
    await note(request, "paused", _told(reason), ("reason",))
    await change(request, state="paused", stands_since=clock.now())
    await tell(request, "paused")


@database.unit_of_work
async def resume(request_id: Id) -> None:
    """The clock runs on; the days on which it stood are added. Conflict unless it was paused."""
    request = await hold(request_id, "paused")
    await _run(request, "resumed", None, ())
    await tell(request, "resumed")


@database.unit_of_work
async def extend(request_id: Id, reason: str) -> None:
    """Two months more, once; the person is told why, within the first month (GDPR 12(3)).

    Conflict when that month is over, when it was extended before, or for a platform's request.
    """
    request = await hold(request_id, *UNDER_WAY)
    if request["origin"] == "store":
        message = "A platform waits 30 days for what it asks; nobody can make them more."
        raise Conflict(message, code="NOT_EXTENDABLE", field=("request",))
    is_late = request["stands_since"] is None and request["due_at"] <= clock.now()
    if request["months"] != MONTHS or is_late:
        message = "It can be extended once, and only before the first month is over."
        raise Conflict(message, code="NOT_EXTENDABLE", field=("request",))
    await note(request, "extended", _told(reason), ("reason",))
    request["months"] = LONGER
    await change(request, months=LONGER, due_at=await _due_at(request), warned=0)
    await letters.put("extended", request)
    await tell(request, "extended")


@database.unit_of_work
async def refuse(request_id: Id, reason: str) -> None:
    """It is not carried out; the person is told why (GDPR 12(4)). Conflict when it is closed."""
    request = await hold(request_id, "unproven", "open", "paused")
    await note(request, "refused", _told(reason), ("reason",))
    await letters.put("refused", request)
    await close(request, "refused", "refused")


async def _run(request: Row, step: str, words: str | None, field: tuple[str, ...]) -> None:
    calendar, now = Calendar.of(await tenants.read_settings()), clock.now()
    days = calendar.day_of(now) - calendar.day_of(request["stands_since"])
    await note(request, step, words, field)
    request["stood"] += days.days
    due_at = await _due_at(request)
    await change(
        request, state="open", stands_since=None, stood=request["stood"], due_at=due_at, warned=0
    )


async def _due_at(request: Row) -> int:
    """The moment from which it is overdue; of a platform's request also within its 30 days."""
    calendar = Calendar.of(await tenants.read_settings())
    day = calendar.due_day(request["received_at"], request["months"], request["stood"])
    due_at = calendar.end_of(day)
    if request["origin"] == "store":
        return min(due_at, int(request["received_at"]) + _FOR_A_PLATFORM)
    return due_at


async def _contact(contact_id: Id) -> contacts.ContactRow:
    found = await contact_now(contact_id)
    if found is None or found["state"] == "erased":
        raise NotFound("There is no such contact.", field=("contact",))
    return found


def _told(reason: str) -> str:
    if not reason.strip():
        raise Invalid(
            "Give the reason; the person has a right to it.", code="EMPTY", field=("reason",)
        )
    return reason.strip()
