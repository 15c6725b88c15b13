"""What can be done with segments (F36)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import segments as room
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.node import read_id
from api.graphql.schema.segment_inputs import SegmentRule, plain
from api.graphql.schema.segments import Segment, load_segments
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.SEGMENTS_WRITE


@input_type
class SegmentCreateInput:
    """A segment to begin."""

    name: str = strawberry.field(description="What colleagues call it: up to 120 characters.")
    rule: SegmentRule = strawberry.field(description="Whom it holds for.")


@input_type
class SegmentUpdateInput:
    """What is to change; what is left out stays."""

    segment: strawberry.ID = strawberry.field(description="Which one.")
    name: str | None = strawberry.field(default=None, description="Another name.")
    rule: SegmentRule | None = strawberry.field(default=None, description="Another rule.")


@input_type
class SegmentDeleteInput:
    """A segment to put away."""

    segment: strawberry.ID = strawberry.field(description="Which one.")


@object_type
class SegmentPayload:
    """What became of a wish about a segment."""

    segment: Segment | None = strawberry.field(
        description="It as it stands now; null once it is put away."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SegmentMutation:
    """What can be done with segments."""

    @strawberry.mutation(
        description="Make a segment; its members are worked out at once, in the background.",
        directives=[requires(_WRITE)],
    )
    async def segment_create(
        self, info: Info, input: InputOf[SegmentCreateInput]
    ) -> SegmentPayload:
        async def work() -> Id:
            return await room.create(input.name, plain(input.rule), info.context.me.person_id)

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Change a segment; by another rule its members are worked out anew.",
        directives=[requires(_WRITE)],
    )
    async def segment_update(
        self, info: Info, input: InputOf[SegmentUpdateInput]
    ) -> SegmentPayload:
        async def work() -> Id:
            segment_id = read_id("segment", input.segment, "segment")
            rule = plain(input.rule) if input.rule else None
            await room.update(segment_id, name=input.name, given=rule)
            return segment_id

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Put a segment away; one that the rule of another leads to stays.",
        directives=[requires(_WRITE)],
    )
    async def segment_delete(
        self, info: Info, input: InputOf[SegmentDeleteInput]
    ) -> SegmentPayload:
        async def work() -> Id:
            segment_id = read_id("segment", input.segment, "segment")
            await room.delete(segment_id)
            return segment_id

        return await _answer(info.context, work)


async def _answer(asked: Context, work: Callable[[], Awaitable[Id]]) -> SegmentPayload:
    segment_id, errors = await attempt(work)
    asked.begin_anew()
    found = await load_segments(asked, [segment_id]) if segment_id else {}
    return SegmentPayload(segment=found.get(segment_id) if segment_id else None, user_errors=errors)
