"""What messages do while their number is down: wait, or go by e-mail (F25)."""

from __future__ import annotations

from enum import Enum
from typing import cast

import strawberry

import conversations as room
from api.graphql.context import Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.pace_kinds import PaceKind
from conversations import FallbackRule as Rule
from conversations import RuleKind, RuleWay
from kernel.errors import Invalid
from tenants import Permission


@enum_type
class FallbackWay(Enum):
    """What a message does while its number is down."""

    WAIT = strawberry.enum_value("wait", description="It waits until the number is up again.")
    EMAIL = strawberry.enum_value(
        "email", description="It goes by e-mail to who has an address; the others' waits."
    )


@object_type
class FallbackRule:
    """What messages of a template, or of a kind, do while their number is down."""

    rule: strawberry.Private[Rule]

    @strawberry.field(description="The template by its name; null in a rule of a kind.")
    def template(self) -> str | None:
        return self.rule.name if self.rule.kind == "template" else None

    @strawberry.field(
        description="What the messages are to their readers; null in a rule of a template, which "
        "comes first."
    )
    def kind(self) -> PaceKind | None:
        return PaceKind(self.rule.name) if self.rule.kind == "pace_kind" else None

    @strawberry.field(description="What they do.")
    def way(self) -> FallbackWay:
        return FallbackWay(self.rule.way)


@input_type
class FallbackSetInput:
    """A rule: for a template or for a kind, one of them."""

    template: str | None = strawberry.field(default=None, description="A template's name.")
    kind: PaceKind | None = strawberry.field(
        default=None, description="What the messages are to their readers."
    )
    way: FallbackWay = strawberry.field(description="What they do.")


@object_type
class FallbackSetPayload:
    """All rules as they are now."""

    rules: list[FallbackRule] = strawberry.field(description="The rules.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class FallbackQuery:
    """What messages do while numbers are down."""

    @strawberry.field(
        description="The rules for messages whose number is down, 200 at most; what stands in none "
        "waits.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def fallback_rules(self) -> list[FallbackRule]:
        return await _rules()


@object_type
class FallbackMutation:
    """Setting what messages do while numbers are down."""

    @strawberry.mutation(
        description="Set what messages of a template, or of a kind, do while their number is down. "
        "Only templates outside of campaigns go by e-mail; the gate's rules hold for them there.",
        directives=[requires(Permission.CHANNELS_WRITE)],
    )
    async def fallback_set(
        self, info: Info, input: InputOf[FallbackSetInput]
    ) -> FallbackSetPayload:
        async def work() -> None:
            await room.set_fallback(_rule(input))

        _, errors = await attempt(work)
        return FallbackSetPayload(rules=await _rules(), user_errors=errors)


def _rule(given: FallbackSetInput) -> Rule:
    named = [
        (kind, name)
        for kind, name in (
            ("template", given.template),
            ("pace_kind", given.kind and given.kind.value),
        )
        if name is not None
    ]
    if len(named) != 1:
        raise Invalid("Give a template or a kind, one of them.", field=("template",))
    [(kind, name)] = named
    return Rule(cast(RuleKind, kind), str(name), cast(RuleWay, given.way.value))


async def _rules() -> list[FallbackRule]:
    return [FallbackRule(rule=one) for one in await room.list_fallbacks()]
