"""Freezing a contact: kept, but not used, and shown to few."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum

import strawberry

import privacy as room
from api.graphql.context import Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.node import read_id
from kernel.ids import Id
from tenants import Permission


@enum_type
class RestrictionReason(Enum):
    """Why a contact is kept and not used (GDPR 18(1)); the audit log keeps it."""

    ACCURACY_CONTESTED = strawberry.enum_value(
        "accuracy_contested", description="They say that the data is wrong; it is being checked."
    )
    UNLAWFUL = strawberry.enum_value(
        "unlawful", description="There was no ground, and they do not want it erased."
    )
    NEEDED_FOR_CLAIMS = strawberry.enum_value(
        "needed_for_claims", description="They need it for claims of their own."
    )
    OBJECTION_PENDING = strawberry.enum_value(
        "objection_pending", description="They objected; whose grounds weigh more is open."
    )
    PRECAUTION = strawberry.enum_value(
        "precaution", description="Nobody asked; the house takes care."
    )


@enum_type
class RestrictionEnding(Enum):
    """Why a contact is used again; they are told before (GDPR 18(3))."""

    ACCURACY_SETTLED = strawberry.enum_value(
        "accuracy_settled", description="The data is right, or was put right."
    )
    CONSENT = strawberry.enum_value("consent", description="They want it so.")
    CLAIMS_SETTLED = strawberry.enum_value("claims_settled", description="The claims are settled.")
    OBJECTION_SETTLED = strawberry.enum_value(
        "objection_settled", description="The objection was weighed, and does not stand."
    )
    MISTAKE = strawberry.enum_value("mistake", description="It was frozen by mistake.")


@input_type
class RestrictionSetInput:
    """Whom to freeze, and why."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    reason: RestrictionReason = strawberry.field(description="Why.")


@input_type
class RestrictionLiftInput:
    """Whom to use again, and why."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    reason: RestrictionEnding = strawberry.field(description="Why.")


@object_type
class RestrictionPayload:
    """The contact as it is now."""

    contact: Contact | None = strawberry.field(description="The contact.")
    user_errors: list[UserError] = strawberry.field(description="What is wrong with the input.")


@object_type
class RestrictionMutation:
    """What is done to keep somebody's data unused."""

    @strawberry.mutation(
        description="Freeze a contact: kept, never written to, filled in by no list, and shown "
        "only to who may see to privacy.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def restriction_set(
        self, info: Info, input: InputOf[RestrictionSetInput]
    ) -> RestrictionPayload:
        return await _turn(
            info, input.contact, lambda one: room.restrict(one, str(input.reason.value))
        )

    @strawberry.mutation(
        description="Use a frozen contact again.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def restriction_lift(
        self, info: Info, input: InputOf[RestrictionLiftInput]
    ) -> RestrictionPayload:
        return await _turn(
            info, input.contact, lambda one: room.unrestrict(one, str(input.reason.value))
        )


async def _turn(
    info: Info, contact: strawberry.ID, step: Callable[[Id], Awaitable[None]]
) -> RestrictionPayload:
    async def work() -> Id:
        contact_id = read_id("contact", contact, "contact")
        await step(contact_id)
        return contact_id

    asked = info.context
    contact_id, errors = await attempt(work)
    asked.begin_anew()
    found = await asked.loader(load_contacts).many([contact_id] if contact_id else [])
    await asked.unseal.fetch()
    return RestrictionPayload(contact=found.get(contact_id or ""), user_errors=errors)
