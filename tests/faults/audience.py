"""Everybody in town, known to the store and of one mind about offers, and mailings to them."""

from __future__ import annotations

from typing import Any

import channels
import contacts
import conversations
from contacts import ConsentStep, Known, Selection, Sighting
from conversations import NewMailing, Personal
from conversations.content import Parameter, TemplateMessage
from kernel import clock, database, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.api.door import NUMBER, WABA
from tests.faults.place import Place
from tests.flows import market

NAME, LANGUAGE = "restocked", "en"
_TEXT = "Hi {{1}}, the blue one is back."
_CONTENT = TemplateMessage(NAME, LANGUAGE, body=(Parameter("?"),))
_PERSONAL = (Personal("body", 0, "first_name"),)
_AT_ONCE = 500


def document(root: str, people: int, numbers: int, category: str) -> market.Json:
    """The town of the market with more numbers, the template, and no limits that decide."""
    town = market.document(root, people)
    town["businesses"] = [{"id": f"business-{WABA}", "messaging_limit": "TIER_UNLIMITED"}]
    town["settings"]["limits"] = {"marketing_per_user": 1000}
    first = town["numbers"][0]
    town["numbers"] = [{**first, **_number(place)} for place in range(numbers)]
    body = {"type": "BODY", "text": _TEXT, "example": {"body_text": [["Lea"]]}}
    town["templates"] = [
        {
            "waba_id": WABA,
            "name": NAME,
            "language": LANGUAGE,
            "category": category,
            "components": [body],
        }
    ]
    return town


async def open_numbers(place: Place, count: int, category: str) -> list[Id]:
    """The numbers of the document, and its template as the platform has told of it."""
    now = clock.now()
    with tenancy.acting_for(place.store.tenant_id):
        [waba] = await channels.list_wabas()
        found = []
        for one in map(_number, range(count)):
            number, display = one["id"], one["display_phone_number"]
            found.append(
                await channels.connect_number(waba["id"], number, display, "Costa", market.TOKEN)
            )
        # The same at any hour of the day.
        await contacts.change_pace({"waits.promotion": []})
        await stored.insert(
            "template",
            [
                {
                    "tenant_id": place.store.tenant_id,
                    "id": ids.new_id(),
                    "waba_row_id": waba["id"],
                    "template_id": "4711",
                    "name": NAME,
                    "language": LANGUAGE,
                    "status": "APPROVED",
                    "status_at": now,
                    "category": category,
                    "category_at": now,
                    "quality_at": 0,
                    "components_at": 0,
                    "created_at": now,
                    "updated_at": now,
                }
            ],
        )
    return found


async def meet(place: Place, count: int, *, agree: bool) -> list[Known]:
    """The first so many people in town, by age, who have agreed to hear of offers or were not
    asked."""
    known: list[Known] = []
    with tenancy.acting_for(place.store.tenant_id):
        people = market.people(count)
        for start in range(0, count, _AT_ONCE):
            known += await _meet(people[start : start + _AT_ONCE], agree=agree)
            await database.forget_plans()
    return sorted(known, key=lambda one: one.contact_id)


async def mail(place: Place, numbers: list[Id], people: list[Known], **given: Any) -> list[Id]:
    """A mailing from each of these numbers, to its part of these people, whole in the ledger."""
    size = -(-len(people) // len(numbers))
    opened = []
    with tenancy.acting_for(place.store.tenant_id):
        for at, number_id in enumerate(numbers):
            part = [one.contact_id for one in people[at * size : (at + 1) * size]]
            new = NewMailing(ids.new_id(), number_id, _CONTENT, _PERSONAL, **given)
            opened.append(await conversations.open_mailing(new))
            chosen = Selection("c.id BETWEEN ?::uuid AND ?::uuid", (part[0], part[-1]))
            while not (await conversations.freeze(opened[-1], chosen, clock.now())).is_whole:
                pass
    return opened


@database.unit_of_work
async def _meet(people: list[market.Json], *, agree: bool) -> list[Known]:
    now = clock.now()
    seen = [Sighting(now, one["phone"], name=one["name"]) for one in people]
    known = [one for one in (await contacts.recognise(seen)).known if one]
    if agree:
        await contacts.record_consent([choice(one, "confirmed", now) for one in known])
    return known


def choice(one: Known, kind: str, at: int) -> ConsentStep:
    """What somebody says of offers in the app."""
    return ConsentStep(
        contact_id=one.contact_id,
        subject_id=one.subject_id,
        kind=kind,
        method="platform_preference",
        source=f"{kind}|{one.contact_id}",
        at=at,
    )


def _number(place: int) -> dict[str, str]:
    return {
        "id": str(int(NUMBER) + place),
        "display_phone_number": str(34600000000 + place),
    }
