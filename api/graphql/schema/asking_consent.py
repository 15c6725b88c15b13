"""Writing wordings, and asking people for their consent (F9)."""

from __future__ import annotations

from enum import Enum

import strawberry

import contacts
import privacy
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, PhoneNumber
from api.graphql.schema.consents import (
    ConsentAnswering,
    ConsentRequest,
    ConsentWording,
    load_consent_requests,
    load_wordings,
)
from api.graphql.schema.node import read_id
from contacts import Wording
from kernel import clock
from kernel.errors import Invalid
from kernel.ids import Id
from privacy import FirstYes
from tenants import Permission

_LONGEST = 1000


@enum_type
class ConsentMethod(Enum):
    """How somebody gave their first yes. A list of people is none."""

    FORM = strawberry.enum_value("form", description="They filled in a form on a web page.")
    CHECKOUT = strawberry.enum_value("checkout", description="They ticked a box at the checkout.")
    PAPER = strawberry.enum_value("paper", description="They signed a paper.")
    IN_PERSON = strawberry.enum_value("in_person", description="They said so, face to face.")
    PHONE = strawberry.enum_value("phone", description="They said so on the phone.")
    CHAT = strawberry.enum_value("chat", description="They wrote so, in a chat or mail.")


@input_type
class ConsentWordingCreateInput:
    """What people are to be asked to agree to."""

    name: str = strawberry.field(
        description="A code for all its versions and languages; people can ask for the one called "
        "marketing by a word such as START."
    )
    locale: str = strawberry.field(description="Its language, BCP 47: es-ES.")
    statement: str = strawberry.field(
        description="What they agree to, up to 500 characters; {store} is the store's name."
    )
    purpose: str = strawberry.field(
        default=contacts.MARKETING, description="For what: a code such as marketing."
    )
    topic: str = strawberry.field(
        default="", description="For which topic of it: a code; empty for the whole purpose."
    )
    prompt: str = strawberry.field(
        default="",
        description="What asks for the second yes, up to 400 characters, with {store} and "
        "{statement}; empty for the usual words.",
    )
    notice: str = strawberry.field(
        default="", description="Which version of the privacy notice is shown with it."
    )
    template_name: str | None = strawberry.field(
        default=None,
        description="The template that asks outside the 24 hours: without variables but for that "
        "of a link.",
    )
    answered_by: ConsentAnswering = strawberry.field(
        default=ConsentAnswering.BUTTONS, description="How the template is answered."
    )


@input_type
class ConsentRequestInput:
    """Somebody's first yes. Give the contact or the phone."""

    contact: strawberry.ID | None = strawberry.field(default=None, description="Who agreed.")
    phone: PhoneNumber | None = strawberry.field(
        default=None, description="Their number; whoever is new becomes a contact."
    )
    wording: strawberry.ID = strawberry.field(
        description="What they agreed to: the version that they were shown."
    )
    method: ConsentMethod = strawberry.field(description="How they gave it.")
    evidence: str = strawberry.field(
        description="What shows it, 1 to 1,000 characters: the form and its entry, the document, "
        "who was there."
    )
    at: DateTime | None = strawberry.field(
        default=None, description="When they gave it; left out, now."
    )
    ip_address: str | None = strawberry.field(
        default=None, description="From where, for a step on the web."
    )
    user_agent: str | None = strawberry.field(
        default=None, description="By which browser, for a step on the web."
    )
    number: strawberry.ID | None = strawberry.field(
        default=None,
        description="The business number that is to ask; left out, the one they wrote to last.",
    )
    incentive: str | None = strawberry.field(
        default=None, description="The coupon that the second yes earns, up to 60 characters."
    )


@object_type
class ConsentWordingCreatePayload:
    """What became of a wording."""

    wording: ConsentWording | None = strawberry.field(description="The version as it is kept.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ConsentRequestPayload:
    """What became of a first yes."""

    request: ConsentRequest | None = strawberry.field(
        description="The request; where one was open for the same, that one."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class AskingConsentMutation:
    """Asking people for their consent."""

    @strawberry.mutation(
        description="Keep a wording as the next version of its name in its language.",
        directives=[requires(Permission.PRIVACY_WRITE)],
    )
    async def consent_wording_create(
        self, info: Info, input: InputOf[ConsentWordingCreateInput]
    ) -> ConsentWordingCreatePayload:
        async def work() -> Id:
            return await contacts.add_wording(
                Wording(
                    input.name,
                    input.locale,
                    input.statement,
                    input.purpose,
                    input.topic,
                    input.prompt,
                    input.notice,
                    input.template_name,
                    str(input.answered_by.value),
                )
            )

        wording_id, errors = await attempt(work)
        found = await info.context.loader(load_wordings).many([wording_id] if wording_id else [])
        wording = found.get(wording_id) if wording_id else None
        return ConsentWordingCreatePayload(wording=wording, user_errors=errors)

    @strawberry.mutation(
        description="Write down somebody's first yes and ask them for the second, once, on "
        "WhatsApp. Nothing is sent to them for marketing before they gave it. Who agreed to an "
        "older version can be asked again: their second yes takes the place of the earlier one.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def consent_request(
        self, info: Info, input: InputOf[ConsentRequestInput]
    ) -> ConsentRequestPayload:
        asked = info.context

        async def work() -> Id:
            return await privacy.ask(_first_yes(asked, input))

        request_id, errors = await attempt(work)
        asked.begin_anew()
        found = await asked.loader(load_consent_requests).many([request_id] if request_id else [])
        await asked.unseal.fetch()
        request = found.get(request_id) if request_id else None
        return ConsentRequestPayload(request=request, user_errors=errors)


def _first_yes(asked: Context, given: ConsentRequestInput) -> FirstYes:
    evidence = _line(given.evidence, "evidence", _LONGEST)
    if not evidence:
        raise Invalid("What shows the yes is wanted.", code="EMPTY", field=("evidence",))
    incentive = _line(given.incentive or "", "incentive", 60)
    if (given.contact is None) == (given.phone is None):
        raise Invalid("Give either contact or phone.", field=("contact",))
    return FirstYes(
        contact_id=read_id("contact", given.contact, "contact") if given.contact else None,
        phone=str(given.phone).removeprefix("+") if given.phone else None,
        wording_id=read_id("wording", given.wording, "wording"),
        method=str(given.method.value),
        at=given.at or clock.now(),
        evidence={
            "evidence": evidence,
            "ip": _line(given.ip_address or "", "ip_address", 60) or None,
            "user_agent": _line(given.user_agent or "", "user_agent", 300) or None,
        },
        actor_kind="person" if asked.me.person_id else "key",
        actor_id=asked.me.own_id,
        number_id=read_id("number", given.number, "number") if given.number else None,
        incentive=incentive or None,
        is_renewal=True,
    )


def _line(text: str, field: str, longest: int) -> str:
    tidy = text.strip()
    if len(tidy) > longest:
        message = f"At most {longest} characters are wanted."
        raise Invalid(message, code="TOO_LONG", field=(field,))
    if any(letter < " " and letter != "\n" for letter in tidy):
        raise Invalid("It holds characters that cannot be kept.", field=(field,))
    return tidy
