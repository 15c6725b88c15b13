"""The dry run: who would get a campaign, who not and why, and how it reads (F21, F26).

The gate is asked with the facts that it is asked with when messages leave, at the time when each is
due; nothing is written. Its counts are those of the real run, as far as nobody changes their mind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

import contacts
import conversations
from campaigns import wording
from campaigns.audience import selection_of
from campaigns.fitting import template_of
from campaigns.holding import accounts_of
from campaigns.launching import look_over
from campaigns.schedule import Schedule, schedule_of
from campaigns.wording import Wording
from contacts import ContactRow, Selection
from conversations import Asked, Decision, Reason
from conversations.content import TemplateMessage
from kernel import clock, keys
from kernel.errors import Invalid
from kernel.ids import Id

# One answer looks at so many people at most; a review says how many it has looked at.
MOST = 100_000
_AT_ONCE = 2_000
_SAMPLES = 5
_OF_NAMES = ("name", "first_name", "last_name")
Ending = tuple[str, str]
_OUTSIDE = Reason("NOT_IN_AUDIENCE", conversations.reason_in_words("NOT_IN_AUDIENCE"))


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Somebody of the audience: what the gate would say, and what they would read (None where no
    message can be written to them)."""

    contact_id: Id
    decision: Decision
    said: TemplateMessage | None
    # The places of personal values of which nothing is known of them.
    without: tuple[int, ...]

    @property
    def ending(self) -> Ending:
        """The ruling, and the first reason; "" where nothing stands in the way."""
        reasons = self.decision.reasons
        return self.decision.ruling, reasons[0].code if reasons else ""


@dataclass(frozen=True, slots=True)
class Sample:
    """How the message reads to somebody."""

    contact_id: Id
    text: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may be said to the wrong person: a code, the value's place, how many people
    it concerns."""

    code: str
    place: str
    count: int


@dataclass(frozen=True, slots=True)
class Review:
    """What a dry run came to: of `audience` people so many were looked at."""

    audience: int
    looked_at: int
    counts: Mapping[Ending, int]
    samples: Sequence[Sample] = field(default_factory=list)
    findings: Sequence[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that decides about each person, read once."""

    campaign: Mapping[str, Any]
    said: Wording
    number_ids: Sequence[Id]
    selection: Selection
    schedule: Schedule
    now: int


async def review(campaign: Mapping[str, Any]) -> Review:
    """Look at everybody whom a campaign is for; Invalid where the draft is not whole."""
    plan = await _plan(campaign)
    counts, missing = Counter[Ending](), Counter[int]()
    first: list[Reviewed] = []
    async for page in _pages(plan, None):
        counts.update(one.ending for one in page)
        missing.update(at for one in page for at in one.without)
        going = [one for one in page if one.decision.ruling != "refuse" and one.said]
        first += going[: _SAMPLES - len(first)]
        if counts.total() >= MOST:
            break
    return Review(
        await contacts.count_selected(plan.selection),
        counts.total(),
        counts,
        await _samples(plan, first),
        [*_unknown(plan.said, missing), *await _names_for_all(plan)],
    )


async def reviewed_page(
    campaign: Mapping[str, Any],
    wanted: Ending | None,
    after: Id | None,
    direction: contacts.Direction,
    limit: int,
) -> list[Reviewed]:
    """At most so many people with this ruling and reason ("" for any), beyond a contact."""
    found: list[Reviewed] = []
    seen = 0
    async for page in _pages(await _plan(campaign), after, direction):
        found += [one for one in page if _is_wanted(one, wanted)]
        seen += len(page)
        if len(found) >= limit or seen >= MOST:
            break
    return found[:limit]


async def rehearse_for(campaign: Mapping[str, Any], contact_id: Id) -> Decision:
    """What the gate would say of it to somebody who has no row in the ledger for it: outside the
    audience, or not frozen yet; Invalid where the draft is not whole."""
    if campaign["frozen_at"] is not None:
        return Decision("refuse", (_OUTSIDE,))
    plan = await _plan(campaign)
    [found] = await _look_at(plan, [contact_id])
    if await contacts.count_selected(plan.selection & contacts.those([contact_id])):
        return found.decision
    return Decision("refuse", (_OUTSIDE, *found.decision.reasons))


def count_of(review: Review, wanted: Ending | None) -> int:
    """How many people have this ruling and reason."""
    if wanted is None:
        return review.audience
    ruling, code = wanted
    return sum(
        n for (one, why), n in review.counts.items() if ruling in ("", one) and code in ("", why)
    )


def _is_wanted(one: Reviewed, wanted: Ending | None) -> bool:
    return wanted is None or all(
        asked in ("", found) for asked, found in zip(wanted, one.ending, strict=True)
    )


async def _plan(campaign: Mapping[str, Any]) -> _Plan:
    said, number_ids = await look_over(campaign)
    now = clock.now()
    return _Plan(
        campaign,
        said,
        number_ids,
        await selection_of(campaign["id"], everybody=bool(campaign["everybody"])),
        await schedule_of(campaign, now),
        now,
    )


async def _pages(
    plan: _Plan, after: Id | None, direction: contacts.Direction = "ASC"
) -> AsyncIterator[list[Reviewed]]:
    """Everybody, some thousands at a time."""
    while people := await contacts.selected_page(plan.selection, after, _AT_ONCE, direction):
        yield await _look_at(plan, people)
        after = people[-1]


async def _look_at(plan: _Plan, people: Sequence[Id]) -> list[Reviewed]:
    rows = await contacts.contacts_by_ids(people)
    decisions = await conversations.rehearse([_asked(plan, rows[one]) for one in people])
    known = await _known(plan.said, list(rows.values()))
    found = []
    for one in people:
        decision, said = decisions[one], None
        try:
            said = conversations.fill_in(plan.said.template, plan.said.personal, known[one])
        except Invalid as error:
            # As when it leaves: of what cannot be written the gate is not asked.
            if not any(reason.code == "NO_ADDRESS" for reason in decision.reasons):
                decision = Decision("refuse", (Reason(error.code, error.message, "template"),))
        without = (
            at for at, place in enumerate(plan.said.personal) if not known[one].get(place.field)
        )
        found.append(Reviewed(one, decision, said, tuple(without)))
    return found


def _asked(plan: _Plan, contact: ContactRow) -> Asked:
    campaign = plan.campaign
    return Asked(
        contact["id"],
        contact["id"],
        plan.number_ids[int(contact["id"][-1], 16) % len(plan.number_ids)],
        needs_window=False,
        template_name=campaign["template_name"],
        template_language=campaign["template_language"],
        topic=campaign["topic"],
        origin="campaign",
        origin_id=campaign["id"],
        pace_kind=campaign["pace_kind"] or "service",
        created_at=plan.now,
        due_at=plan.schedule.due(contact["time_zone"], contact["country"]),
        expires_at=campaign["expires_at"],
    )


async def _known(said: Wording, rows: Sequence[ContactRow]) -> dict[Id, dict[str, str]]:
    """What is known of people; names are opened only where one is said."""
    names: dict[Id, str] = {}
    if any(one.field in _OF_NAMES for one in said.personal):
        sealers = await keys.of(row["subject_id"] for row in rows if row["name_sealed"])
        for row in rows:
            sealer = sealers.get(row["subject_id"])
            if sealer and row["name_sealed"]:
                names[row["id"]] = sealer.open_text("contact.name", row["id"], row["name_sealed"])
    return {
        row["id"]: conversations.values_of(names.get(row["id"]), row["language"], row["country"])
        for row in rows
    }


async def _samples(plan: _Plan, first: Sequence[Reviewed]) -> list[Sample]:
    [account_id, *_] = await accounts_of(plan.number_ids)
    template = await template_of(account_id, plan.said.template)
    components = orjson.loads(template["components"] or "null")
    return [
        Sample(one.contact_id, conversations.fill_template(components, one.said))
        for one in first
        if one.said
    ]


def _unknown(said: Wording, missing: Mapping[int, int]) -> list[Finding]:
    """Values that are not known of some, who read what stands in instead."""
    return [
        Finding("NOT_KNOWN", wording.place_of(one), missing[at])
        for at, one in enumerate(said.personal)
        if missing.get(at)
    ]


async def _names_for_all(plan: _Plan) -> list[Finding]:
    """What is said to everybody, and is the name of somebody among them: a name that was typed in
    where each should read their own."""
    found = []
    for value in plan.said.values():
        if value.field is None:
            named = plan.selection & contacts.named(value.text)
            count = await contacts.count_selected(named)
            found += [Finding("NAME_FOR_ALL", value.place, count)] if count else []
    return found
