"""Signing in and out."""

from __future__ import annotations

import strawberry

from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import SIGNED_IN
from api.graphql.scalars import DateTime
from api.graphql.schema.node import read_id
from kernel import ids
from kernel.errors import NotAllowed
from tenants import ChooseTenant, SignedIn, sign_in, sign_out


@input_type
class SignInInput:
    """Who signs in."""

    email: str = strawberry.field(description="The account's e-mail address.")
    password: str = strawberry.field(description="Its password.")
    tenant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which tenant, where the account belongs to several."
    )


@object_type
class TenantChoice:
    """A tenant that the account belongs to."""

    id: strawberry.ID = strawberry.field(description="Its id, to sign in with.")
    name: str = strawberry.field(description="Its name.")


@object_type
class SignInPayload:
    """What became of a sign-in."""

    token: str | None = strawberry.field(
        description="The access token; send it as `Authorization: Bearer …`."
    )
    expires_at: DateTime | None = strawberry.field(description="When the token ends.")
    choices: list[TenantChoice] = strawberry.field(
        description="The tenants to choose from, where the account belongs to several."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SignOutPayload:
    """What became of a sign-out."""

    signed_out: bool = strawberry.field(
        description="Whether the session has ended; its tokens stop within 5 seconds everywhere."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SigningMutation:
    """How sessions begin and end."""

    @strawberry.mutation(description="Sign in with an e-mail address and a password.")
    async def sign_in(self, input: InputOf[SignInInput]) -> SignInPayload:
        choices: list[TenantChoice] = []

        async def work() -> SignedIn:
            tenant_id = read_id("tenant", input.tenant_id, "tenantId") if input.tenant_id else None
            try:
                return await sign_in(input.email, input.password, tenant_id)
            except ChooseTenant as error:
                choices.extend(
                    TenantChoice(
                        id=strawberry.ID(ids.show("tenant", one.tenant_id)), name=one.tenant_name
                    )
                    for one in error.choices
                )
                raise

        # A wrong password is the user's to put right, so it is no error of the request.
        signed_in, errors = await attempt(work, NotAllowed)
        return SignInPayload(
            token=signed_in.token if signed_in else None,
            expires_at=DateTime(signed_in.expires_at) if signed_in else None,
            choices=choices,
            user_errors=errors,
        )

    @strawberry.mutation(
        description="End the session of the token that asks.",
        directives=[SIGNED_IN],
    )
    async def sign_out(self, info: Info) -> SignOutPayload:
        await sign_out(info.context.me.session)
        return SignOutPayload(signed_out=True, user_errors=[])
