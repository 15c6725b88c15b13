"""Campaigns: one thing that is said to many, and how far it is (F26)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from enum import Enum
from typing import Annotated, cast

import strawberry

import campaigns as room
from api.graphql.context import Context, Info
from api.graphql.described import enum_type, object_type
from api.graphql.lasting import until_over
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.permissions import requires
from api.graphql.scalars import URL, DateTime, when
from api.graphql.schema.attribution import CampaignRevenue, load_revenue
from api.graphql.schema.campaign_progress import CampaignPlan, CampaignProgress, load_progress
from api.graphql.schema.campaign_recipients import (
    CampaignRecipient,
    CampaignRecipientFilterArg,
    recipients_of,
)
from api.graphql.schema.channels import Number, load_numbers
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from api.graphql.schema.pace_kinds import PaceKind
from api.graphql.schema.people import Person, load_people
from api.graphql.schema.preferences import Topic, load_topics_by_codes
from api.graphql.schema.segments import Segment, load_segments
from api.graphql.schema.tags import Tag, load_tags
from kernel import clock
from kernel.ids import Id
from tenants import Permission


@enum_type
class CampaignState(Enum):
    """How a campaign stands."""

    DRAFT = strawberry.enum_value("draft", description="It can be changed, reviewed, launched.")
    LAUNCHING = strawberry.enum_value(
        "launching", description="Its audience is being frozen; nothing leaves before."
    )
    SCHEDULED = strawberry.enum_value("scheduled", description="Its start is still to come.")
    RUNNING = strawberry.enum_value("running", description="Its messages leave.")
    PAUSED = strawberry.enum_value("paused", description="It rests; stateReason says why.")
    FINISHED = strawberry.enum_value("finished", description="Every recipient is settled.")
    CANCELLED = strawberry.enum_value(
        "cancelled", description="It was called off: what was not sent will not be."
    )


@enum_type
class PersonalField(Enum):
    """What a value may take from each recipient."""

    NAME = strawberry.enum_value("name", description="Their whole name.")
    FIRST_NAME = strawberry.enum_value("first_name", description="The first word of their name.")
    LAST_NAME = strawberry.enum_value("last_name", description="The rest of their name.")
    LANGUAGE = strawberry.enum_value("language", description="Their language: es.")
    COUNTRY = strawberry.enum_value("country", description="Their country: ES.")


@object_type
class CampaignValue:
    """A value of the template."""

    place: str = strawberry.field(description="Where it stands: header, body.0, buttons.1.")
    name: str | None = strawberry.field(description="The name of its variable, where it has one.")
    text: str = strawberry.field(
        description="What everybody reads, or with `field` those of whom it is not known."
    )
    field: PersonalField | None = strawberry.field(description="What is taken from each.")


@object_type
class CampaignAudience:
    """Whom a campaign is for."""

    asked: strawberry.Private[Context]
    row: strawberry.Private[room.CampaignRow]
    found: strawberry.Private[room.AudienceParts]

    @strawberry.field(description="Whether it is for all contacts.")
    def everybody(self) -> bool:
        return bool(self.row["everybody"])

    @strawberry.field(description="Tags of which they have at least one.")
    async def tags_any(self) -> list[Tag]:
        return await self._tags("any")

    @strawberry.field(description="Tags of which they have each.")
    async def tags_all(self) -> list[Tag]:
        return await self._tags("all")

    @strawberry.field(description="Tags of which they have none.")
    async def tags_none(self) -> list[Tag]:
        return await self._tags("none")

    @strawberry.field(
        description="Segments of which they belong to at least one.",
        directives=[requires(Permission.SEGMENTS_READ)],
    )
    async def segments_any(self) -> list[Segment]:
        return await self._segments("any")

    @strawberry.field(
        description="Segments to none of which they belong.",
        directives=[requires(Permission.SEGMENTS_READ)],
    )
    async def segments_none(self) -> list[Segment]:
        return await self._segments("none")

    @strawberry.field(description="How many contacts were listed one by one.")
    def listed(self) -> int:
        return self.found.listed

    @strawberry.field(description="How many contacts were excluded one by one.")
    def excluded(self) -> int:
        return self.found.excluded

    @strawberry.field(
        description="How many it is for as they are now; once launched, progress.total says how "
        "many were frozen."
    )
    async def size(self) -> int:
        return await room.count_audience(self.row)

    async def _tags(self, part: str) -> list[Tag]:
        tags = await self.asked.loader(load_tags).many(self.found.tags[part])
        return list(tags.values())

    async def _segments(self, part: str) -> list[Segment]:
        found = await self.asked.loader(load_segments).many(self.found.segments[part])
        return list(found.values())


@object_type
class Campaign(Node):
    """One thing that is said to many, each asked about at the gate when their turn comes."""

    kind = "campaign"
    row: strawberry.Private[room.CampaignRow]
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="What colleagues call it.")
    def name(self) -> str:
        return self.row["name"]

    @strawberry.field(description="How it stands.")
    def state(self) -> CampaignState:
        return CampaignState(room.state_of(self.row, clock.now()))

    @strawberry.field(
        description="Why it rests or was called off, as a code: PERSON, TOO_MANY_FAILED, "
        "TEMPLATE_PAUSED, TEMPLATE_REJECTED, TEMPLATE_RECATEGORISED or newer."
    )
    def state_reason(self) -> str | None:
        return self.row["state_reason"]

    @strawberry.field(description="Since when it stands so.")
    def state_at(self) -> DateTime:
        return DateTime(self.row["state_at"])

    @strawberry.field(description="Who began it; null for a key.")
    def author(self) -> Person | None:
        person_id = self.row["person_id"]
        return self.asked.loader(load_people).get(person_id) if person_id else None

    @strawberry.field(description="The name of the template that it says.")
    def template_name(self) -> str | None:
        return self.row["template_name"]

    @strawberry.field(description="The template's language, as the platform writes it: en_US.")
    def template_language(self) -> str | None:
        return self.row["template_language"]

    @strawberry.field(description="The values of the template, in their order.")
    def values(self) -> list[CampaignValue]:
        said = room.wording_of(self.row)
        return [
            CampaignValue(
                place=one.place,
                name=one.name,
                text=one.text,
                field=PersonalField(one.field) if one.field else None,
            )
            for one in (said.values() if said else ())
        ]

    @strawberry.field(
        description="The numbers that it goes out from; each person hears from one of them."
    )
    async def numbers(self) -> list[Number]:
        ids = await room.numbers_of(self.row["id"])
        return list((await self.asked.loader(load_numbers).many(ids)).values())

    @strawberry.field(description="Whom it is for.")
    async def audience(self) -> CampaignAudience:
        found = await room.parts_of_audience(self.row["id"])
        return CampaignAudience(asked=self.asked, row=self.row, found=found)

    @strawberry.field(description="What it is about; who does not want that does not get it.")
    def topic(self) -> Topic | None:
        code = self.row["topic"]
        return self.asked.loader(load_topics_by_codes).get(code) if code else None

    @strawberry.field(
        description="What it is to its readers; null for a promotion if its template is marketing, "
        "else a service."
    )
    def pace_kind(self) -> PaceKind | None:
        kind = self.row["pace_kind"]
        return PaceKind(kind) if kind else None

    @strawberry.field(description="How many messages a second leave at most, over all its numbers.")
    def per_second(self) -> int | None:
        return self.row["per_second"]

    @strawberry.field(description="When it starts; null for at once when it is launched.")
    def starts_at(self) -> DateTime | None:
        return when(self.row["starts_at"])

    @strawberry.field(
        description="The hour of their own clock at which each gets it, from the start on: 0 to 23."
    )
    def local_hour(self) -> int | None:
        return self.row["local_hour"]

    @strawberry.field(description="When it is of no use any more: what is left does not leave.")
    def expires_at(self) -> DateTime | None:
        return when(self.row["expires_at"])

    @strawberry.field(
        description="It pauses by itself when more of 100 attempts fail, after 50 of them."
    )
    def max_failed_percent(self) -> int:
        return self.row["max_failed_percent"]

    @strawberry.field(description="When it was launched.")
    def launched_at(self) -> DateTime | None:
        return when(self.row["launched_at"])

    @strawberry.field(description="When it came to its end.")
    def finished_at(self) -> DateTime | None:
        return when(self.row["finished_at"])

    @strawberry.field(description="How far it is; null for a draft.")
    async def progress(self) -> CampaignProgress | None:
        if self.row["launched_at"] is None:
            return None
        return await self.asked.loader(load_progress).one(self.row["id"])

    @strawberry.field(
        description="What it brought; null for a draft.",
        directives=[requires(Permission.COMMERCE_READ)],
    )
    async def revenue(self) -> CampaignRevenue | None:
        if self.row["launched_at"] is None:
            return None
        return await self.asked.loader(load_revenue).one(self.row["id"])

    @strawberry.field(
        description="How long it takes for those who are left, by what its numbers and their "
        "portfolio may send; null without numbers, and once it is over."
    )
    async def plan(self) -> CampaignPlan | None:
        plan = await room.plan(self.row)
        return CampaignPlan(plan=plan) if plan else None

    @strawberry.field(
        description="What became of each recipient, and why, in the order of their rows in the "
        "ledger.",
        directives=[requires(Permission.CAMPAIGNS_READ)],
    )
    async def recipients(
        self,
        filter: CampaignRecipientFilterArg = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[CampaignRecipient]:
        args = PageArgs.read(first, after, last, before)
        return await recipients_of(self.asked, self.row["id"], filter, args)

    @strawberry.field(
        description="The same as CSV, fetched with the same Authorization header; names and "
        "numbers only for who may see them."
    )
    def recipients_url(self) -> URL:
        return URL(f"/campaigns/{self.id()}/recipients.csv")


@object_type
class CampaignQuery:
    """Asking for campaigns."""

    @strawberry.field(
        description="A campaign of the tenant.", directives=[requires(Permission.CAMPAIGNS_READ)]
    )
    async def campaign(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Campaign | None:
        campaign_id = read_id("campaign", id, "id")
        return (await load_campaigns(info.context, [campaign_id])).get(campaign_id)

    @strawberry.field(
        description="The campaigns of the tenant, the latest first.",
        directives=[requires(Permission.CAMPAIGNS_READ)],
    )
    async def campaigns(
        self,
        info: Info,
        states: Annotated[
            list[CampaignState] | None,
            strawberry.argument(description="Only those in one of these states."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Campaign]:
        asked = info.context
        wanted = None if states is None else [str(one.value) for one in states]
        return await read_page(
            PageArgs.read(first, after, last, before),
            PageList("campaigns", wanted),
            "DESC",
            lambda direction, place, limit: room.campaign_page(
                wanted, cast("tuple[Id]", place)[0] if place else None, direction, limit
            ),
            lambda row: (row["id"],),
            lambda: room.count_campaigns(wanted),
            lambda rows: [Campaign(row=row, asked=asked) for row in rows],
        )


@object_type
class CampaignSubscription:
    """Being told how campaigns go on."""

    @strawberry.subscription(
        description="A campaign as it goes on, until it comes to its end.",
        directives=[requires(Permission.CAMPAIGNS_READ)],
    )
    async def campaign(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The campaign.")],
    ) -> AsyncGenerator[Campaign, None]:
        campaign_id = read_id("campaign", id, "id")
        async for one in until_over(
            info.context, "campaign", campaign_id, load_campaigns, _how_far
        ):
            yield one


async def _how_far(campaign: Campaign) -> object:
    row_id = campaign.row["id"]
    return campaign.row["updated_at"], (await room.progress_of([row_id]))[row_id]


async def load_campaigns(asked: Context, campaign_ids: list[Id]) -> Mapping[Id, Campaign]:
    """Campaigns by their ids."""
    rows = await room.campaigns_by_ids(campaign_ids)
    return {row_id: Campaign(row=row, asked=asked) for row_id, row in rows.items()}


KINDS.add("campaign", Permission.CAMPAIGNS_READ, load_campaigns)
