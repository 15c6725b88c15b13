"""What happens in threads, as it happens: the inbox and one conversation, resumable by cursor."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, cast

import strawberry

import conversations as room
from api.graphql.context import Context, Info
from api.graphql.described import object_type
from api.graphql.pages import PageList
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.alerts import AlertSubscription
from api.graphql.schema.campaigns import CampaignSubscription
from api.graphql.schema.conversations import Conversation, load_conversations
from api.graphql.schema.exports import ExportSubscription
from api.graphql.schema.filters import ConversationFilterArg, conversation_conditions
from api.graphql.schema.jobs import JobSubscription
from api.graphql.schema.kpis import KpiSubscription
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.node import read_id
from api.graphql.tail import TAIL
from kernel.errors import NotFound
from kernel.events import Cursor, Event
from kernel.ids import Id
from tenants import Permission

_EVENTS = PageList("events")

ResumeAfter = Annotated[
    str | None,
    strawberry.argument(
        description="Begin behind the event with this cursor; left out, with what happens now."
    ),
]


@object_type
class InboxEvent:
    """Something happened in a thread."""

    event: strawberry.Private[Event]
    fits: strawberry.Private[bool]
    asked: strawberry.Private[Context]

    @strawberry.field(
        description="Subscribe again with this as `after` to go on from here: opaque."
    )
    def cursor(self) -> str:
        return _EVENTS.seal(self.event.cursor)

    @strawberry.field(
        description="What happened: message.received, message.status_changed, "
        "conversation.assigned, note.written and so on; new ones may appear."
    )
    def kind(self) -> str:
        return self.event.kind

    @strawberry.field(description="When it was recorded.")
    def at(self) -> DateTime:
        return DateTime(self.event.at)

    @strawberry.field(
        description="Whether the thread fits the filter now; where it does not, a list drops it."
    )
    def matches(self) -> bool:
        return self.fits

    @strawberry.field(description="The thread as it is now.")
    def conversation(self) -> Conversation | None:
        return self.asked.loader(load_conversations).get(self.event.refs["conversation"])

    @strawberry.field(description="The message that it is about, as it is now.")
    def message(self) -> Message | None:
        return cast("Message | None", _message(self.asked, self.event))


@object_type
class ConversationEvent:
    """Something happened in this thread."""

    event: strawberry.Private[Event]
    asked: strawberry.Private[Context]

    @strawberry.field(
        description="Subscribe again with this as `after` to go on from here: opaque."
    )
    def cursor(self) -> str:
        return _EVENTS.seal(self.event.cursor)

    @strawberry.field(
        description="What happened: message.received, message.status_changed, "
        "conversation.assigned, note.written and so on; new ones may appear."
    )
    def kind(self) -> str:
        return self.event.kind

    @strawberry.field(description="When it was recorded.")
    def at(self) -> DateTime:
        return DateTime(self.event.at)

    @strawberry.field(description="The thread as it is now.")
    def conversation(self) -> Conversation | None:
        return self.asked.loader(load_conversations).get(self.event.refs["conversation"])

    @strawberry.field(description="The message that it is about, as it is now.")
    def message(self) -> Message | None:
        return cast("Message | None", _message(self.asked, self.event))


@object_type
class Subscription(
    AlertSubscription, CampaignSubscription, ExportSubscription, JobSubscription, KpiSubscription
):
    """What one can be told as it happens, over a websocket."""

    @strawberry.subscription(
        description="What happens in the threads of the tenant that fit a filter, and what makes "
        "them cease to fit.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    async def inbox(
        self, info: Info, filter: ConversationFilterArg = None, after: ResumeAfter = None
    ) -> AsyncGenerator[InboxEvent, None]:
        asked = info.context
        conversation_conditions(asked, filter)  # a wrong filter is told at once
        async for event in TAIL.follow(asked.me.tenant_id, _open(after)):
            thread_id = event.refs.get("conversation")
            if thread_id is None:
                continue
            asked.begin_anew()
            wanted = conversation_conditions(asked, filter)
            fits = bool(await room.conversations_that_match(wanted, [thread_id]))
            # A message in a thread that one does not list is no news; a change of the thread may
            # be why it left the list.
            if fits or event.kind.startswith("conversation."):
                yield InboxEvent(event=event, fits=fits, asked=asked)

    @strawberry.subscription(
        description="What happens in one thread.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    async def conversation(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The conversation.")],
        after: ResumeAfter = None,
    ) -> AsyncGenerator[ConversationEvent, None]:
        asked = info.context
        thread_id = read_id("conversation", id, "id")
        if thread_id not in await asked.loader(load_conversations).many([thread_id]):
            raise NotFound("There is no such conversation.", field=("id",))
        async for event in TAIL.follow(asked.me.tenant_id, _open(after)):
            if thread_id in (event.refs.get("conversation"), event.refs.get("merged")):
                asked.begin_anew()
                yield ConversationEvent(event=event, asked=asked)


async def _message(asked: Context, event: Event) -> Message | None:
    message_id: Id | None = event.refs.get("message")
    if message_id is not None and event.kind == "message.changed":
        # The event names the change; it is about the message that it changes.
        message_id = (await room.changed_messages([message_id])).get(message_id)
    if message_id is None:
        return None
    found = await asked.loader(load_messages).many([message_id])
    await asked.unseal.fetch()
    return found.get(message_id)


def _open(after: str | None) -> Cursor | None:
    if after is None:
        return None
    position, event_id = _EVENTS.open(after, "after")
    return position, event_id
