"""What can be done with campaigns, and the emergency stop of everything that leaves (F26)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import campaigns as room
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.campaign_inputs import CampaignContentInput, read_changes
from api.graphql.schema.campaigns import Campaign, load_campaigns
from api.graphql.schema.node import read_id
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.CAMPAIGNS_WRITE


@input_type
class CampaignCreateInput(CampaignContentInput):
    """A campaign to begin."""


@input_type
class CampaignUpdateInput(CampaignContentInput):
    """Parts of a draft to change."""

    campaign: strawberry.ID = strawberry.field(description="The draft.")


@input_type
class CampaignInput:
    """A campaign."""

    campaign: strawberry.ID = strawberry.field(description="Which one.")


@object_type
class CampaignPayload:
    """What became of a wish about a campaign."""

    campaign: Campaign | None = strawberry.field(description="It as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SendingHaltPayload:
    """Whether anything leaves."""

    halted_at: DateTime | None = strawberry.field(
        description="Since when nothing leaves; null while what is due leaves."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class CampaignMutation:
    """What can be done with campaigns."""

    @strawberry.mutation(
        description="Begin a campaign as a draft; its parts can be given now or later.",
        directives=[requires(_WRITE)],
    )
    async def campaign_create(
        self, info: Info, input: InputOf[CampaignCreateInput]
    ) -> CampaignPayload:
        async def work() -> Id:
            return await room.create(await read_changes(input), info.context.me.person_id)

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Change parts of a draft; what was launched stands as it is.",
        directives=[requires(_WRITE)],
    )
    async def campaign_update(
        self, info: Info, input: InputOf[CampaignUpdateInput]
    ) -> CampaignPayload:
        async def work() -> Id:
            campaign_id = read_id("campaign", input.campaign, "campaign")
            await room.update(campaign_id, await read_changes(input))
            return campaign_id

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Let a draft begin: its audience is frozen with one row for each recipient, "
        "then messages leave, at once or when they are due.",
        directives=[requires(_WRITE)],
    )
    async def campaign_launch(self, info: Info, input: InputOf[CampaignInput]) -> CampaignPayload:
        return await _do(info.context, input, room.launch)

    @strawberry.mutation(
        description="Let a campaign rest: within 2 seconds nothing more of it leaves.",
        directives=[requires(_WRITE)],
    )
    async def campaign_pause(self, info: Info, input: InputOf[CampaignInput]) -> CampaignPayload:
        return await _do(info.context, input, room.pause)

    @strawberry.mutation(
        description="Let a campaign go on; failures are counted anew from here.",
        directives=[requires(_WRITE)],
    )
    async def campaign_resume(self, info: Info, input: InputOf[CampaignInput]) -> CampaignPayload:
        return await _do(info.context, input, room.resume)

    @strawberry.mutation(
        description="Call a campaign off, or put a draft away: what was not sent will not be.",
        directives=[requires(_WRITE)],
    )
    async def campaign_cancel(self, info: Info, input: InputOf[CampaignInput]) -> CampaignPayload:
        return await _do(info.context, input, room.cancel)

    @strawberry.mutation(
        description="Emergency stop: within 2 seconds nothing more leaves, of no campaign, desk or "
        "system. What is due waits until sendingRelease.",
        directives=[requires(_WRITE)],
    )
    async def sending_halt(self, info: Info) -> SendingHaltPayload:
        return await _halt(info.context, conversations.stop_sending)

    @strawberry.mutation(
        description="Lift the emergency stop; what waits leaves.", directives=[requires(_WRITE)]
    )
    async def sending_release(self, info: Info) -> SendingHaltPayload:
        return await _halt(info.context, conversations.resume_sending)


async def _do(
    asked: Context, given: CampaignInput, verb: Callable[[Id], Awaitable[None]]
) -> CampaignPayload:
    async def work() -> Id:
        campaign_id = read_id("campaign", given.campaign, "campaign")
        await verb(campaign_id)
        return campaign_id

    return await _answer(asked, work)


async def _answer(asked: Context, work: Callable[[], Awaitable[Id]]) -> CampaignPayload:
    campaign_id, errors = await attempt(work)
    asked.begin_anew()
    found = await load_campaigns(asked, [campaign_id]) if campaign_id else {}
    return CampaignPayload(
        campaign=found.get(campaign_id) if campaign_id else None, user_errors=errors
    )


async def _halt(asked: Context, verb: Callable[[Id], Awaitable[None]]) -> SendingHaltPayload:
    await verb(asked.me.person)
    at = await conversations.sending_stopped_at()
    return SendingHaltPayload(halted_at=when(at), user_errors=[])
