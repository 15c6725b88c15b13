"""Carrying requests out (F47): what each right comes to, each in the unit that closes it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

import contacts
import tenants
from contacts import By, ContactRow, Corrected, Correction
from kernel import audit, database, keys, tenancy
from kernel.database import Batch
from kernel.errors import Conflict, Invalid
from kernel.ids import Id
from privacy import letters
from privacy.erasures import Reason, begin_erasure
from privacy.exports.steps import begin_export
from privacy.request_rows import UNDER_WAY, Row, change, close, contact_now, hold, note

_LONGEST_NAME = 200
# Open again where the work stumbled, which may come to its end all the same.
_WORKED_ON = ("working", "open")


@database.unit_of_work
async def fulfil(request_id: Id, right: Correction | None = None) -> None:
    """Do what is asked: gather, forget, freeze, stop marketing, correct. `right` holds from now on.

    An export and an erasure are only begun here; the request is closed when they have ended.
    Invalid where a rectification says nothing that is new, Conflict unless the request is open.
    """
    request = await hold(request_id, "open")
    contact = await contact_now(request["contact_id"])
    if contact is None or contact["state"] == "erased":
        raise Conflict("The contact was erased.", code="CONTACT_GONE", field=("request",))
    if (right is not None) != (request["kind"] == "rectification"):
        message = "A rectification, and nothing else, says what is right."
        raise Invalid(message, code="NOT_FITTING", field=("correction",))
    if request["kind"] in ("access", "portability"):
        await begin_to_gather(request, contact["id"])
    elif request["kind"] == "restriction":
        await contacts.freeze(contact["id"])
        await _done(request, "restricted")
    elif request["kind"] == "erasure":
        await begin_to_erase(request, contact["id"], "request")
    elif request["kind"] == "objection":
        why = By("contact", contact["id"], "objection", {"request": request["id"]})
        await contacts.withdraw_all(contact, why)
        await _done(request, "marketing_stopped")
    elif right is not None:
        await _correct(request, contact, right)
        await _done(request, "corrected")


@database.unit_of_work
async def lift_restriction(request_id: Id, reason: str) -> None:
    """The restriction that this request came to ends; Conflict where it is none."""
    request = await hold(request_id, "done")
    contact = await contact_now(request["contact_id"]) if request["contact_id"] else None
    if request["outcome"] != "restricted" or contact is None:
        message = "Only a restriction that was carried out can be lifted."
        raise Conflict(message, code="REQUEST_STATE", field=("request",))
    if not reason.strip():
        raise Invalid("Say why it ends (GDPR 18(3)).", code="EMPTY", field=("reason",))
    await contacts.unfreeze(contact["id"])
    await change(request, outcome="restriction_lifted")
    await note(request, "lifted", reason.strip(), ("reason",))


async def begin_to_gather(request: Row, contact_id: Id) -> None:
    """Begin the export that a request asks for, in the open unit."""
    export_id = await begin_export(contact_id, request_id=request["id"])
    await note(request, "begun")
    await change(request, state="working", work_id=export_id)


async def begin_to_erase(request: Row, contact_id: Id, reason: Reason) -> None:
    """Begin the erasure that a request asks for, in the open unit."""
    erasure_id = await begin_erasure(contact_id, reason=reason, request_id=request["id"])
    await note(request, "begun")
    await change(request, state="working", work_id=erasure_id)


@database.unit_of_work
async def finish(work_ids: Collection[Id], outcome: str) -> int:
    """The work of these ids has ended: the requests that it was for are done; how many."""
    found = await _by_work(work_ids, *_WORKED_ON)
    for request_id in found:
        await _done(await hold(request_id, *_WORKED_ON), outcome)
    return len(found)


@database.unit_of_work
async def reopen(work_ids: Collection[Id]) -> None:
    """The work of these ids came to nothing: what it was for waits for somebody, its clock runs."""
    for request_id in await _by_work(work_ids, "working"):
        request = await hold(request_id, "working")
        await note(request, "stumbled")
        await change(request, state="open")


@database.unit_of_work
async def close_gone(contact_ids: Collection[Id]) -> None:
    """These contacts were erased: what else they asked for comes to nothing more, and is over."""
    rows = await database.rows(
        f"""SELECT r.id FROM ({{batch}}) AS b
              JOIN contact c ON c.tenant_id = $1::uuid AND (c.id = b.id OR c.merged_into = b.id)
              JOIN privacy_request r ON r.tenant_id = $1::uuid AND r.contact_id = c.id
             WHERE r.state IN ({", ".join(f"'{one}'" for one in UNDER_WAY)}) ORDER BY r.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(contact_ids)]),
    )
    for row in rows:
        request = await hold(row["id"], *UNDER_WAY)
        await note(request, "done")
        await close(request, "done", "erased" if request["kind"] == "erasure" else "nothing_held")


async def _by_work(work_ids: Collection[Id], *states: str) -> list[Id]:
    rows = await database.rows(
        f"""SELECT r.id FROM ({{batch}}) AS b
              JOIN privacy_request r ON r.tenant_id = $1::uuid AND r.work_id = b.id
             WHERE r.state IN ({", ".join(f"'{one}'" for one in states)}) ORDER BY r.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(work_ids)]),
    )
    return [row["id"] for row in rows]


async def _done(request: Row, outcome: str) -> None:
    await note(request, "done")
    # A platform is answered by the tenant; who is forgotten can be told nothing any more.
    if request["origin"] != "store" and request["kind"] != "erasure":
        await letters.put("done", request)
    await close(request, "done", outcome)


async def _correct(request: Row, contact: ContactRow, right: Correction) -> None:
    if right.name is not None and not 1 <= len(right.name.strip()) <= _LONGEST_NAME:
        message = f"A name has 1 to {_LONGEST_NAME} characters."
        raise Invalid(message, field=("correction", "name"))
    if right.email is not None:
        email = tenants.read_email(right.email, ("correction", "email"))
        right = replace(right, email=email)
    corrected = await contacts.correct(contact["id"], right)
    if not corrected:
        raise Invalid("All of this stands there already.", field=("correction",))
    await note(request, "corrected", ", ".join(one.field for one in corrected))
    # What was wrong is gone; that it was another than now shows in keyed references alone.
    await audit.record(
        "privacy_request.correct",
        {
            "request": [request["id"]],
            "contact": [contact["id"]],
            "before_token": [_reference(one, one.before) for one in corrected],
            "after_token": [_reference(one, one.after) for one in corrected],
        },
    )


def _reference(one: Corrected, value: str) -> str:
    token = keys.index().token(f"contact.{one.field}", value)
    return hashlib.sha256(token).hexdigest()
