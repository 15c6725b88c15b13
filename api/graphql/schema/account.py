"""The account of whoever has signed in: address, password, second factor (F2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import tenants
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import SIGNED_IN
from tenants import AccountState


@object_type
class Account:
    """What one signs in with; it may be at home in several tenants."""

    row: strawberry.Private[AccountState]

    @strawberry.field(description="Its e-mail address.")
    def email(self) -> str:
        return self.row.email

    @strawberry.field(description="Whether the address has proven to be its holder's.")
    def email_verified(self) -> bool:
        return self.row.is_verified

    @strawberry.field(description="Whether signing in takes a code of a second factor.")
    def second_factor(self) -> bool:
        return self.row.has_factor

    @strawberry.field(description="How many recovery codes are left.")
    def recovery_codes_left(self) -> int:
        return self.row.recovery_codes


@input_type
class EmailVerifyInput:
    """A proof of an address."""

    token: str = strawberry.field(description="What the link of the mail carries.")


@input_type
class PasswordResetRequestInput:
    """Who has forgotten a password."""

    email: str = strawberry.field(description="The account's e-mail address.")


@input_type
class PasswordResetInput:
    """A new password by a link of a mail."""

    token: str = strawberry.field(description="What the link of the mail carries.")
    password: str = strawberry.field(description="The new password: 12 characters or more.")


@input_type
class PasswordChangeInput:
    """Another password."""

    old: str = strawberry.field(description="The present password.")
    new: str = strawberry.field(description="The new one: 12 characters or more.")
    code: str | None = strawberry.field(
        default=None, description="A code of the second factor, where the account has one."
    )


@input_type
class SecondFactorSetUpInput:
    """A second factor to set up."""

    password: str = strawberry.field(description="The account's password.")


@input_type
class SecondFactorConfirmInput:
    """A second factor that works."""

    code: str = strawberry.field(description="The six digits that the app shows.")


@input_type
class SecondFactorTakeOffInput:
    """A second factor to take off."""

    password: str = strawberry.field(description="The account's password.")
    code: str = strawberry.field(description="A code of the app, or a recovery code.")


@object_type
class DonePayload:
    """What became of a step that has nothing to show."""

    done: bool = strawberry.field(description="Whether it was done.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class AccountPayload:
    """What became of a step with the viewer's account."""

    account: Account | None = strawberry.field(description="The account as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SecondFactorSetUpPayload:
    """What became of a wish for a second factor; it counts once it is confirmed."""

    secret: str | None = strawberry.field(
        description="What to type into an authenticator app (TOTP); told only here and now."
    )
    uri: str | None = strawberry.field(description="The same as an otpauth link, for a QR code.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SecondFactorConfirmPayload:
    """What became of the confirmation of a second factor."""

    recovery_codes: list[str] = strawberry.field(
        description="Codes for the day when the app is lost, each good once; told only here and "
        "now."
    )
    account: Account | None = strawberry.field(description="The account as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class AccountMutation:
    """What can be done with an account."""

    @strawberry.mutation(
        description="Send the mail that proves the viewer's address, once a minute at most.",
        directives=[SIGNED_IN],
    )
    async def email_verification_request(self, info: Info) -> DonePayload:
        return await _done(lambda: tenants.ask_for_verification(info.context.me.person))

    @strawberry.mutation(description="Prove an e-mail address by the link that was sent to it.")
    async def email_verify(self, info: Info, input: InputOf[EmailVerifyInput]) -> DonePayload:
        return await _done(lambda: tenants.verify_email(input.token, info.context.address))

    @strawberry.mutation(
        description="Send a link to choose a new password. The answer is the same where the "
        "address has no account."
    )
    async def password_reset_request(
        self, info: Info, input: InputOf[PasswordResetRequestInput]
    ) -> DonePayload:
        return await _done(lambda: tenants.ask_for_reset(input.email, info.context.address))

    @strawberry.mutation(
        description="Choose a new password by the link of a mail; all sessions of the account end."
    )
    async def password_reset(self, info: Info, input: InputOf[PasswordResetInput]) -> DonePayload:
        return await _done(
            lambda: tenants.reset_password(input.token, input.password, info.context.address)
        )

    @strawberry.mutation(
        description="Another password for the viewer; all other sessions of the account end.",
        directives=[SIGNED_IN],
    )
    async def password_change(
        self, info: Info, input: InputOf[PasswordChangeInput]
    ) -> AccountPayload:
        me = info.context.me
        return await _changed(
            info.context,
            lambda: tenants.change_password(
                me.person, me.session, input.old, input.new, input.code
            ),
        )

    @strawberry.mutation(
        description="Set up an authenticator app as the second factor of the viewer's account.",
        directives=[SIGNED_IN],
    )
    async def second_factor_set_up(
        self, info: Info, input: InputOf[SecondFactorSetUpInput]
    ) -> SecondFactorSetUpPayload:
        secret, errors = await attempt(
            lambda: tenants.set_up_factor(info.context.me.person, input.password)
        )
        return SecondFactorSetUpPayload(
            secret=secret.text if secret else None,
            uri=secret.uri if secret else None,
            user_errors=errors,
        )

    @strawberry.mutation(
        description="Show that the app works: from now on signing in takes its codes.",
        directives=[SIGNED_IN],
    )
    async def second_factor_confirm(
        self, info: Info, input: InputOf[SecondFactorConfirmInput]
    ) -> SecondFactorConfirmPayload:
        codes, errors = await attempt(
            lambda: tenants.confirm_factor(info.context.me.person, input.code)
        )
        return SecondFactorConfirmPayload(
            recovery_codes=codes or [],
            account=await own_account(info.context),
            user_errors=errors,
        )

    @strawberry.mutation(
        description="Take the second factor off the viewer's account.", directives=[SIGNED_IN]
    )
    async def second_factor_take_off(
        self, info: Info, input: InputOf[SecondFactorTakeOffInput]
    ) -> AccountPayload:
        return await _changed(
            info.context,
            lambda: tenants.take_off_factor(info.context.me.person, input.password, input.code),
        )


async def own_account(asked: Context) -> Account | None:
    """The viewer's account; null for a key."""
    if asked.me.person_id is None:
        return None
    return Account(row=await tenants.account_state(asked.me.person_id))


async def _done(work: Callable[[], Awaitable[None]]) -> DonePayload:
    _, errors = await attempt(work)
    return DonePayload(done=not errors, user_errors=errors)


async def _changed(asked: Context, work: Callable[[], Awaitable[None]]) -> AccountPayload:
    _, errors = await attempt(work)
    return AccountPayload(account=await own_account(asked), user_errors=errors)
