"""How contacts stand, and what is best done next with them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

import scoring as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.scalars import DateTime
from kernel.ids import Id


@enum_type
class EngagementClass(Enum):
    """How engaged somebody is."""

    NONE = strawberry.enum_value("none", description="Not at all.")
    LOW = strawberry.enum_value("low", description="From 1.")
    MEDIUM = strawberry.enum_value("medium", description="From 30.")
    HIGH = strawberry.enum_value("high", description="From 60.")


@enum_type
class ChurnClass(Enum):
    """How likely somebody is lost."""

    LOW = strawberry.enum_value("low", description="Below 35.")
    MEDIUM = strawberry.enum_value("medium", description="From 35.")
    HIGH = strawberry.enum_value("high", description="From 60.")
    LOST = strawberry.enum_value("lost", description="From 85.")


@enum_type
class StandingReason(Enum):
    """What speaks for an engagement or a risk."""

    NEVER_REPLIED = strawberry.enum_value("never_replied", description="Never wrote.")
    REPLIED_LATELY = strawberry.enum_value("replied_lately", description="Wrote within 30 days.")
    REPLIES_OFTEN = strawberry.enum_value("replies_often", description="Writes often.")
    READS = strawberry.enum_value("reads", description="Reads at least half of what they get.")
    DOES_NOT_READ = strawberry.enum_value(
        "does_not_read", description="Reads less than a fifth of what they get."
    )
    BOUGHT = strawberry.enum_value("bought", description="Ordered within a year.")
    WITHIN_RHYTHM = strawberry.enum_value(
        "within_rhythm", description="Silent for less than twice their usual gap."
    )
    BEYOND_RHYTHM = strawberry.enum_value(
        "beyond_rhythm", description="Silent for at least twice their usual gap."
    )
    FAR_BEYOND_RHYTHM = strawberry.enum_value(
        "far_beyond_rhythm", description="Silent for at least six times their usual gap."
    )
    WITHDREW = strawberry.enum_value("withdrew", description="Wants no more marketing.")
    BAD_MOOD = strawberry.enum_value("bad_mood", description="Their last word was a bad one.")


@enum_type
class NextActionKind(Enum):
    """What is best done next with somebody."""

    SOLVE_FAST = strawberry.enum_value("solve_fast", description="Solve it fast, keep the trust.")
    ANSWER_FAST = strawberry.enum_value("answer_fast", description="Answer fast, and lead on.")
    LISTEN = strawberry.enum_value("listen", description="Listen, build the relation.")
    LIGHT_TOUCH = strawberry.enum_value("light_touch", description="A light touch, later.")
    ONLY_SUBSTANCE = strawberry.enum_value(
        "only_substance", description="Only what matters, no small talk."
    )
    WAIT = strawberry.enum_value("wait", description="Wait.")
    NEW_ANGLE = strawberry.enum_value("new_angle", description="Another angle or topic.")
    EASIER_QUESTION = strawberry.enum_value(
        "easier_question", description="Ask what can be answered with one word."
    )
    OTHER_CHANNEL = strawberry.enum_value("other_channel", description="Try e-mail or a call.")
    GET_TO_KNOW = strawberry.enum_value("get_to_know", description="Begin a conversation.")
    REST = strawberry.enum_value("rest", description="Leave them in peace.")


@enum_type
class NextActionReason(Enum):
    """Why that is best done next."""

    WROTE_FIRST_IN_TROUBLE = strawberry.enum_value(
        "wrote_first_in_trouble", description="They wrote first, and something is wrong or wanted."
    )
    WROTE = strawberry.enum_value("wrote", description="They wrote, and wait.")
    LONG_REPLY = strawberry.enum_value("long_reply", description="They wrote at length.")
    CONCRETE_QUESTION = strawberry.enum_value(
        "concrete_question", description="They asked or want something."
    )
    COURTESY = strawberry.enum_value("courtesy", description="Their last word was a courtesy.")
    SELDOM_WITH_WEIGHT = strawberry.enum_value(
        "seldom_with_weight", description="They answer seldom, but with weight."
    )
    READ_WITHOUT_REPLY = strawberry.enum_value(
        "read_without_reply", description="They read and did not answer."
    )
    UNREAD = strawberry.enum_value("unread", description="They have not read it.")
    NOT_DELIVERED = strawberry.enum_value("not_delivered", description="It did not come.")
    HARD_QUESTION = strawberry.enum_value(
        "hard_question", description="What we asked was hard to answer, or they read unseen."
    )
    NO_ANSWER = strawberry.enum_value("no_answer", description="We tried long enough.")
    JUST_WRITTEN = strawberry.enum_value("just_written", description="We have only just written.")
    WITHDREW = strawberry.enum_value("withdrew", description="They want no more marketing.")
    BOUGHT_NEVER_SPOKE = strawberry.enum_value(
        "bought_never_spoke", description="They bought, and nobody spoke yet."
    )
    NEVER_SPOKE = strawberry.enum_value("never_spoke", description="Nobody said anything yet.")


@object_type
class NextAction:
    """What is best done next with a contact, and why."""

    action: NextActionKind = strawberry.field(description="What to do.")
    reason: NextActionReason = strawberry.field(description="Why.")


@object_type
class ContactStanding:
    """How a contact stands to the house, by what they did."""

    row: strawberry.Private[room.Standing]

    @strawberry.field(
        description="How engaged they are, 0 to 100: replies, reading, orders, and how lately."
    )
    def engagement(self) -> int:
        return self.row.engagement

    @strawberry.field(description="The same as a class.")
    def engagement_class(self) -> EngagementClass:
        return EngagementClass(self.row.engagement_class)

    @strawberry.field(
        description="How likely they are lost, 0 to 100, by their silence beside their own rhythm; "
        "null of whom never gave a sign of life."
    )
    def churn_risk(self) -> int | None:
        return self.row.churn_risk

    @strawberry.field(description="The same as a class.")
    def churn_class(self) -> ChurnClass | None:
        return ChurnClass(self.row.churn_class) if self.row.churn_class else None

    @strawberry.field(description="What speaks for both.")
    def reasons(self) -> list[StandingReason]:
        return [StandingReason(one) for one in self.row.reasons]

    @strawberry.field(description="When it was worked out.")
    def computed_at(self) -> DateTime:
        return DateTime(self.row.computed_at)


async def load_standings(asked: Context, ids: list[Id]) -> Mapping[Id, room.Standing]:
    """How contacts stand, by contact."""
    return await room.standing_of(ids)


async def standing_of(asked: Context, contact_id: Id) -> ContactStanding | None:
    """How a contact stands; None where they did nothing yet."""
    row = await asked.loader(load_standings).one(contact_id)
    return ContactStanding(row=row) if row else None


async def next_action_of(asked: Context, contact_id: Id) -> NextAction:
    """What is best done next; with whom nobody spoke, one gets to know each other."""
    row = await asked.loader(load_standings).one(contact_id)
    action, reason = (row.action, row.action_reason) if row else room.FIRST_ACTION
    return NextAction(action=NextActionKind(action), reason=NextActionReason(reason))
