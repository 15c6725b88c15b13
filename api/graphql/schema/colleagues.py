"""Colleagues are invited, change their roles, and leave (F2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import conversations
import tenants
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, page_of_all
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.node import read_id
from api.graphql.schema.people import Person, Role, load_people
from api.graphql.schema.signing import SignInPayload, come_in
from kernel import database, ids
from kernel.ids import Id
from tenants import InvitationRow, Permission

_WRITE = Permission.PEOPLE_WRITE


@object_type
class Invitation:
    """Somebody was asked by mail to work with the tenant, and has not answered yet."""

    row: strawberry.Private[InvitationRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Its id, to withdraw it with.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.show("invitation", self.row.id))

    @strawberry.field(description="The address that it went to.", directives=[requires(_WRITE)])
    def email(self) -> str:
        return self.row.email

    @strawberry.field(description="The name that colleagues will see.")
    def name(self) -> str:
        return self.row.name

    @strawberry.field(description="What they will be.")
    def role(self) -> Role:
        return Role(self.row.role.value)

    @strawberry.field(description="Who sent it.")
    def invited_by(self) -> Person | None:
        return self.asked.loader(load_people).get(self.row.invited_by)

    @strawberry.field(description="When it was sent.")
    def created_at(self) -> DateTime:
        return DateTime(self.row.created_at)

    @strawberry.field(description="When its link stops to work.")
    def expires_at(self) -> DateTime:
        return DateTime(self.row.expires_at)


@input_type
class PersonInviteInput:
    """Somebody to invite."""

    email: str = strawberry.field(description="Where the invitation goes.")
    name: str = strawberry.field(description="The name that colleagues will see.")
    role: Role = strawberry.field(description="What they will be; owners need owners:write.")


@input_type
class InvitationWithdrawInput:
    """An invitation to take back."""

    invitation: strawberry.ID = strawberry.field(description="The invitation.")


@input_type
class InvitationAcceptInput:
    """An invitation to follow."""

    token: str = strawberry.field(description="What the link of the mail carries.")
    password: str = strawberry.field(
        description="A new password, or that of the account which the address has already."
    )
    code: str | None = strawberry.field(
        default=None, description="A code of that account's second factor, where it has one."
    )


@input_type
class PersonChangeRoleInput:
    """Another role for a colleague."""

    person: strawberry.ID = strawberry.field(description="The colleague.")
    role: Role = strawberry.field(description="What they become; owners need owners:write.")


@input_type
class PersonRemoveInput:
    """A colleague who leaves."""

    person: strawberry.ID = strawberry.field(description="The colleague.")
    hand_over_to: strawberry.ID | None = strawberry.field(
        default=None,
        description="The colleague who takes over their threads; left out, nobody has them.",
    )


@input_type
class PersonSignOutInput:
    """A colleague whose sessions are to end."""

    person: strawberry.ID = strawberry.field(description="The colleague.")


@object_type
class PersonInvitePayload:
    """What became of an invitation."""

    invitation: Invitation | None = strawberry.field(description="The invitation.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class InvitationWithdrawPayload:
    """What became of a wish to take an invitation back."""

    withdrawn: bool = strawberry.field(description="Whether its link has stopped to work.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class PersonPayload:
    """What became of a step with a colleague."""

    person: Person | None = strawberry.field(description="The colleague as they are now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class PersonRemovePayload:
    """What became of a colleague's leaving."""

    person: Person | None = strawberry.field(description="The colleague as they are now.")
    handed_over: int | None = strawberry.field(
        description="How many open threads passed to somebody else, or to nobody."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ColleaguesMutation:
    """What can be done with colleagues."""

    @strawberry.mutation(
        description="Invite somebody by mail; a former invitation of the address ends.",
        directives=[requires(_WRITE)],
    )
    async def person_invite(
        self, info: Info, input: InputOf[PersonInviteInput]
    ) -> PersonInvitePayload:
        asked = info.context

        async def work() -> Invitation | None:
            role = str(input.role.value)
            invitation_id = await tenants.invite(
                asked.me.person, input.email, input.name, role, may=asked.me.permissions
            )
            rows = await tenants.list_invitations()
            return next((_invitation(asked, one) for one in rows if one.id == invitation_id), None)

        invitation, errors = await attempt(work)
        return PersonInvitePayload(invitation=invitation, user_errors=errors)

    @strawberry.mutation(description="Take an invitation back.", directives=[requires(_WRITE)])
    async def invitation_withdraw(
        self, input: InputOf[InvitationWithdrawInput]
    ) -> InvitationWithdrawPayload:
        async def work() -> None:
            invitation_id = read_id("invitation", input.invitation, "invitation")
            await tenants.withdraw_invitation(invitation_id)

        _, errors = await attempt(work)
        return InvitationWithdrawPayload(withdrawn=not errors, user_errors=errors)

    @strawberry.mutation(
        description="Join a tenant by the link of an invitation, and be signed in there."
    )
    async def invitation_accept(
        self, info: Info, input: InputOf[InvitationAcceptInput]
    ) -> SignInPayload:
        return await come_in(
            lambda: tenants.accept_invitation(
                input.token, input.password, input.code, address=info.context.address
            )
        )

    @strawberry.mutation(
        description="Give a colleague another role; it counts within 5 seconds.",
        directives=[requires(_WRITE)],
    )
    async def person_change_role(
        self, info: Info, input: InputOf[PersonChangeRoleInput]
    ) -> PersonPayload:
        async def work(person_id: Id) -> None:
            role = tenants.Role(str(input.role.value))
            await tenants.change_role(person_id, role, may=info.context.me.permissions)

        return await _step(info.context, input.person, work)

    @strawberry.mutation(
        description="A colleague leaves: signs in no more, and their threads pass to another, all "
        "in one step. What they wrote stays.",
        directives=[requires(_WRITE)],
    )
    async def person_remove(
        self, info: Info, input: InputOf[PersonRemoveInput]
    ) -> PersonRemovePayload:
        asked, handed_over = info.context, None

        @database.unit_of_work
        async def work(person_id: Id) -> None:
            nonlocal handed_over
            other = input.hand_over_to
            to_id = read_id("person", other, "handOverTo") if other else None
            await tenants.leave(person_id, may=asked.me.permissions)
            handed_over = await conversations.hand_over(person_id, to_id, asked.me.person_id)

        done = await _step(asked, input.person, work)
        return PersonRemovePayload(
            person=done.person,
            handed_over=None if done.user_errors else handed_over,
            user_errors=done.user_errors,
        )

    @strawberry.mutation(
        description="End all sessions of a colleague, within 5 seconds.",
        directives=[requires(_WRITE)],
    )
    async def person_sign_out(
        self, info: Info, input: InputOf[PersonSignOutInput]
    ) -> PersonPayload:
        async def work(person_id: Id) -> None:
            await tenants.sign_out_person(person_id, may=info.context.me.permissions)

        return await _step(info.context, input.person, work)


async def invitations_page(
    info: Info, first: First, after: After, last: Last, before: Before
) -> Connection[Invitation]:
    """The open invitations of the tenant, oldest first."""
    asked = info.context
    return await page_of_all(
        "invitations",
        await tenants.list_invitations(),
        PageArgs.read(first, after, last, before),
        lambda rows: [_invitation(asked, row) for row in rows],
    )


async def _step(
    asked: Context, person: strawberry.ID, work: Callable[[Id], Awaitable[None]]
) -> PersonPayload:
    """Do it, and show the colleague as they are afterwards."""

    async def step() -> Id:
        person_id = read_id("person", person, "person")
        await work(person_id)
        return person_id

    person_id, errors = await attempt(step)
    asked.begin_anew()
    found = await asked.loader(load_people).many([person_id] if person_id else [])
    return PersonPayload(person=found.get(person_id) if person_id else None, user_errors=errors)


def _invitation(asked: Context, row: InvitationRow) -> Invitation:
    return Invitation(row=row, asked=asked)
