"""Signing up, in and out, and the sessions of whoever has signed in (F1, F2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import tenants
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import SIGNED_IN
from api.graphql.scalars import DateTime, when
from api.graphql.schema.node import read_id
from kernel import ids, tenancy
from kernel.errors import NotAllowed
from tenants import ChooseTenant, Role, SessionRow, SignedIn

_CODE = "A code of the account's second factor, or a recovery code, where it has one."


@input_type
class SignInInput:
    """Who signs in."""

    email: str = strawberry.field(description="The account's e-mail address.")
    password: str = strawberry.field(description="Its password.")
    code: str | None = strawberry.field(default=None, description=_CODE)
    tenant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which tenant, where the account belongs to several."
    )


@input_type
class SignUpInput:
    """A store that signs up, and its first owner."""

    name: str = strawberry.field(description="The store's name.")
    country: str = strawberry.field(description="Where it is at home, ISO 3166-1 alpha-2: ES.")
    locale: str = strawberry.field(description="Its language and region, BCP 47: es-ES.")
    time_zone: str = strawberry.field(description="The zone of its business hours: Europe/Madrid.")
    currency: str = strawberry.field(description="The currency of its figures, ISO 4217: EUR.")
    owner_email: str = strawberry.field(
        description="The owner's e-mail address; one that has an account comes with its password."
    )
    owner_name: str = strawberry.field(description="The owner's name, as colleagues see it.")
    password: str = strawberry.field(description="The owner's password: 12 characters or more.")
    code: str | None = strawberry.field(default=None, description=_CODE)


@input_type
class SessionRenewInput:
    """A session to renew."""

    refresh_token: str = strawberry.field(
        description="The newest refresh token of the session. It is good once: the answer has the "
        "next. Where the answer was lost, the same within 10 seconds gets the same answer."
    )


@input_type
class SessionEndInput:
    """A session to end."""

    session: strawberry.ID = strawberry.field(description="One of the viewer's own sessions.")


@object_type
class TenantChoice:
    """A tenant that the account belongs to."""

    id: strawberry.ID = strawberry.field(description="Its id, to sign in with.")
    name: str = strawberry.field(description="Its name.")


@object_type
class SignInPayload:
    """What became of a wish to come in."""

    token: str | None = strawberry.field(
        description="The access token; send it as `Authorization: Bearer …`."
    )
    expires_at: DateTime | None = strawberry.field(description="When the access token ends.")
    refresh_token: str | None = strawberry.field(
        description="What sessionRenew wants for the next access token; keep it secret."
    )
    refresh_expires_at: DateTime | None = strawberry.field(
        description="When the session ends, unless it is renewed before."
    )
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
class Session:
    """One sign-in of the viewer, on one device."""

    row: strawberry.Private[SessionRow]
    mine: strawberry.Private[str | None]

    @strawberry.field(description="Its id, to end it with.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.show("session", self.row.id))

    @strawberry.field(description="When it began.")
    def created_at(self) -> DateTime:
        return DateTime(self.row.created_at)

    @strawberry.field(description="When it was renewed last; null for never.")
    def renewed_at(self) -> DateTime | None:
        return when(self.row.refreshed_at)

    @strawberry.field(description="When it ends, unless it is renewed before.")
    def expires_at(self) -> DateTime:
        return DateTime(self.row.expires_at)

    @strawberry.field(description="Whether it is the one that asks.")
    def current(self) -> bool:
        return self.row.id == self.mine


@object_type
class SessionsPayload:
    """What became of a wish to end sessions."""

    sessions: list[Session] = strawberry.field(
        description="The viewer's sessions that still stand, oldest first."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SigningMutation:
    """How sessions begin, go on and end."""

    @strawberry.mutation(
        description="Sign up a store with its first owner, who is signed in; a mail asks the owner "
        "to verify the address."
    )
    async def sign_up(self, info: Info, input: InputOf[SignUpInput]) -> SignInPayload:
        async def work() -> SignedIn:
            founded = await tenants.found(
                **vars(input), is_verified=False, address=info.context.address
            )
            with tenancy.acting_for(founded.tenant_id):
                return await tenants.begin(founded.person_id, Role.OWNER)

        return await come_in(work)

    @strawberry.mutation(description="Sign in with an e-mail address and a password.")
    async def sign_in(self, info: Info, input: InputOf[SignInInput]) -> SignInPayload:
        async def work() -> SignedIn:
            tenant_id = read_id("tenant", input.tenant_id, "tenantId") if input.tenant_id else None
            return await tenants.sign_in(
                input.email,
                input.password,
                tenant_id,
                code=input.code,
                address=info.context.address,
            )

        return await come_in(work)

    @strawberry.mutation(
        description="A fresh access token for a session, and its next refresh token."
    )
    async def session_renew(self, input: InputOf[SessionRenewInput]) -> SignInPayload:
        return await come_in(lambda: tenants.renew(input.refresh_token))

    @strawberry.mutation(
        description="End the session of the token that asks.",
        directives=[SIGNED_IN],
    )
    async def sign_out(self, info: Info) -> SignOutPayload:
        me = info.context.me
        await tenants.end_session(me.person, me.session)
        return SignOutPayload(signed_out=True, user_errors=[])

    @strawberry.mutation(
        description="End one of the viewer's own sessions, as on a lost phone.",
        directives=[SIGNED_IN],
    )
    async def session_end(self, info: Info, input: InputOf[SessionEndInput]) -> SessionsPayload:
        async def work() -> None:
            session_id = read_id("session", input.session, "session")
            await tenants.end_session(info.context.me.person, session_id)

        _, errors = await attempt(work)
        return SessionsPayload(sessions=await own_sessions(info.context), user_errors=errors)

    @strawberry.mutation(
        description="End all of the viewer's sessions but the one that asks.",
        directives=[SIGNED_IN],
    )
    async def session_end_others(self, info: Info) -> SessionsPayload:
        me = info.context.me
        await tenants.end_sessions(me.person, but=me.session)
        return SessionsPayload(sessions=await own_sessions(info.context), user_errors=[])


async def own_sessions(asked: Context) -> list[Session]:
    """The viewer's sessions that stand; none for a key."""
    if asked.me.person_id is None:
        return []
    rows = await tenants.list_sessions(asked.me.person_id)
    return [Session(row=row, mine=asked.me.session_id) for row in rows]


async def come_in(work: Callable[[], Awaitable[SignedIn]]) -> SignInPayload:
    """A session that begins or goes on, or what stood in its way."""
    choices: list[TenantChoice] = []

    async def work_or_choose() -> SignedIn:
        try:
            return await work()
        except ChooseTenant as error:
            choices.extend(
                TenantChoice(
                    id=strawberry.ID(ids.show("tenant", one.tenant_id)), name=one.tenant_name
                )
                for one in error.choices
            )
            raise

    # A wrong password is the user's to put right, so it is no error of the request.
    signed_in, errors = await attempt(work_or_choose, NotAllowed)
    return SignInPayload(
        token=signed_in.token if signed_in else None,
        expires_at=DateTime(signed_in.expires_at) if signed_in else None,
        refresh_token=signed_in.refresh_token if signed_in else None,
        refresh_expires_at=DateTime(signed_in.refresh_expires_at) if signed_in else None,
        choices=choices,
        user_errors=errors,
    )
