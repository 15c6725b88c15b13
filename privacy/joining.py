"""First yeses that touchpoints bring (F9, F10): by a message that came through one, by its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import contacts
import links
import tenants
from contacts import ContactRow, Sighting, WordingRow
from kernel import clock, database, keys, rates
from kernel.errors import Conflict, NotFound, TryLater
from kernel.ids import Id
from links import TouchpointRow, UseRow
from privacy.answers import BY_WORD
from privacy.consent_words import fill
from privacy.double_opt_in import FirstYes, ask

# So often a number may be entered on pages of a tenant, whoever does: one prompt is enough.
_AGAIN, _AT_ONCE = 20 * clock.MINUTE, 3
# So many may join by one page: who enters other people's numbers from everywhere is slowed down.
_NEXT, _CROWD = 3 * clock.SECOND, 200


async def ask_who_came(use_ids: Sequence[Id]) -> None:
    """Ask for the second yes of those who wrote through touchpoints that ask for a consent.

    Each once, however often it is told; who agreed before is left alone.
    """
    uses = await links.uses_by_ids(use_ids)
    through = await links.touchpoints_by_ids(use["touchpoint_id"] for use in uses.values())
    people = await contacts.contacts_by_ids(use["contact_id"] for use in uses.values())
    for use in sorted(uses.values(), key=lambda use: (use["at"], use["id"])):
        contact = people[use["contact_id"]]
        contact_id = contact["merged_into"] or contact["id"]
        touchpoint = through[use["touchpoint_id"]]
        if use["message_id"] is None or await _was_asked(contact_id, use):
            continue
        wording = await wording_of(touchpoint, contact["language"])
        if wording:
            evidence = {"message": use["message_id"], "way": use["way"], "code": touchpoint["code"]}
            await _ask(
                contact_id, wording, "touchpoint", min(use["at"], clock.now()), evidence, touchpoint
            )


async def join(
    touchpoint: TouchpointRow,
    wording_id: Id,
    phone: str,
    evidence: Mapping[str, str | None],
) -> None:
    """Take the first yes of somebody who entered a number (its digits) on a touchpoint's page.

    Nothing tells whether the number was known, agreed before, or was erased: of these, only the
    first is asked for the second yes. Nobody has shown yet that it is theirs. TryLater
    (TOO_MANY_TRIES) where more people than ever join by a page came before.
    """
    [room] = await rates.take([f"join:{touchpoint['id']}"], _NEXT, _CROWD)
    if not room.granted:
        raise TryLater(
            "Too many join by this page just now.",
            code="TOO_MANY_TRIES",
            after=room.wait / clock.SECOND,
        )
    token = keys.index().token("join.phone", phone).hex()
    [grant] = await rates.take([f"join:{token}"], _AGAIN, _AT_ONCE)
    wording = (await contacts.wordings_by_ids([wording_id])).get(wording_id)
    if grant.granted and wording and wording["name"] == touchpoint["wording"]:
        await _join(touchpoint, wording, phone, evidence)


async def ask_again(
    contact: ContactRow, wording_id: Id, evidence: Mapping[str, str | None]
) -> None:
    """Take the first yes of somebody who wants to hear of the tenant again, by their own page."""
    wording = (await contacts.wordings_by_ids([wording_id])).get(wording_id)
    if wording and wording["name"] == BY_WORD:
        await _ask(contact["id"], wording, "preference_page", clock.now(), evidence)


async def wording_of(touchpoint: TouchpointRow, language: str | None) -> WordingRow | None:
    """What people agree to who come through the touchpoint, in their language if it is there."""
    return await _wording(touchpoint["wording"], language) if touchpoint["wording"] else None


async def usual_wording(language: str | None) -> WordingRow | None:
    """What people agree to who want to hear of the tenant again; None where nothing is there."""
    return await _wording(BY_WORD, language)


async def statement_of(wording: WordingRow) -> str:
    """The words that are agreed to, as people read them."""
    return fill(wording["statement"], store=(await tenants.read_settings()).name)


async def _wording(name: str, language: str | None) -> WordingRow | None:
    settings = await tenants.read_settings()
    found = await contacts.newest_wording(name, [language, settings.locale])
    return found or next(iter(await contacts.wording_page(name, "DESC", None, 1)), None)


async def _was_asked(contact_id: Id, use: UseRow) -> bool:
    """Whether this very use was asked about: events may be told twice."""
    asked = (await contacts.requests_of([contact_id])).get(contact_id, ())
    return any(
        (row["touchpoint_id"], row["asked_at"]) == (use["touchpoint_id"], use["at"])
        for row in asked
    )


@database.unit_of_work
async def _join(
    touchpoint: TouchpointRow, wording: WordingRow, phone: str, evidence: Mapping[str, str | None]
) -> None:
    seen = Sighting(clock.now(), phone, source="touchpoint")
    known = (await contacts.recognise([seen])).known[0]
    if known is None:
        return  # erased; by writing to us they can come back, by a form anybody could
    await links.note_visit(touchpoint["id"], known.contact_id)
    await _ask(known.contact_id, wording, "form", clock.now(), evidence, touchpoint)


async def _ask(
    contact_id: Id,
    wording: WordingRow,
    method: str,
    at: int,
    evidence: Mapping[str, str | None],
    touchpoint: TouchpointRow | None = None,
) -> None:
    first = FirstYes(
        contact_id,
        wording["id"],
        method,
        at,
        evidence,
        "contact",
        contact_id,
        touchpoint["id"] if touchpoint else None,
        touchpoint["number_id"] if touchpoint else None,
        touchpoint["incentive"] if touchpoint else None,
    )
    try:
        await ask(first)
    except (Conflict, NotFound):
        return  # they agreed before, or nothing may be asked of them
