"""How long each kind of data is kept, and what the next night would let go."""

from __future__ import annotations

from typing import Annotated

import strawberry

import privacy as room
from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from kernel.aging import Found
from tenants import Permission


@object_type
class RetentionRule:
    """For how long a kind of data is kept."""

    rule: strawberry.Private[room.Rule]

    @strawberry.field(description="The kind: message_bodies, media, audit and so on.")
    def kind(self) -> str:
        return self.rule.name

    @strawberry.field(description="For how many days, counted from when it came to be here.")
    def days(self) -> int:
        return self.rule.days

    @strawberry.field(description="For how many days where the tenant sets nothing.")
    def default_days(self) -> int:
        return self.rule.kind.days

    @strawberry.field(description="For how many days it must be kept at least.")
    def least_days(self) -> int:
        return self.rule.kind.least

    @strawberry.field(description="Whether it is the same for every tenant and cannot be set.")
    def is_fixed(self) -> bool:
        return self.rule.kind.is_fixed

    @strawberry.field(description="What it is, what stays, and what law says of it.")
    def note(self) -> str:
        return self.rule.kind.note

    @strawberry.field(description="When the tenant set it; null where it is the default.")
    def set_at(self) -> DateTime | None:
        return when(self.rule.set_at)


@object_type
class RetentionFinding:
    """What is past its days, of one kind."""

    found: strawberry.Private[Found]
    kind: str = strawberry.field(description="The kind.")

    @strawberry.field(description="How many rows would go, or lose what was said in them.")
    def count(self) -> int:
        return self.found.count

    @strawberry.field(description="Since when the oldest of them has been here.")
    def oldest(self) -> DateTime | None:
        return when(self.found.oldest)


@input_type
class RetentionSetInput:
    """A kind of data and how long it shall be kept."""

    kind: str = strawberry.field(description="The kind, as retentionRules names it.")
    days: int = strawberry.field(description="For how many days: leastDays to 36,500.")


@object_type
class RetentionSetPayload:
    """The rule as it is now; the next night goes by it."""

    rule: RetentionRule | None = strawberry.field(description="Null where it was not set.")
    user_errors: list[UserError] = strawberry.field(description="What is wrong with the input.")


@object_type
class RetentionQuery:
    """What is asked of retention."""

    @strawberry.field(
        description="For how long each kind of data is kept.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def retention_rules(self) -> list[RetentionRule]:
        return [RetentionRule(rule=rule) for rule in await room.retention_rules()]

    @strawberry.field(
        description="A dry run: what the next night would let go. Nothing is changed.",
        directives=[requires(Permission.PRIVACY_READ)],
    )
    async def retention_preview(
        self,
        changes: Annotated[
            list[RetentionSetInput] | None,
            strawberry.argument(description="As if these rules were set; left out, as they are."),
        ] = None,
    ) -> list[RetentionFinding]:
        found = await room.preview_retention({one.kind: one.days for one in changes or ()})
        return [RetentionFinding(kind=kind, found=one) for kind, one in found.items()]


@object_type
class RetentionMutation:
    """What is set of retention."""

    @strawberry.mutation(
        description="Keep a kind of data for so many days, from the next night on.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def retention_set(
        self, info: Info, input: InputOf[RetentionSetInput]
    ) -> RetentionSetPayload:
        async def work() -> RetentionRule:
            await room.set_retention(input.kind, input.days)
            named = {rule.name: rule for rule in await room.retention_rules()}
            return RetentionRule(rule=named[input.kind])

        rule, errors = await attempt(work)
        return RetentionSetPayload(rule=rule, user_errors=errors)
