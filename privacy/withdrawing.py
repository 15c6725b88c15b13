"""Withdrawals told by colleagues and systems, and what people are told of their consents (F11).

The platform takes words of the house only while a window is open; where none is, nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import contacts
import conversations
import tenants
from contacts import MARKETING, ConsentEntryRow, ConsentStep, ContactRow, Grounds, Known
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
    for entry, contact in await _entries(withdrawn):
        history = (await contacts.consent_history([contact["id"]]))[contact["id"]]
        if (entry["purpose"], entry["topic"]) == (MARKETING, "") and _is_news(entry, history):
            settings = await tenants.read_settings()
            locales = [contact["language"], settings.locale]
            texts = texts_in(contact["language"] or settings.locale)
            has_way_back = await contacts.newest_wording(BY_WORD, locales) is not None
            text = texts["farewell"] + (f" {texts['way_back']}" if has_way_back else "")
            await _say(contact, fill(text, store=settings.name), f"farewell|{entry['id']}")


async def give_thanks(confirmed: Sequence[Event]) -> None:
    """Tell those who gave the second yes that it is confirmed, with the coupon that it earned."""
    for entry, contact in await _entries(confirmed):
        about = [entry["request_id"]] if entry["request_id"] else []
        requests = await contacts.requests_by_ids(about)
        for request in requests.values():
            [wording] = (await contacts.wordings_by_ids([request["wording_id"]])).values()
            texts = texts_in(wording["locale"])
            code = await contacts.open_incentive(request) if request["released_at"] else None
            text = fill(texts["thanks_with_code"], code=code) if code else texts["thanks"]
            await _say(contact, text, f"thanks|{request['id']}", request["number_id"])


async def _entries(happened: Sequence[Event]) -> list[tuple[ConsentEntryRow, ContactRow]]:
    """The lines of the ledger that these tell of, of contacts that are there, with the contact."""
    wanted = {event.refs["entry"] for event in happened}
    who = await contacts.contacts_by_ids({event.refs["contact"] for event in happened})
    active = {one["id"]: one for one in who.values() if one["state"] == "active"}
    lines = await contacts.consent_history(active)
    return [
        (entry, active[contact_id])
        for contact_id, own in lines.items()
        for entry in own
        if entry["id"] in wanted
    ]


def _is_news(entry: ConsentEntryRow, history: Sequence[ConsentEntryRow]) -> bool:
    """Whether they had not withdrawn it just before."""
    before = [
        one
        for one in history
        if one["kind"] in _DECISIONS
        and (one["purpose"], one["topic"]) == (entry["purpose"], entry["topic"])
        and (one["provider_at"], one["id"]) < (entry["provider_at"], entry["id"])
    ]
    latest = max(before, key=lambda one: (one["provider_at"], one["id"]), default=None)
    return latest is None or latest["kind"] != "withdrawn"


async def _say(contact: ContactRow, text: str, key: str, number_id: Id | None = None) -> None:
    way = await conversations.way_to(contact["id"], number_id)
    if way is None or not way.is_open:
        return
    known = Known(contact["id"], contact["subject_id"])
    thread_id = await conversations.thread_with(known, way.number_id)
    try:
        await conversations.queue(Outgoing(thread_id, Text(text), "system", contact["id"], key))
    except (Conflict, NotFound):
        return  # the gate says no, or it was said with other words before
