"""Withdrawing a consent that somebody told a colleague or a system about (F11)."""

from __future__ import annotations

import strawberry

import contacts
import privacy
from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.node import read_id
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Permission

_LONGEST = 1000


@input_type
class ConsentWithdrawInput:
    """What somebody allows no more."""

    contact: strawberry.ID = strawberry.field(description="Who said so.")
    purpose: str = strawberry.field(
        default=contacts.MARKETING, description="For what: marketing and so on."
    )
    topic: str = strawberry.field(
        default="", description="For which topic of it; empty for the purpose as a whole."
    )
    evidence: str = strawberry.field(
        default="", description="Where and how they said it, up to 1,000 characters."
    )


@object_type
class ConsentWithdrawPayload:
    """What became of a withdrawal."""

    contact: Contact | None = strawberry.field(description="The contact as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class WithdrawingConsentMutation:
    """Withdrawing consents."""

    @strawberry.mutation(
        description="Withdraw somebody's consent, as they wished. It holds before the next message "
        "leaves, for queued ones as well; twice is once.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def consent_withdraw(
        self, info: Info, input: InputOf[ConsentWithdrawInput]
    ) -> ConsentWithdrawPayload:
        asked = info.context

        async def work() -> Id:
            if len(input.evidence) > _LONGEST:
                message = f"At most {_LONGEST} characters are wanted."
                raise Invalid(message, code="TOO_LONG", field=("evidence",))
            contact_id = read_id("contact", input.contact, "contact")
            await privacy.withdraw(
                contact_id,
                input.purpose,
                input.topic,
                {"evidence": input.evidence or None},
                "person" if asked.me.person_id else "key",
                asked.me.own_id,
            )
            return contact_id

        contact_id, errors = await attempt(work)
        asked.begin_anew()
        found = await asked.loader(load_contacts).many([contact_id] if contact_id else [])
        await asked.unseal.fetch()
        contact = found.get(contact_id) if contact_id else None
        return ConsentWithdrawPayload(contact=contact, user_errors=errors)
