"""Asking for a right on the public page (F47): who asks proves it by a code, and sees how it is.

Who is not known here meets the same answers, at every step, as who is.
"""

from __future__ import annotations

from dataclasses import dataclass

import contacts
import tenants
from contacts import Sighting
from kernel import audit, clock, database, ids, tenancy
from kernel.audit import Actor
from kernel.errors import Invalid
from kernel.ids import Id
from privacy import codes
from privacy.request_queries import RequestRow, requests_by_ids
from privacy.request_rows import Row, contact_now, hold
from privacy.requests import open_request

# As long as somebody may come back to see what became of it.
_SHOWN_FOR = 400 * clock.DAY


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands, as the person sees it; `token` leads back here."""

    row: RequestRow
    token: str


async def ask_on_page(right: str, who: str, locale: str) -> str:
    """Have a code sent to who says that this phone or e-mail is theirs; the token for the code.

    Invalid for what is neither; Conflict TOO_MANY_TRIES after five codes of a day.
    """
    sighting = await _sighting(who)
    with audit.request_of(audit.STRANGER, ids.new_id(), "privacy_page.ask"):
        letter_id = await _ask(right, sighting, locale)
    return tenants.write_public_link("code", letter_id, clock.now() + 2 * codes.GOOD_FOR)


async def prove_on_page(token: str, code: str) -> Standing:
    """The code that was sent is theirs, so the request is. DeadLink, or Invalid as `verify`."""
    link = tenants.read_public_link("code", token)
    with tenancy.acting_for(link.tenant_id):
        with audit.request_of(audit.STRANGER, ids.new_id(), "privacy_page.prove"):
            request_id = await codes.judge(link.row_id, code)
        [row] = (await requests_by_ids([request_id])).values()
        with audit.request_of(
            Actor("contact", row["contact_id"]), ids.new_id(), "privacy_page.prove"
        ):
            await codes.use(link.row_id, request_id)
        return await _standing(request_id)


async def standing_on_page(token: str) -> Standing:
    """How the request of a link stands; DeadLink."""
    link = tenants.read_public_link("request", token)
    with tenancy.acting_for(link.tenant_id):
        return await _standing(link.row_id)


async def _standing(request_id: Id) -> Standing:
    [row] = (await requests_by_ids([request_id])).values()
    token = tenants.write_public_link("request", request_id, row["created_at"] + _SHOWN_FOR)
    return Standing(row, token)


@database.unit_of_work
async def _ask(right: str, sighting: Sighting, locale: str) -> Id:
    [known] = await contacts.find([sighting])
    contact = await contact_now(known.contact_id) if known else None
    request = await _request(right, contact["id"]) if contact else None
    if request is None:
        await audit.record("privacy_page.ask", {}, outcome="UNKNOWN")
    [(kind, _, value, _)] = sighting.shown()
    return await codes.ask(request, codes.asked_of(f"{kind}|{value}"), locale)


async def _request(right: str, contact_id: Id) -> Row:
    """The one that waits for its proof already, or a new one."""
    waiting = await database.row(
        """SELECT id FROM privacy_request
            WHERE tenant_id = $1::uuid AND contact_id = $2::uuid AND kind = $3
              AND origin = 'page' AND state = 'unproven' ORDER BY id LIMIT 1""",
        tenancy.current(),
        contact_id,
        right,
    )
    request_id = waiting["id"] if waiting else await open_request(right, contact_id, "page")
    return await hold(request_id, "unproven")


async def _sighting(who: str) -> Sighting:
    given = who.strip()[:320]
    if "@" in given:
        name, _, host = given.rpartition("@")
        if name and "." in host and " " not in given:
            return Sighting(clock.now(), email=given)
    else:
        country = (await tenants.read_settings()).country
        if digits := contacts.read_phone(given, country):
            return Sighting(clock.now(), phone=digits)
    raise Invalid("A phone number or an e-mail address is wanted.", field=("who",))
