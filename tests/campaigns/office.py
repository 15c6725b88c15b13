"""An office: it drafts campaigns, launches them, and sees what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import campaigns
import contacts
import conversations
from channels.simulator import Simulator
from contacts import Consent, Listed, Sighting
from kernel import clock, ids, tenancy
from kernel.ids import Id
from tests import stored
from tests.flows import town
from tests.following import send_all
from tests.templates.studio import Studio
from workers import reactions

Json = dict[str, Any]

SHOWN = """
  id name state stateReason templateName templateLanguage paceKind perSecond localHour
  maxFailedPercent values { place name text field } numbers { id }
  audience { everybody listed excluded size tagsAny { name } tagsAll { name } tagsNone { name } }
  progress { total frozen left sent failed toldFailed refused
             counts { state reason count } }
"""
REVIEW = """
  query($id: ID!, $filter: CampaignReviewFilter) {
    campaignReview(campaign: $id) {
      audience lookedAt counts { ruling reason count }
      samples { contact { name } text }
      findings { code place count }
      people(filter: $filter) {
        totalCount nodes { contact { name } ruling reasons { code } }
      }
    }
  }
"""
TEMPLATE: Json = {
    "category": "MARKETING",
    "body": "Hi {{first_name}}, the {{season}} things are here for you.",
    "samples": [{"name": "first_name", "value": "Lea"}, {"name": "season", "value": "spring"}],
    "footer": "Reply STOP to end",
}
VALUES: list[Json] = [
    {"name": "first_name", "field": "FIRST_NAME", "fallback": "there"},
    {"name": "season", "text": "summer"},
]


@dataclass
class Office:
    """The studio, and the people who were entered, by name."""

    studio: Studio
    people: dict[str, Id] = field(default_factory=dict)

    @property
    def sim(self) -> Simulator:
        """The platform."""
        return self.studio.sim

    @property
    def number(self) -> str:
        """The number that campaigns go out from."""
        return ids.show("number", self.studio.store.number_id)

    async def enters(self, *listed: Listed) -> list[Id]:
        """A list of people comes in; who they are."""
        with tenancy.acting_for(self.studio.store.tenant_id):
            entered = await contacts.enter(listed, "a list")
        found = [one.contact_id or "" for one in entered]
        for one, contact_id in zip(listed, found, strict=True):
            self.people[one.sighting.name or ""] = contact_id
        return found

    async def tag(self, name: str) -> str:
        """The global id of a tag."""
        with tenancy.acting_for(self.studio.store.tenant_id):
            tags = {row["name"]: row["id"] for row in await contacts.list_tags()}
        return ids.show("tag", tags[name])

    def contact(self, name: str) -> str:
        """The global id of somebody."""
        return ids.show("contact", self.people[name])

    async def does(self, step: str, shown: str = SHOWN, **given: Any) -> tuple[Any, list[Json]]:
        """The campaign and the user errors of a step."""
        kind = step if step in ("Create", "Update") else ""
        mutation = f"""
          mutation($input: Campaign{kind}Input!) {{
            campaign{step}(input: $input) {{
              campaign {{ {shown} }} userErrors {{ field code message }}
            }}
          }}
        """
        owner = self.studio.owner
        payload = (await self.studio.door.data(mutation, owner, input=given))[f"campaign{step}"]
        return payload["campaign"], payload["userErrors"]

    def draft(self, **parts: Any) -> Json:
        """A whole campaign, but for these parts."""
        template = {"name": "season", "language": "en", "body": VALUES}
        whole: Json = {"name": "Summer", "template": template, "numbers": [self.number]}
        return {**whole, "audience": {"everybody": True}, **parts}

    async def drafts(self, **parts: Any) -> str:
        """A whole campaign, but for these parts; its id."""
        made, errors = await self.does("Create", **self.draft(**parts))
        assert errors == []
        return str(made["id"])

    async def why(self, campaign: str, name: str) -> tuple[str, list[str], str | None]:
        """Why somebody does not get a campaign: the ruling, its reasons, the state of a message."""
        query = """
          query($campaign: ID!, $contact: ID!) {
            whyNotSent(campaign: $campaign, contact: $contact) {
              ruling reasons { code message until } until decidedAt state message { id }
            }
          }
        """
        given = {"campaign": campaign, "contact": self.contact(name)}
        found = (await self.studio.door.data(query, self.studio.owner, **given))["whyNotSent"]
        assert (found["decidedAt"] is None) is (found["state"] is None)
        return found["ruling"], [one["code"] for one in found["reasons"]], found["state"]

    async def launches(self, campaign: str) -> Json:
        """The campaign, launched, and its audience frozen."""
        launched, errors = await self.does("Launch", campaign=campaign)
        assert errors == []
        assert launched["state"] in ("LAUNCHING", "SCHEDULED", "RUNNING")
        await self.freezes()
        return await self.sees(campaign)

    async def freezes(self) -> None:
        """A worker freezes what was launched."""
        while await campaigns.freeze_next():
            pass

    async def delivers(self) -> None:
        """What is due leaves, the platform tells what became of it, and all that follows."""
        await send_all()
        await self.sim.settled()
        await town.drain()
        await self.reacts()

    async def reacts(self) -> None:
        """Everything follows that follows from what happened."""
        while await reactions.react() or await reactions.note():
            pass
        await conversations.end_mailings()
        await campaigns.look_after()

    async def sees(self, campaign: str, shown: str = SHOWN) -> Json:
        """The campaign as it is now."""
        query = f"query($id: ID!) {{ campaign(id: $id) {{ {shown} }} }}"
        found: Json = (await self.studio.door.data(query, self.studio.owner, id=campaign))[
            "campaign"
        ]
        return found

    async def happened(self) -> list[str]:
        """What campaigns recorded in the outbox."""
        rows = await stored.rows(
            "SELECT kind FROM outbox WHERE kind LIKE 'campaign.%' ORDER BY at, id"
        )
        return [row["kind"].removeprefix("campaign.") for row in rows]

    async def reviews(self, campaign: str, **filter: str) -> Json:
        """The look before the start."""
        found: Json = await self.studio.door.data(
            REVIEW, self.studio.owner, id=campaign, filter=filter or None
        )
        return dict(found["campaignReview"])

    async def waits(self, microseconds: int) -> None:
        """Time passes for everybody."""
        await self.studio.waits(microseconds)
        self.sim.move(microseconds / clock.SECOND)


def listed(
    name: str, phone: str, *tags: str, consent: str = "confirmed", language: str | None = None
) -> Listed:
    """Somebody as a list has them."""
    return Listed(
        Sighting(at=clock.now(), phone=phone, name=name or None),
        language=language,
        tags=tags,
        consent=Consent(consent, clock.now(), {"form": "at the till"}) if consent else None,
    )


async def open_office(studio: Studio, **template: Any) -> Office:
    """The office; the platform has approved its template."""
    written = await studio.writes("season", **{**TEMPLATE, **template})
    await studio.submits(written)
    await studio.hears(61.0)
    assert (await studio.standing(written))[0] == "APPROVED"
    with tenancy.acting_for(studio.store.tenant_id):
        # Whatever hour it is: who waits for the morning is another test's.
        await contacts.change_pace({"waits.promotion": []})
    return Office(studio)


def moves_in(sim: Simulator, phones: Sequence[str], **details: Any) -> None:
    """People with these numbers move into the town."""
    sim.settle({"people": [{"id": f"p{one}", "phone": one, **details} for one in phones]})
