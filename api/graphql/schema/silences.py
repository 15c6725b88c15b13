"""Why threads are silent."""

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
class SilenceState(Enum):
    """How far our last message came."""

    READ = strawberry.enum_value("read", description="Read, and not answered.")
    DELIVERED = strawberry.enum_value("delivered", description="Delivered, and not read.")
    ONE_TICK = strawberry.enum_value("sent", description="Sent; no second tick came.")


@enum_type
class SilenceCause(Enum):
    """Why somebody does not answer."""

    BUSY_HOUR = strawberry.enum_value("busy_hour", description="It came in the midst of work.")
    OFF_HOURS = strawberry.enum_value("off_hours", description="It is night or weekend there.")
    HOLIDAY = strawberry.enum_value("holiday", description="It is a public holiday there.")
    OVERLOAD = strawberry.enum_value("overload", description="We wrote too much in a short time.")
    HARD_QUESTION = strawberry.enum_value(
        "hard_question", description="We asked too much, or nothing that can be answered."
    )
    PRICE_JUMP = strawberry.enum_value(
        "price_jump", description="The price is far above the one named before."
    )
    COMPARING = strawberry.enum_value("comparing", description="They look at other offers.")
    DECIDING = strawberry.enum_value("deciding", description="Somebody else has a say.")
    OVER_BUDGET = strawberry.enum_value(
        "over_budget", description="It costs too much, said in words or by silence."
    )
    RECEIPTS_OFF = strawberry.enum_value(
        "receipts_off", description="They read without telling: unread says nothing."
    )
    BLOCKED_OR_GONE = strawberry.enum_value(
        "blocked_or_gone", description="No second tick for long, or not reachable at all."
    )


@enum_type
class SilenceStep(Enum):
    """What to do about a silence."""

    WAIT = strawberry.enum_value("wait", description="Wait a day or two.")
    CHANGE_ANGLE = strawberry.enum_value(
        "change_angle", description="Say why it is worth it, take another topic, send a voice note."
    )
    EASIER_QUESTION = strawberry.enum_value(
        "easier_question", description="Ask what can be answered with one word."
    )
    OTHER_CHANNEL = strawberry.enum_value("other_channel", description="Try e-mail or a call.")
    STOP = strawberry.enum_value("stop", description="Leave them in peace.")


@object_type
class LikelyCause:
    """A cause, how far the evidence goes, and the evidence."""

    code: SilenceCause = strawberry.field(description="The cause.")
    likelihood: float = strawberry.field(description="How far the evidence goes: 0 to 0.95.")
    evidence: list[str] = strawberry.field(description="What speaks for it, in sentences.")


@object_type
class ConversationSilence:
    """Why a thread is silent, as far as one can tell, and what to do next."""

    row: strawberry.Private[room.ThreadSilenceRow]

    @strawberry.field(description="How far our last message came.")
    def state(self) -> SilenceState:
        return SilenceState(self.row.state)

    @strawberry.field(description="When we said the first words that nobody answered.")
    def since(self) -> DateTime:
        return DateTime(self.row.since)

    @strawberry.field(
        description="Possible causes, the likeliest first; none where nothing speaks for any."
    )
    def causes(self) -> list[LikelyCause]:
        return [
            LikelyCause(
                code=SilenceCause(one.code),
                likelihood=one.likelihood,
                evidence=list(one.evidence),
            )
            for one in self.row.causes
        ]

    @strawberry.field(description="What to do next.")
    def next_step(self) -> SilenceStep:
        return SilenceStep(self.row.step)

    @strawberry.field(description="Not before then; by day where they live, on no holiday.")
    def next_step_at(self) -> DateTime:
        return DateTime(self.row.step_at)


async def load_silences(asked: Context, ids: list[Id]) -> Mapping[Id, ConversationSilence]:
    """Silences by thread."""
    found = await room.silences_of(ids)
    return {one: ConversationSilence(row=row) for one, row in found.items()}
