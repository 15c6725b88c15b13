"""What became of each recipient of a campaign, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast

import strawberry

import campaigns as room
import conversations
from api.graphql.context import Context
from api.graphql.described import input_type, object_type
from api.graphql.pages import Connection, PageArgs, PageList, read_page
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.sends import SendReason, SendState, show_reasons
from kernel.ids import Id
from tenants import Permission


@object_type
class CampaignRecipient:
    """Somebody whom a campaign was frozen for."""

    row: strawberry.Private[room.RecipientRow]
    asked: strawberry.Private[Context]

    @strawberry.field(description="Who it is.", directives=[requires(Permission.CONTACTS_READ)])
    def contact(self) -> Contact:
        return cast(Contact, self.asked.loader(load_contacts).get(self.row["contact_id"]))

    @strawberry.field(description="How far their message is on its way to the platform.")
    def state(self) -> SendState:
        return SendState(self.row["state"])

    @strawberry.field(
        description="Everything that stands in its way, or did; until names the end of a wait."
    )
    def reasons(self) -> list[SendReason]:
        if self.row["state"] == "sent":
            return []
        return show_reasons(conversations.read_decision(self.row["decision"]).reasons)

    @strawberry.field(
        description="Their message in the thread, once it was written.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    def message(self) -> Message | None:
        message_id = self.row["message_id"]
        return self.asked.loader(load_messages).get(message_id) if message_id else None

    @strawberry.field(description="How often it was handed to the platform.")
    def attempts(self) -> int:
        return self.row["attempts"]

    @strawberry.field(description="When it is due, or was.")
    def due_at(self) -> DateTime:
        return DateTime(self.row["due_at"])

    @strawberry.field(description="When it was handed to the platform last.")
    def attempted_at(self) -> DateTime | None:
        return when(self.row["attempted_at"])

    @strawberry.field(description="When the platform sent it on.")
    def sent_at(self) -> DateTime | None:
        return when(self.row["sent_at"])

    @strawberry.field(description="When it was delivered.")
    def delivered_at(self) -> DateTime | None:
        return when(self.row["delivered_at"])

    @strawberry.field(description="When it was read, where they let that be known.")
    def read_at(self) -> DateTime | None:
        return when(self.row["read_at"])

    @strawberry.field(description="When it failed.")
    def failed_at(self) -> DateTime | None:
        return when(self.row["failed_at"])

    @strawberry.field(description="The platform's code for why it failed.")
    def error_code(self) -> int | None:
        return self.row["error_code"]


@input_type
class CampaignRecipientFilter:
    """Which recipients are wanted; all conditions hold together."""

    states: list[SendState] | None = strawberry.field(
        default=None, description="Those in one of these states."
    )
    reason: str | None = strawberry.field(
        default=None, description="Those with this code as the first of their reasons: NO_CONSENT."
    )


CampaignRecipientFilterArg = Annotated[
    CampaignRecipientFilter | None, strawberry.argument(description="Which are wanted.")
]


async def recipients_of(
    asked: Context, campaign_id: Id, given: CampaignRecipientFilter | None, args: PageArgs
) -> Connection[CampaignRecipient]:
    """The recipients of a campaign under a filter."""
    states = given.states if given else None
    wanted = room.RecipientFilter(
        None if states is None else [str(one.value) for one in states],
        given.reason if given else None,
    )

    def make(rows: Sequence[room.RecipientRow]) -> list[CampaignRecipient]:
        return [CampaignRecipient(row=row, asked=asked) for row in rows]

    return await read_page(
        args,
        PageList("campaignRecipients", campaign_id, wanted),
        "ASC",
        lambda direction, place, limit: room.recipient_page(
            campaign_id, wanted, cast("tuple[Id, Id] | None", place), direction, limit
        ),
        lambda row: (row["mailing_id"], row["id"]),
        lambda: room.count_recipients(campaign_id, wanted),
        make,
    )
