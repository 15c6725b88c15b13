"""The look before the start: who would get a campaign, who not and why, how it reads (F26)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, cast

import strawberry

import campaigns as room
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, PageList, read_page
from api.graphql.permissions import PERSONAL, requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.node import read_id
from api.graphql.schema.sends import SendReason, show_reasons
from kernel.errors import NotFound
from kernel.ids import Id
from tenants import Permission


@enum_type
class Ruling(Enum):
    """What the gate says of a message."""

    SEND = strawberry.enum_value("send", description="It may leave when it is due.")
    DEFER = strawberry.enum_value("defer", description="It leaves later.")
    REFUSE = strawberry.enum_value("refuse", description="It does not leave.")


@object_type
class CampaignReviewCount:
    """How many people the gate says the same of."""

    ruling: Ruling = strawberry.field(description="What it says.")
    reason: str | None = strawberry.field(
        description="The first of its reasons, as a code; null where nothing stands in the way."
    )
    message: str | None = strawberry.field(description="The reason in words.")
    count: int = strawberry.field(description="How many people.")


@object_type
class CampaignReviewPerson:
    """Somebody of the audience."""

    one: strawberry.Private[room.Reviewed]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Who it is.", directives=[requires(Permission.CONTACTS_READ)])
    def contact(self) -> Contact:
        return cast(Contact, self.asked.loader(load_contacts).get(self.one.contact_id))

    @strawberry.field(description="What the gate says of a message to them.")
    def ruling(self) -> Ruling:
        return Ruling(self.one.decision.ruling)

    @strawberry.field(description="All its reasons.")
    def reasons(self) -> list[SendReason]:
        return show_reasons(self.one.decision.reasons)

    @strawberry.field(description="When what is put off leaves at the earliest.")
    def until(self) -> DateTime | None:
        until = self.one.decision.until
        return when(until)


@object_type
class CampaignSample:
    """How it reads to somebody who would get it."""

    sample: strawberry.Private[room.Sample]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Who it is.", directives=[requires(Permission.CONTACTS_READ)])
    def contact(self) -> Contact:
        return cast(Contact, self.asked.loader(load_contacts).get(self.sample.contact_id))

    @strawberry.field(
        description="Header, body and footer with their values; null where the platform has not "
        "told the words.",
        directives=[PERSONAL],
    )
    def text(self) -> str | None:
        return self.sample.text


@enum_type
class CampaignFindingCode(Enum):
    """What may be said to the wrong person."""

    NOT_KNOWN = strawberry.enum_value(
        "NOT_KNOWN", description="So many read the fallback: of them the field is not known."
    )
    NAME_FOR_ALL = strawberry.enum_value(
        "NAME_FOR_ALL",
        description="Everybody reads this value, and it is the name of so many of them: take the "
        "field in its place.",
    )


@object_type
class CampaignFinding:
    """Something to look at before the start."""

    code: CampaignFindingCode = strawberry.field(description="What it is.")
    place: str = strawberry.field(description="The value that it is about: header, body.0.")
    count: int = strawberry.field(description="How many people it concerns.")


@input_type
class CampaignReviewFilter:
    """Which people are wanted; both conditions hold together."""

    ruling: Ruling | None = strawberry.field(default=None, description="Of whom it says this.")
    reason: str | None = strawberry.field(
        default=None, description="Whose first reason has this code: NO_CONSENT."
    )


@object_type
class CampaignReview:
    """A dry run: the gate was asked about everybody, and nothing was written."""

    row: strawberry.Private[room.CampaignRow]
    found: strawberry.Private[room.Review]
    asked: strawberry.Private[Context]

    @strawberry.field(description="How many people it is for.")
    def audience(self) -> int:
        return self.found.audience

    @strawberry.field(
        description="How many of them were looked at: all, or the first 100,000 of more."
    )
    def looked_at(self) -> int:
        return self.found.looked_at

    @strawberry.field(description="How many people for each ruling and reason, most first.")
    def counts(self) -> list[CampaignReviewCount]:
        ordered = sorted(self.found.counts.items(), key=lambda one: (-one[1], one[0]))
        return [
            CampaignReviewCount(
                ruling=Ruling(ruling),
                reason=reason or None,
                message=conversations.reason_in_words(reason) if reason else None,
                count=n,
            )
            for (ruling, reason), n in ordered
        ]

    @strawberry.field(description="How it reads to the first five who would get it.")
    def samples(self) -> list[CampaignSample]:
        return [CampaignSample(sample=one, asked=self.asked) for one in self.found.samples]

    @strawberry.field(description="What may be said to the wrong person.")
    def findings(self) -> list[CampaignFinding]:
        return [
            CampaignFinding(code=CampaignFindingCode(one.code), place=one.place, count=one.count)
            for one in self.found.findings
        ]

    @strawberry.field(description="Everybody it is for, with what the gate says of each.")
    async def people(
        self,
        filter: Annotated[
            CampaignReviewFilter | None, strawberry.argument(description="Which are wanted.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[CampaignReviewPerson]:
        given, asked = filter or CampaignReviewFilter(), self.asked
        wanted = (str(given.ruling.value) if given.ruling else "", given.reason or "")

        def make(rows: Sequence[room.Reviewed]) -> list[CampaignReviewPerson]:
            return [CampaignReviewPerson(one=one, asked=asked) for one in rows]

        async def count() -> int:
            return room.count_of(self.found, wanted)

        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("campaignReview", self.row["id"], wanted),
            "ASC",
            lambda direction, place, limit: room.reviewed_page(
                self.row, wanted, cast("tuple[Id]", place)[0] if place else None, direction, limit
            ),
            lambda one: (one.contact_id,),
            count,
            make,
        )


@object_type
class CampaignReviewQuery:
    """Looking before the start."""

    @strawberry.field(
        description="Who would get a campaign if it left now, who not and why, how it reads, and "
        "what may be said to the wrong person. Nothing is written.",
        directives=[requires(Permission.CAMPAIGNS_READ)],
    )
    async def campaign_review(
        self,
        info: Info,
        campaign: Annotated[strawberry.ID, strawberry.argument(description="The campaign.")],
    ) -> CampaignReview:
        campaign_id = read_id("campaign", campaign, "campaign")
        row = (await room.campaigns_by_ids([campaign_id])).get(campaign_id)
        if row is None:
            raise NotFound("There is no such campaign.", field=("campaign",))
        return CampaignReview(row=row, found=await room.review(row), asked=info.context)
