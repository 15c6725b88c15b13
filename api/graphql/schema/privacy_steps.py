"""What can be done with requests for a right (F47)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import privacy
from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import CountryCode, DateTime, Locale, PhoneNumber, TimeZone
from api.graphql.schema.node import read_id
from api.graphql.schema.privacy_requests import PrivacyRequest, PrivacyRight, one_request
from contacts import Correction
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.PRIVACY_WRITE


@input_type
class PrivacyRequestOpenInput:
    """A right that a contact claims."""

    contact: strawberry.ID = strawberry.field(description="Who asks.")
    right: PrivacyRight = strawberry.field(description="Which right.")
    details: str | None = strawberry.field(
        default=None, description="What they said of it: up to 2,000 characters."
    )
    received_at: DateTime | None = strawberry.field(
        default=None, description="When it came, where that was earlier; left out, now."
    )


@input_type
class PrivacyRequestProveInput:
    """That somebody looked who asks."""

    request: strawberry.ID = strawberry.field(description="The request.")
    evidence: str = strawberry.field(
        description="What was looked at, when and by whom: up to 2,000 characters."
    )


@input_type
class PrivacyRequestVerifyInput:
    """The code that a person was sent, and told."""

    request: strawberry.ID = strawberry.field(description="The request.")
    code: str = strawberry.field(description="The code: six digits.")


@input_type
class PrivacyRequestReasonInput:
    """A step that has to be given a reason."""

    request: strawberry.ID = strawberry.field(description="The request.")
    reason: str = strawberry.field(
        description="The reason, in words for the person: 1 to 2,000 characters."
    )


@input_type
class PrivacyRequestInput:
    """A request."""

    request: strawberry.ID = strawberry.field(description="The request.")


@input_type
class CorrectionInput:
    """What is right of a contact; what is left out stays."""

    name: str | None = strawberry.field(
        default=None, description="Their name: 1 to 200 characters."
    )
    language: Locale | None = strawberry.field(default=None, description="Their language.")
    country: CountryCode | None = strawberry.field(default=None, description="Their country.")
    time_zone: TimeZone | None = strawberry.field(default=None, description="Their time zone.")
    phone: PhoneNumber | None = strawberry.field(
        default=None, description="Their number; one that is another contact's is refused (TAKEN)."
    )
    email: str | None = strawberry.field(
        default=None, description="Their e-mail address; another contact's is refused (TAKEN)."
    )


@input_type
class PrivacyRequestFulfilInput:
    """A request to carry out."""

    request: strawberry.ID = strawberry.field(description="The request.")
    correction: CorrectionInput | None = strawberry.field(
        default=None, description="What is right; for a rectification, and for nothing else."
    )


@object_type
class PrivacyRequestPayload:
    """What became of a step with a request."""

    request: PrivacyRequest | None = strawberry.field(description="The request as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class PrivacyRequestMutation:
    """What can be done with requests."""

    @strawberry.mutation(
        description="Enter a right that a contact claims. Its month runs from receipt, and stands "
        "until it is made sure who asks.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def privacy_request_open(
        self, info: Info, input: InputOf[PrivacyRequestOpenInput]
    ) -> PrivacyRequestPayload:
        me = info.context.me

        async def work() -> Id:
            return await privacy.open_request(
                str(input.right.value),
                read_id("contact", input.contact, "contact"),
                "person" if me.person_id else "key",
                me.own_id,
                details=input.details,
                received_at=input.received_at,
            )

        return await _payload(info, work)

    @strawberry.mutation(
        description="Have a one-time code sent to who asks: by message, template or e-mail, as it "
        "can be. It is good for 10 minutes and 3 tries.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def privacy_request_send_code(
        self, info: Info, input: InputOf[PrivacyRequestInput]
    ) -> PrivacyRequestPayload:
        return await _step(info, input.request, privacy.send_code)

    @strawberry.mutation(
        description="Prove by the code that was sent who asks; the clock runs.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def privacy_request_verify(
        self, info: Info, input: InputOf[PrivacyRequestVerifyInput]
    ) -> PrivacyRequestPayload:
        return await _step(info, input.request, lambda one: privacy.verify(one, input.code))

    @strawberry.mutation(
        description="Make sure by hand who asks, and write down how; the clock runs.",
        directives=[requires(_WRITE)],
    )
    async def privacy_request_prove(
        self, info: Info, input: InputOf[PrivacyRequestProveInput]
    ) -> PrivacyRequestPayload:
        return await _step(
            info, input.request, lambda one: privacy.prove(one, "manual", input.evidence)
        )

    @strawberry.mutation(
        description="Let the clock stand while the person is asked what they mean.",
        directives=[requires(_WRITE)],
    )
    async def privacy_request_pause(
        self, info: Info, input: InputOf[PrivacyRequestReasonInput]
    ) -> PrivacyRequestPayload:
        return await _step(info, input.request, lambda one: privacy.pause(one, input.reason))

    @strawberry.mutation(
        description="Let the clock run on; the days on which it stood are added.",
        directives=[requires(_WRITE)],
    )
    async def privacy_request_resume(
        self, info: Info, input: InputOf[PrivacyRequestInput]
    ) -> PrivacyRequestPayload:
        return await _step(info, input.request, privacy.resume)

    @strawberry.mutation(
        description="Take two months more, once, within the first.", directives=[requires(_WRITE)]
    )
    async def privacy_request_extend(
        self, info: Info, input: InputOf[PrivacyRequestReasonInput]
    ) -> PrivacyRequestPayload:
        return await _step(info, input.request, lambda one: privacy.extend(one, input.reason))

    @strawberry.mutation(
        description="Refuse a request, with the reason.", directives=[requires(_WRITE)]
    )
    async def privacy_request_refuse(
        self, info: Info, input: InputOf[PrivacyRequestReasonInput]
    ) -> PrivacyRequestPayload:
        return await _step(info, input.request, lambda one: privacy.refuse(one, input.reason))

    @strawberry.mutation(
        description="Carry a request out: an export or an erasure is begun, a restriction freezes "
        "the contact, an objection ends all marketing, a rectification writes what is right. The "
        "person is told.",
        directives=[requires(_WRITE)],
    )
    async def privacy_request_fulfil(
        self, info: Info, input: InputOf[PrivacyRequestFulfilInput]
    ) -> PrivacyRequestPayload:
        given = input.correction
        right = (
            Correction(
                given.name,
                given.language,
                given.country,
                given.time_zone,
                given.phone and given.phone.removeprefix("+"),
                given.email,
            )
            if given
            else None
        )
        return await _step(info, input.request, lambda one: privacy.fulfil(one, right))

    @strawberry.mutation(
        description="End a restriction that was carried out; the contact is in use again.",
        directives=[requires(_WRITE)],
    )
    async def privacy_request_lift(
        self, info: Info, input: InputOf[PrivacyRequestReasonInput]
    ) -> PrivacyRequestPayload:
        return await _step(
            info, input.request, lambda one: privacy.lift_restriction(one, input.reason)
        )


async def _step(
    info: Info, request: strawberry.ID, work: Callable[[Id], Awaitable[None]]
) -> PrivacyRequestPayload:
    async def step() -> Id:
        request_id = read_id("request", request, "request")
        await work(request_id)
        return request_id

    return await _payload(info, step)


async def _payload(info: Info, work: Callable[[], Awaitable[Id]]) -> PrivacyRequestPayload:
    request_id, errors = await attempt(work)
    info.context.begin_anew()
    shown = await one_request(info.context, request_id) if request_id else None
    return PrivacyRequestPayload(request=shown, user_errors=errors)
