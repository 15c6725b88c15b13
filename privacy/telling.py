"""Telling people of their requests (F47): by message in an open window, a code also by a template
of authentication, or else by e-mail; where nothing leads to them, a colleague has to do it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import channels
import contacts
import conversations
import tenants
from channels import Email, TemplateFilter
from contacts import ContactRow, Known
from conversations import NotSendable, Outgoing
from conversations.content import Content, Parameter, TemplateButton, TemplateMessage, Text
from kernel import clock, database, keys, tenancy
from kernel.ids import Id
from privacy import codes, letters
from privacy.consent_words import fill
from privacy.deadlines import Calendar
from privacy.exports.downloads import export_token
from privacy.exports.queries import exports_by_ids
from privacy.letters import Letter
from privacy.request_queries import RequestRow, requests_by_ids, steps_of
from privacy.request_rows import NOTE, contact_now, note

_HIDDEN = "••••••"


async def send_letters(public_url: str) -> int:
    """Tell whom there is something to tell, of all tenants; how many letters were tried.

    Links in them begin with `public_url`.
    """
    tried = 0
    for tenant_id in await letters.tenants_with_letters():
        with tenancy.acting_for(tenant_id):
            for letter in await letters.claim():
                await _send(letter, public_url)
                tried += 1
            await letters.drop_old()
    return tried


async def _send(letter: Letter, public_url: str) -> None:
    if letter.request_id is None:
        await codes.draw(letter)
        await letters.sent(letter, None)
        return
    [request] = (await requests_by_ids([letter.request_id])).values()
    contact = await contact_now(request["contact_id"]) if request["contact_id"] else None
    if contact is None or contact["state"] == "erased":
        await letters.untold(letter)
        return
    words = await _words(letter, request, public_url)
    if not await _by_message(letter, request, contact, words):
        await _by_email(letter, request, contact, words)


@database.unit_of_work
async def _by_message(
    letter: Letter, request: RequestRow, contact: ContactRow, words: Mapping[str, str]
) -> bool:
    """Whether the platform takes it now. The code is drawn and sent in one commit."""
    way = await conversations.way_to(contact["id"])
    if way is None:
        return False
    code = await codes.draw(letter) if letter.kind == "code" else ""
    content, shown = Text(fill(words["text"], code=code)), Text(fill(words["text"], code=_HIDDEN))
    said: tuple[Content, Content] | None = (content, shown)
    if not way.is_open:
        said = await _template(contact, way.number_id, code) if code else None
    if said is None:
        return False
    known = Known(contact["id"], contact["subject_id"])
    try:
        await conversations.queue(
            Outgoing(
                await conversations.thread_with(known, way.number_id),
                said[0],
                origin="system",
                origin_id=letter.id,
                key="privacy_letter",
                # Nobody at the desk needs to read it.
                shown=said[1] if code else None,
            )
        )
    except NotSendable:
        return False
    await letters.sent(letter, "message" if way.is_open else "template")
    await note({**request}, f"{letter.kind}_sent")
    return True


async def _template(
    contact: ContactRow, number_id: Id, code: str
) -> tuple[Content, Content] | None:
    """An approved template of authentication, in their language where there is one (contract)."""
    [number] = (await channels.numbers_by_ids([number_id])).values()
    wanted = TemplateFilter(number["waba_row_id"], ["APPROVED"], ["AUTHENTICATION"])
    found = await channels.template_page(wanted, "ASC", None, 50)
    spoken = (contact["language"] or (await tenants.read_settings()).locale).partition("-")[0]
    best = min(
        found,
        key=lambda one: (one["language"].partition("_")[0] != spoken, one["name"]),
        default=None,
    )
    if best is None:
        return None
    sent, shown = (
        TemplateMessage(
            best["name"],
            best["language"],
            body=(Parameter(one),),
            buttons=(TemplateButton(0, "url", one),),
        )
        for one in (code, _HIDDEN)
    )
    return sent, shown


async def _by_email(
    letter: Letter, request: RequestRow, contact: ContactRow, words: Mapping[str, str]
) -> None:
    address = await _address(contact["id"])
    if address is None:
        await _untold(letter, request)
        return
    code = await codes.draw(letter) if letter.kind == "code" else ""
    text = fill(words["text"], code=code)
    failure = await channels.send_email(Email(letter.id, address, words["subject"], f"{text}\n"))
    if failure is None:
        await _mailed(letter, request)
    elif failure.is_final or not await letters.try_later(letter):
        await _untold(letter, request)


@database.unit_of_work
async def _mailed(letter: Letter, request: RequestRow) -> None:
    if await letters.sent(letter, "email"):
        await note({**request}, f"{letter.kind}_sent")


@database.unit_of_work
async def _untold(letter: Letter, request: RequestRow) -> None:
    if await letters.untold(letter):
        await note({**request}, f"{letter.kind}_untold")


async def _address(contact_id: Id) -> str | None:
    """Their e-mail address, the one shown last."""
    rows = (await contacts.identities_of([contact_id])).get(contact_id, [])
    own = [row for row in rows if row["kind"] == "email" and row["state"] == "current"]
    sealers = await keys.of(row["subject_id"] for row in own)
    for row in own:
        sealer = sealers.get(row["subject_id"])
        if sealer:
            return sealer.open_text("identity.value", row["id"], row["value_sealed"])
    return None


async def _words(letter: Letter, request: RequestRow, public_url: str) -> Mapping[str, str]:
    """Subject and text; the place of a code is left open."""
    settings = await tenants.read_settings()
    texts = _texts().get(letter.locale.partition("-")[0].lower()) or _texts()["en"]
    day = Calendar.of(settings).day_of(request["due_at"] - clock.SECOND)
    values = {"house": settings.name, "day": day.isoformat()}
    text = texts[letter.kind]
    if letter.kind in ("extended", "refused"):
        values["reason"] = await _reason(request["id"], letter.kind)
    elif letter.kind == "done" and (link := await _link(request, public_url)):
        text, values["link"] = texts["ready"], link
    subject = fill(texts[f"{letter.kind}_subject"], **values)
    return {"subject": subject, "text": fill(text, **values)}


async def _link(request: RequestRow, public_url: str) -> str | None:
    """Where the archive is to be fetched, where there is one."""
    export_id = request["work_id"]
    found = (await exports_by_ids([export_id])).get(export_id) if export_id else None
    if found is None or found["expires_at"] is None:
        return None
    return f"{public_url}/export/{export_token(found['id'], found['expires_at'])}"


async def _reason(request_id: Id, kind: str) -> str:
    """What was written down when that step was taken."""
    for step in reversed((await steps_of([request_id])).get(request_id, [])):
        if step["kind"] == kind and step["note_sealed"] and step["subject_id"]:
            sealer = (await keys.of([step["subject_id"]])).get(step["subject_id"])
            if sealer:
                return sealer.open_text(NOTE, step["id"], step["note_sealed"])
    return ""


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("letter_texts.toml").read_text())
