"""What pace and timing come to for one contact (F22, F23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

import contacts as room
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.node import read_id
from api.graphql.schema.pace_kinds import LifecycleStage, ValueTier
from kernel import clock
from kernel.errors import NotFound
from kernel.ids import Id
from tenants import Permission

if TYPE_CHECKING:
    from api.graphql.schema.contacts import Contact

_PROMOTION = "promotion"


@dataclass(frozen=True, slots=True)
class _Known:
    pacing: room.Pacing
    sent: list[tuple[str, int]]
    said_at: int | None
    rules: room.PaceRules


@object_type
class PaceHold:
    """What keeps a promotion waiting."""

    code: str = strawberry.field(
        description="FREQUENCY_CAP, QUIET_HOURS, HOLIDAY, WEEKEND, OUTSIDE_BEST_HOURS or TOO_SOON, "
        "which they chose themselves."
    )
    message: str = strawberry.field(description="The same in words.")
    until: DateTime = strawberry.field(description="Until when.")


@object_type
class ContactPace:
    """How often and when this contact may be written to."""

    row: strawberry.Private[room.ContactRow]
    known: strawberry.Private[_Known]

    @strawberry.field(description="Where they stand as a customer.")
    def stage(self) -> LifecycleStage:
        return LifecycleStage(self.known.pacing.stage or "")

    @strawberry.field(description="What they are worth as a customer.")
    def tier(self) -> ValueTier:
        return ValueTier(self.known.pacing.tier or "")

    @strawberry.field(description="When they bought for the first time; null while unknown.")
    def first_purchase_at(self) -> DateTime | None:
        return when(self.known.pacing.first_purchase_at)

    @strawberry.field(
        description="The hour of their day, 0 to 23, in which they write and read most; null while "
        "unknown."
    )
    def best_hour(self) -> int | None:
        return self.known.pacing.best_hour

    @strawberry.field(description="When that was learned.")
    def best_hour_learned_at(self) -> DateTime | None:
        return when(self.known.pacing.learned_at)

    @strawberry.field(
        description="From when pace and clock allow them the next promotion; now, where nothing "
        "holds it back. Consent is another matter."
    )
    def next_promotion_at(self) -> DateTime:
        return DateTime(self._next().at)

    @strawberry.field(description="What holds it back until then.")
    def next_promotion_holds(self) -> list[PaceHold]:
        return [
            PaceHold(code=one.code, message=one.message, until=DateTime(one.until))
            for one in self._next().holds
        ]

    @strawberry.field(
        description="The first moment from then on that lies in their best hours: their own, or "
        "those of their region."
    )
    def best_promotion_at(self) -> DateTime:
        row, known = self.row, self.known
        return DateTime(
            room.best_moment(
                self._next().at,
                _PROMOTION,
                row["time_zone"],
                row["country"],
                known.rules.timing,
                known.pacing.best_hour,
            )
        )

    @strawberry.field(description="When either side said something last; null: never.")
    def said_last_at(self) -> DateTime | None:
        return when(self.known.said_at)

    @strawberry.field(
        description="Whether that is so long ago (silenceDays of the rules) that they forget."
    )
    def is_silent(self) -> bool:
        said_at = self.known.said_at
        days = self.known.rules.silence_days
        return said_at is not None and clock.now() - said_at > days * clock.DAY

    def _next(self) -> room.Moment:
        """As the gate has it: what they chose themselves, then pace and clock."""
        row, known = self.row, self.known
        own, now = known.pacing, clock.now()
        paced = room.Paced(
            row["time_zone"],
            row["country"],
            own.stage or "",
            own.tier or "",
            own.first_purchase_at,
            own.best_hour,
        )
        promoted = max((at for kind, at in known.sent if kind == _PROMOTION), default=0)
        chosen = promoted + row["marketing_gap_days"] * clock.DAY
        found = room.moment_for(_PROMOTION, paced, known.sent, known.rules, max(now, chosen))
        if chosen <= now:
            return found
        own_choice = room.Hold("TOO_SOON", "They want no more promotions until then.", chosen)
        return room.Moment(found.at, (own_choice, *found.holds))


@input_type
class ContactPaceUpdateInput:
    """What a system of the store, or a colleague, knows of a contact; what is left out stays."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    stage: LifecycleStage | None = strawberry.field(
        default=None, description="Where they stand as a customer."
    )
    tier: ValueTier | None = strawberry.field(
        default=None, description="What they are worth as a customer."
    )
    first_purchase_at: DateTime | None = strawberry.field(
        default=None, description="When they bought for the first time."
    )


@object_type
class ContactPacePayload:
    """What became of it."""

    contact: Annotated[Contact, strawberry.lazy("api.graphql.schema.contacts")] | None = (
        strawberry.field(description="The contact as it is now.")
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ContactPaceMutation:
    """What is told of a contact."""

    @strawberry.mutation(
        description="Write down what decides about how often a contact is written to.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def contact_pace_update(
        self, info: Info, input: InputOf[ContactPaceUpdateInput]
    ) -> ContactPacePayload:
        from api.graphql.schema.contacts import load_contacts

        async def work() -> Id:
            contact_id = read_id("contact", input.contact, "contact")
            contact = (await room.contacts_by_ids([contact_id])).get(contact_id)
            if contact is None or contact["state"] not in ("active", "frozen"):
                raise NotFound("There is no such contact.", field=("contact",))
            await room.write_pacing(
                [
                    room.Pacing(
                        contact_id,
                        stage=None if input.stage is None else cast(room.Stage, input.stage.value),
                        tier=None if input.tier is None else cast(room.Tier, input.tier.value),
                        first_purchase_at=input.first_purchase_at,
                    )
                ]
            )
            return contact_id

        contact_id, errors = await attempt(work)
        found = await load_contacts(info.context, [contact_id]) if contact_id else {}
        return ContactPacePayload(contact=found.get(contact_id or ""), user_errors=errors)


async def pace_of(asked: Context, row: room.ContactRow) -> ContactPace | None:
    """What pace and timing come to for a contact."""
    known = await asked.loader(_load).one(row["id"])
    return ContactPace(row=row, known=known) if known else None


async def _load(_asked: Context, ids: list[Id]) -> Mapping[Id, _Known]:
    rules = await room.pace_rules()
    pacing = await room.pacing_of(ids)
    sent = await conversations.sent_lately(ids, rules)
    said = await conversations.last_words(ids)
    return {
        one: _Known(
            pacing.get(one, room.Pacing(one)),
            [(went.pace_kind, went.at) for went in sent.get(one, ())],
            said.get(one),
            rules,
        )
        for one in ids
    }
