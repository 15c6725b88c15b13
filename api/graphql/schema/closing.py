"""Leaving: a tenant is exported, waits for a time of grace, and is destroyed (F1, F46)."""

from __future__ import annotations

from enum import Enum

import strawberry

import privacy
from api.graphql.context import Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from kernel.errors import NotFound
from privacy import Closing
from tenants import Permission


@enum_type
class TenantClosingState(Enum):
    """How far a tenant's leaving is."""

    EXPORTING = strawberry.enum_value("exporting", description="All it has is being exported.")
    WAITING = strawberry.enum_value(
        "waiting", description="The archive lies there; until dueAt it can be called off."
    )
    DESTROYING = strawberry.enum_value("destroying", description="It is being destroyed.")


@object_type
class TenantClosing:
    """A tenant that leaves."""

    closing: strawberry.Private[Closing]

    @strawberry.field(description="How far it is.")
    def state(self) -> TenantClosingState:
        return TenantClosingState(self.closing.state)

    @strawberry.field(description="When it was asked for.")
    def requested_at(self) -> DateTime:
        return DateTime(self.closing.created_at)

    @strawberry.field(
        description="When everything is destroyed, the days of grace after the export; null before "
        "it."
    )
    def due_at(self) -> DateTime | None:
        due = self.closing.due_at
        return when(due)

    @strawberry.field(
        description="Where an owner fetches the archive with their access token; null before it is "
        "ready."
    )
    def archive_path(self) -> str | None:
        return "/tenant/archive" if self.closing.size is not None else None


@input_type
class TenantCloseInput:
    """That the tenant shall leave."""

    name: str = strawberry.field(description="The store's name once more, to be sure.")


@object_type
class TenantClosePayload:
    """What came of it."""

    closing: TenantClosing | None = strawberry.field(description="The leaving, if it was begun.")
    user_errors: list[UserError] = strawberry.field(description="What was wrong.")


@object_type
class ClosingQuery:
    """What is asked of leaving."""

    @strawberry.field(
        description="How far the tenant's leaving is; null where it does not leave.",
        directives=[requires(Permission.OWNERS_WRITE)],
    )
    async def tenant_closing(self, info: Info) -> TenantClosing | None:
        try:
            return TenantClosing(closing=await privacy.read_closing())
        except NotFound:
            return None


@object_type
class ClosingMutation:
    """Leaving, and staying after all."""

    @strawberry.mutation(
        description="Leave: everything is exported for the owners, and destroyed when the days of "
        "grace are over (30, unless the deployment gives others).",
        directives=[requires(Permission.OWNERS_WRITE)],
    )
    async def tenant_close(
        self, info: Info, input: InputOf[TenantCloseInput]
    ) -> TenantClosePayload:
        found, errors = await attempt(lambda: privacy.close_tenant(input.name))
        closing = TenantClosing(closing=found) if found else None
        return TenantClosePayload(closing=closing, user_errors=errors)

    @strawberry.mutation(
        description="Stay after all, while nothing was destroyed yet.",
        directives=[requires(Permission.OWNERS_WRITE)],
    )
    async def tenant_close_cancel(self, info: Info) -> TenantClosePayload:
        _, errors = await attempt(privacy.call_off)
        return TenantClosePayload(closing=None, user_errors=errors)
