"""Double opt-in (F9): a first yes, asked about once on WhatsApp, and a second yes.

The prompt is a purpose of its own: it goes without consent to marketing, but only for a first yes
that has its evidence in the ledger, and only while that waits. Lists of people are no first yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

import channels
import contacts
import conversations
import tenants
from channels import TemplateFilter, TemplateRow
from contacts import (
    ConsentRequestRow,
    ConsentStep,
    ContactRow,
    Grounds,
    Known,
    Sighting,
    Wish,
    WordingRow,
)
from conversations import NotSendable, Occasion, Outgoing, Way
from conversations.content import (
    Button,
    Buttons,
    Content,
    TemplateButton,
    TemplateMessage,
    shown_text,
)
from kernel import clock, database
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id
from privacy.consent_words import fill, texts_in

YES, NO = "consent_yes:", "consent_no:"
# The source of a contact of whom nothing is known but that they agreed.
NEWCOMER = "opt_in"
_AGAIN = 10 * clock.MINUTE


@dataclass(frozen=True, slots=True)
class FirstYes:
    """Somebody agreed to a wording somewhere: where, when, as whose word, shown by what.

    Give the contact or, for somebody who may be new, the digits of their phone. `method` is a code
    of how it was given (form, in_person, phone, keyword, touchpoint …); IP and user agent belong
    into the evidence of web steps only. `is_renewal`: who agreed to another wording may be asked.
    """

    contact_id: Id | None
    wording_id: Id
    method: str
    at: int
    evidence: Mapping[str, str | None]
    actor_kind: str
    actor_id: Id | None = None
    touchpoint_id: Id | None = None
    number_id: Id | None = None
    incentive: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    is_renewal: bool = False


@database.unit_of_work
async def ask(first: FirstYes) -> Id:
    """Write a first yes down and ask for the second; the request's id, that of an open one again.

    Where nothing may ask yet (the request's `trouble` says why) it is tried again until it ends.
    Invalid without evidence, NotFound for a foreign or absent contact, wording or number, Conflict
    where they agreed before (ALREADY_CONFIRMED) or may not be asked.
    """
    if not any(first.evidence.values()):
        raise Invalid("What shows the yes is wanted.", code="EMPTY", field=("evidence",))
    if first.at > clock.now():
        raise Invalid("Nobody agrees in the future.", code="BAD_RANGE", field=("at",))
    wording = (await contacts.wordings_by_ids([first.wording_id])).get(first.wording_id)
    if wording is None:
        raise NotFound("There is no such wording.", field=("wording",))
    if first.number_id and not await channels.numbers_by_ids([first.number_id]):
        raise NotFound("There is no such number.", field=("number",))
    contact = await _contact(first)
    about = wording["purpose"], wording["topic"]
    agreed = (await contacts.agreed_wordings([contact["id"]])).get((contact["id"], *about))
    if agreed and not (first.is_renewal and agreed[1] != wording["id"]):
        message = "They have agreed to this already."
        raise Conflict(message, code="ALREADY_CONFIRMED", field=("contact",))
    settings = await tenants.read_settings()
    request_id = await contacts.open_request(
        Wish(
            contact["id"],
            contact["subject_id"],
            *about,
            wording["id"],
            first.at,
            clock.now() + settings.consent_hours * clock.HOUR,
            first.touchpoint_id,
            first.number_id,
            first.incentive,
        )
    )
    if request_id is None:
        return await _open_one(contact["id"], about)
    await contacts.record_consent(
        [
            ConsentStep(
                contact["id"],
                contact["subject_id"],
                "requested",
                first.method,
                f"requested|{request_id}",
                first.at,
                *about,
                first.evidence,
                Grounds(
                    request_id,
                    first.touchpoint_id,
                    wording["id"],
                    contacts.text_hash(fill(wording["statement"], store=settings.name)),
                    wording["notice"],
                    first.actor_kind,
                    first.actor_id,
                ),
            )
        ]
    )
    [request] = (await contacts.requests_by_ids([request_id])).values()
    await prompt(request)
    return request_id


async def prompt(request: ConsentRequestRow) -> None:
    """Ask for the second yes, part of the caller's unit; why not, is noted with the request."""
    [wording] = (await contacts.wordings_by_ids([request["wording_id"]])).values()
    way = await conversations.way_to(request["contact_id"], request["number_id"])
    if way is None:
        await contacts.note_trouble(request["id"], "NUMBER_DISCONNECTED", clock.now() + _AGAIN)
        return
    content, shown = await _prompt(request, wording, way)
    if content is None:
        await contacts.note_trouble(request["id"], "WINDOW_CLOSED", clock.now() + _AGAIN)
        return
    known = Known(request["contact_id"], request["subject_id"])
    try:
        queued = await conversations.queue(
            Outgoing(
                await conversations.thread_with(known, way.number_id),
                content,
                origin="system",
                origin_id=request["id"],
                key="consent_request",
                occasion=Occasion("consent_request", request["id"]),
            )
        )
    except NotSendable as refused:
        await contacts.note_trouble(request["id"], refused.code, clock.now() + _AGAIN)
        return
    await contacts.note_prompt(request["id"], queued.message_id, contacts.text_hash(shown))
    await contacts.record_consent(
        [
            ConsentStep(
                request["contact_id"],
                request["subject_id"],
                "prompted",
                "whatsapp",
                f"prompted|{request['id']}",
                clock.now(),
                request["purpose"],
                request["topic"],
                grounds=Grounds(
                    request["id"],
                    request["touchpoint_id"],
                    wording["id"],
                    contacts.text_hash(shown),
                    wording["notice"],
                    "system",
                    prompt_id=queued.message_id,
                ),
            )
        ]
    )


async def _contact(first: FirstYes) -> ContactRow:
    contact_id = first.contact_id
    if contact_id is None:
        # As of when they agreed: a yes from before their erasure brings nobody back.
        seen = Sighting(first.at, first.phone, source=NEWCOMER, is_own_act=True)
        known = (await contacts.recognise([seen])).known[0]
        if known is None:
            message = "This person was erased since; only a new yes of theirs brings them back."
            raise Conflict(message, code="SUPPRESSED", field=("phone",))
        contact_id = known.contact_id
    contact = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if contact and contact["state"] == "frozen":
        message = "Their data may be kept, but not used."
        raise Conflict(message, code="CONTACT_RESTRICTED", field=("contact",))
    if contact is None or contact["state"] != "active":
        raise NotFound("There is no such contact.", field=("contact",))
    return contact


async def _open_one(contact_id: Id, about: tuple[str, str]) -> Id:
    for row in (await contacts.requests_of([contact_id])).get(contact_id, ()):
        if row["state"] == "pending" and (row["purpose"], row["topic"]) == about:
            return row["id"]
    raise database.RunAgain  # it was answered just now


async def _prompt(
    request: ConsentRequestRow, wording: WordingRow, way: Way
) -> tuple[Content | None, str]:
    """What asks, and how it reads; None where only a template may, and none is approved."""
    answer = tenants.write_public_link("answer", request["id"], request["expires_at"])
    texts, settings = texts_in(wording["locale"]), await tenants.read_settings()
    if way.is_open:
        statement = fill(wording["statement"], store=settings.name)
        body = fill(wording["prompt"] or texts["prompt"], store=settings.name, statement=statement)
        buttons = (Button(YES + answer, texts["yes"]), Button(NO + answer, texts["no"]))
        content = Buttons(body, buttons)
        return content, shown_text(content) or body
    template = await _template(wording, way.number_id)
    if template is None:
        return None, ""
    values: tuple[TemplateButton, ...] = (
        TemplateButton(0, "quick_reply", YES + answer),
        TemplateButton(1, "quick_reply", NO + answer),
    )
    if wording["answered_by"] == "link":
        link = tenants.write_public_link("confirmation", request["id"], request["expires_at"])
        values = (TemplateButton(0, "url", link),)
    message = TemplateMessage(template["name"], template["language"], buttons=values)
    components = orjson.loads(template["components"] or "null")
    return message, conversations.fill_template(components, message) or template["name"]


async def _template(wording: WordingRow, number_id: Id) -> TemplateRow | None:
    """The wording's template in its language, or in another form of the language."""
    if wording["template_name"] is None:
        return None
    [number] = (await channels.numbers_by_ids([number_id])).values()
    wanted = TemplateFilter(number["waba_row_id"], ["APPROVED"], name=wording["template_name"])
    spoken = wording["locale"].replace("-", "_")
    found = [
        one
        for one in await channels.template_page(wanted, "ASC", None, 50)
        if one["language"].partition("_")[0] == spoken.partition("_")[0]
    ]
    return min(found, key=lambda one: (one["language"] != spoken, one["language"]), default=None)
