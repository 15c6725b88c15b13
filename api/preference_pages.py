"""Pages on which people choose what they are sent, by links of their own (F11, F12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.responses import Response

import contacts
import privacy
import tenants
from api.pages import Html, Texts, Visit, Words, choice, form, group, notice, page, text
from contacts import By, Choice, ContactRow, Topic
from kernel import ids, tenancy
from kernel.errors import Invalid, NotFound
from kernel.ids import Id
from tenants import PublicLink

PREFERENCES, WITHDRAW = "/preferences", "/withdraw"
_TEXTS = Texts(Path(__file__).parent / "preference_pages.toml")


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A visit by somebody known: who, of which store, and the page's words for them."""

    visit: Visit
    contact: ContactRow
    house: str
    words: Words

    @property
    def evidence(self) -> dict[str, str | None]:
        """What shows that they did it, kept with the step (F9)."""
        return {"ip": self.visit.address, "user_agent": self.visit.agent}

    def by(self, method: str) -> By:
        """They themselves."""
        return By("contact", self.contact["id"], method, self.evidence)


async def preferences(visit: Visit) -> Response:
    """How often, about what, or nothing any more; the page shows what holds by now."""
    leads_to = tenants.read_public_link("preferences", visit.token)
    with tenancy.acting_for(leads_to.tenant_id):
        met = await _meet(visit, leads_to)
        offered = [topic for topic in await contacts.list_topics() if topic.state == "active"]
        parts = []
        if visit.is_post and visit.sent("stop"):
            await contacts.withdraw_all(met.contact, met.by("preference_page"))
            parts.append(notice(met.words["stopped"]))
        elif visit.is_post and visit.sent("again"):
            shown = ids.read("wording", visit.sent("again"))
            await privacy.ask_again(met.contact, shown, met.evidence)
            parts.append(notice(met.words["asked"]))
        elif visit.is_post:
            chosen = _chosen(visit, offered)
            await contacts.choose(met.contact, chosen, met.by("preference_page"))
            met = await _meet(visit, leads_to)
            parts.append(notice(met.words["saved"]))
        parts += await _choices(met, offered)
        return page(met.visit, met.words["title"], *parts, house=met.house)


async def withdrawal(visit: Visit) -> Response:
    """One click ends all marketing."""
    leads_to = tenants.read_public_link("withdraw", visit.token)
    with tenancy.acting_for(leads_to.tenant_id):
        met = await _meet(visit, leads_to)
        words = met.words
        if not visit.is_post:
            button = form(met.visit, WITHDRAW, words["stop_button"])
            return page(
                met.visit, words["stop_title"], text(words["stop"]), button, house=met.house
            )
        await contacts.withdraw_all(met.contact, met.by("withdrawal_link"))
        return page(met.visit, words["stopped_title"], notice(words["stopped"]), house=met.house)


async def _meet(visit: Visit, leads_to: PublicLink) -> _Meeting:
    contact = await _contact(leads_to.row_id)
    house = (await tenants.read_settings()).name
    visit = replace(visit, known_language=contact["language"])
    words = _TEXTS.of(visit.language)
    filled = {name: said.replace("{house}", house) for name, said in words.items()}
    return _Meeting(visit, contact, house, filled)


async def _contact(contact_id: Id) -> ContactRow:
    """Whom a link leads to by now; NotFound for who was forgotten."""
    found = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if found and found["merged_into"]:
        found = (await contacts.contacts_by_ids([found["merged_into"]])).get(found["merged_into"])
    if found is None or found["state"] == "erased":
        raise NotFound("There is no such contact.")
    return found


def _chosen(visit: Visit, offered: Sequence[Topic]) -> Choice:
    """What was sent; a topic that the page did not show yet stays as it is."""
    gap = visit.sent("often")
    if gap not in map(str, contacts.GAPS):
        raise Invalid("A number of days that is offered is wanted.", field=("often",))
    shown, ticked = visit.sent("shown").split(), visit.form.get("topic", ())
    topics = {topic.id: topic.code in ticked for topic in offered if topic.code in shown}
    return Choice(int(gap), topics)


async def _choices(met: _Meeting, offered: Sequence[Topic]) -> list[Html]:
    visit, contact, words = met.visit, met.contact, met.words
    consents = (await contacts.consents_of([contact["id"]])).get(contact["id"], [])
    unwanted = set(contacts.unwanted_topics(consents))
    often = group(
        words["often"],
        [
            choice(
                "often",
                str(gap),
                words[f"often_{gap}"],
                is_on=contact["marketing_gap_days"] == gap,
                is_one=True,
            )
            for gap in contacts.GAPS
        ],
    )
    about = group(
        words["topics"],
        [
            choice(
                "topic",
                topic.code,
                topic.name_in(visit.language),
                is_on=topic.code not in unwanted,
            )
            for topic in offered
        ],
    )
    fields = [often, about] if offered else [often]
    shown = " ".join(topic.code for topic in offered)
    save = form(visit, PREFERENCES, words["save"], *fields, shown=shown)
    if not contacts.allows_marketing(consents):
        return [text(words["off"]), *await _way_back(met), text(words["intro"]), save]
    stop = form(visit, PREFERENCES, words["stop_button"], is_quiet=True, stop="1")
    return [text(words["intro"]), save, stop]


async def _way_back(met: _Meeting) -> list[Html]:
    """What to agree to in order to hear of the tenant again, where it has words for that."""
    wording = await privacy.usual_wording(met.visit.language)
    if wording is None:
        return []
    statement = notice(await privacy.statement_of(wording))
    shown, button = ids.show("wording", wording["id"]), met.words["again_button"]
    ask = form(met.visit, PREFERENCES, button, is_quiet=True, again=shown)
    return [text(met.words["again"]), statement, ask]
