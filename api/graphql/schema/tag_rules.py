"""Tags that contacts bear as long as a rule holds for them (F6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import segments as room
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import JSON
from api.graphql.schema.node import read_id
from api.graphql.schema.segment_inputs import SegmentRule, plain
from api.graphql.schema.tags import Tag, load_tags
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.SEGMENTS_WRITE


@object_type
class SuggestedTag:
    """A tag to start with."""

    name: str = strawberry.field(description="The word.")
    rule: JSON | None = strawberry.field(
        description="The rule to give it, as tagRuleSet takes it, in JSON; null for by hand."
    )


@input_type
class TagRuleSetInput:
    """A rule for a tag."""

    name: str = strawberry.field(description="The tag's word; the tag is made where it is new.")
    rule: SegmentRule = strawberry.field(description="Who bears it.")


@input_type
class TagRuleDropInput:
    """A tag that is to go by hand alone."""

    tag: strawberry.ID = strawberry.field(description="Which one.")


@object_type
class TagRulePayload:
    """What became of a wish about a tag's rule."""

    tag: Tag | None = strawberry.field(description="The tag.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class TagRuleQuery:
    """Asking for tags to start with."""

    @strawberry.field(
        description="Tags to start with, most of them by rule.",
        directives=[requires(Permission.CONTACTS_READ)],
    )
    def suggested_tags(self) -> list[SuggestedTag]:
        return [
            SuggestedTag(name=one.name, rule=JSON(one.rule) if one.rule is not None else None)
            for one in room.suggested_tags()
        ]


@object_type
class TagRuleMutation:
    """What can be done with rules of tags."""

    @strawberry.mutation(
        description="Let a tag go by a rule: it is put on whom the rule holds for, and taken off "
        "again when it does so no more. What was put on by hand stays on.",
        directives=[requires(_WRITE)],
    )
    async def tag_rule_set(self, info: Info, input: InputOf[TagRuleSetInput]) -> TagRulePayload:
        async def work() -> Id:
            return await room.set_tag_rule(input.name, plain(input.rule), info.context.me.person_id)

        return await _answer(info.context, work)

    @strawberry.mutation(
        description="Let a tag go by hand alone again: what its rule put on goes.",
        directives=[requires(_WRITE)],
    )
    async def tag_rule_drop(self, info: Info, input: InputOf[TagRuleDropInput]) -> TagRulePayload:
        async def work() -> Id:
            tag_id = read_id("tag", input.tag, "tag")
            await room.drop_tag_rule(tag_id)
            return tag_id

        return await _answer(info.context, work)


async def _answer(asked: Context, work: Callable[[], Awaitable[Id]]) -> TagRulePayload:
    tag_id, errors = await attempt(work)
    asked.begin_anew()
    found = await load_tags(asked, [tag_id]) if tag_id else {}
    return TagRulePayload(tag=found.get(tag_id) if tag_id else None, user_errors=errors)
