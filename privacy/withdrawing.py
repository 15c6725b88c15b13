"""Withdrawals told by colleagues and systems, and what people are told of their consents (F11).

The platform takes words of the house only while a window is open; where none is, nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import contacts
import conversations
import tenants
from contacts import MARKETING, ConsentEntryRow, ConsentStep, ContactRow, Grounds
from conversations import Outgoing
from conversations.content import Text
from kernel import clock, database
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import Event
from kernel.ids import Id
from privacy.answers import BY_WORD
from privacy.consent_words import fill, texts_in

_DECISIONS = ("confirmed", "refused", "withdrawn", "superseded")


@database.unit_of_work
async def withdraw(
    contact_id: Id,
    purpose: str,
    topic: str,
    evidence: Mapping[str, str | None],
    actor_kind: str,
    actor_id: Id,
) -> None:
    """Write down that somebody allows a purpose, or a topic of it, no more; twice is once.

    It is effective at once, for what waits in the queue as well. NotFound for a foreign or absent
    contact, Invalid for a purpose that is no code.
    """
    for name, code in (("purpose", purpose), ("topic", topic or "all")):
        if not contacts.is_code(code):
            raise Invalid("A code such as marketing is wanted.", code="BAD_FORM", field=(name,))
    contact = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if contact is None or contact["state"] not in ("active", "frozen"):
        raise NotFound("There is no such contact.", field=("contact",))
    known = (await contacts.consents_of([contact_id])).get(contact_id, ())
    before = [one for one in known if (one["purpose"], one["topic"]) == (purpose, topic)]
    if any(one["state"] == "withdrawn" for one in before):
        return
    entry_id = before[0]["entry_id"] if before else ""
    await contacts.record_consent(
        [
            ConsentStep(
                contact_id,
                contact["subject_id"],
                "withdrawn",
                actor_kind,
                f"told|{contact_id}|{purpose}|{topic}|{entry_id}",
                clock.now(),
                purpose,
                topic,
                evidence,
                Grounds(actor_kind=actor_kind, actor_id=actor_id),
            )
        ]
    )


async def bid_farewell(withdrawn: Sequence[Event]) -> None:
    """Confirm withdrawals of marketing, each once, to those whose window is open."""
    for one in await _heard(withdrawn):
        if (one.entry["purpose"], one.entry["topic"]) == (MARKETING, "") and _is_news(one):
            settings = await tenants.read_settings()
            locales = [one.contact["language"], settings.locale]
            texts = texts_in(one.contact["language"] or settings.locale)
            has_way_back = await contacts.newest_wording(BY_WORD, locales) is not None
            text = texts["farewell"] + (f" {texts['way_back']}" if has_way_back else "")
            await _say(one, fill(text, store=settings.name), f"farewell|{one.entry['id']}")


async def give_thanks(confirmed: Sequence[Event]) -> None:
    """Tell those who gave the second yes that it is confirmed, with the coupon that it earned."""
    for one in await _heard(confirmed):
        about = [one.entry["request_id"]] if one.entry["request_id"] else []
        requests = await contacts.requests_by_ids(about)
        for request in requests.values():
            [wording] = (await contacts.wordings_by_ids([request["wording_id"]])).values()
            texts = texts_in(wording["locale"])
            code = await contacts.open_incentive(request) if request["released_at"] else None
            text = fill(texts["thanks_with_code"], code=code) if code else texts["thanks"]
            await _say(one, text, f"thanks|{request['id']}")


@dataclass(frozen=True, slots=True)
class _Heard:
    """A line of the ledger, whose it is, all their lines, and the thread to answer in."""

    entry: ConsentEntryRow
    contact: ContactRow
    history: Sequence[ConsentEntryRow]
    thread_id: Id


async def _heard(happened: Sequence[Event]) -> list[_Heard]:
    """What these events tell of, as far as its people can be answered: most cannot."""
    threads = await conversations.open_threads(event.refs["contact"] for event in happened)
    people = await contacts.contacts_by_ids(threads)
    active = {one["id"]: one for one in people.values() if one["state"] == "active"}
    lines = await contacts.consent_history(active)
    wanted = {event.refs["entry"] for event in happened}
    return [
        _Heard(entry, active[contact_id], own, threads[contact_id])
        for contact_id, own in lines.items()
        for entry in own
        if entry["id"] in wanted
    ]


def _is_news(one: _Heard) -> bool:
    """Whether they had not withdrawn it just before."""
    entry = one.entry
    before = [
        other
        for other in one.history
        if other["kind"] in _DECISIONS
        and (other["purpose"], other["topic"]) == (entry["purpose"], entry["topic"])
        and (other["provider_at"], other["id"]) < (entry["provider_at"], entry["id"])
    ]
    latest = max(before, key=lambda other: (other["provider_at"], other["id"]), default=None)
    return latest is None or latest["kind"] != "withdrawn"


async def _say(one: _Heard, text: str, key: str) -> None:
    try:
        await conversations.queue(
            Outgoing(one.thread_id, Text(text), "system", one.contact["id"], key)
        )
    except (Conflict, NotFound):
        return  # the gate says no, or it was said with other words before
