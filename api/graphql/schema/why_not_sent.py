"""Why somebody did not get a campaign, or would not: what was decided, or would be (F21)."""

from __future__ import annotations

from typing import Annotated

import strawberry

import campaigns
import contacts
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import object_type
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.campaign_reviews import Ruling
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.node import read_id
from api.graphql.schema.sends import SendReason, SendState, show_reasons
from conversations import Decision, SendRow
from kernel.errors import NotFound
from tenants import Permission


@object_type
class SendDecision:
    """What was decided on a message to somebody; without a state, what would be decided now."""

    decision: strawberry.Private[Decision]
    row: strawberry.Private[SendRow | None]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Whether it may leave.")
    def ruling(self) -> Ruling:
        return Ruling(self.decision.ruling)

    @strawberry.field(description="Everything that stands in its way, or did, all at once.")
    def reasons(self) -> list[SendReason]:
        return show_reasons(self.decision.reasons)

    @strawberry.field(description="When what waits is looked at again; null for what does not.")
    def until(self) -> DateTime | None:
        if self.row is None:
            return when(self.decision.until)
        return DateTime(self.row["due_at"]) if self.row["state"] == "queued" else None

    @strawberry.field(description="When it was decided; null for what is asked only now.")
    def decided_at(self) -> DateTime | None:
        at = conversations.decided_at(self.row["decision"]) if self.row else None
        return when(at)

    @strawberry.field(
        description="How far the message is on its way; null where there is none yet, or none is "
        "meant for them."
    )
    def state(self) -> SendState | None:
        return SendState(self.row["state"]) if self.row else None

    @strawberry.field(
        description="The message in its thread, once it was written.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    def message(self) -> Message | None:
        message_id = self.row["message_id"] if self.row else None
        return self.asked.loader(load_messages).get(message_id) if message_id else None


@object_type
class WhyNotSentQuery:
    """Asking why."""

    @strawberry.field(
        description="Why somebody did not get a campaign, or would not if it left now: what was "
        "decided on their message, or else what the same rules say of it.",
        directives=[requires(Permission.CAMPAIGNS_READ)],
    )
    async def why_not_sent(
        self,
        info: Info,
        campaign: Annotated[strawberry.ID, strawberry.argument(description="The campaign.")],
        contact: Annotated[strawberry.ID, strawberry.argument(description="Somebody.")],
    ) -> SendDecision:
        campaign_id = read_id("campaign", campaign, "campaign")
        contact_id = read_id("contact", contact, "contact")
        found = (await campaigns.campaigns_by_ids([campaign_id])).get(campaign_id)
        if found is None:
            raise NotFound("There is no such campaign.", field=("campaign",))
        person = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
        if person is None:
            raise NotFound("There is no such contact.", field=("contact",))
        contact_id = person["merged_into"] or contact_id
        row = await conversations.send_to(contact_id, campaign_id)
        decision = (
            conversations.decision_of(row)
            if row
            else await campaigns.rehearse_for(found, contact_id)
        )
        return SendDecision(decision=decision, row=row, asked=info.context)
