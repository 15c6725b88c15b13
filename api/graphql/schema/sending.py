"""Sending messages, and sending again what was given up."""

from __future__ import annotations

from typing import cast

import strawberry

import contacts
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, object_type
from api.graphql.payloads import UserError, UserErrorCode, attempt
from api.graphql.permissions import requires
from api.graphql.schema import pace_kinds
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.node import read_id
from api.graphql.schema.sending_content import field_of, read_content
from api.graphql.schema.sending_inputs import MessageRetryInput, MessageSendInput
from api.graphql.schema.templates import Template
from conversations import Outgoing, PaceKind
from kernel import ids
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.CONVERSATIONS_WRITE
_SERVES = pace_kinds.PaceKind.SERVICE


@object_type
class MessageSendPayload:
    """What became of a wish to send."""

    asked: strawberry.Private[Context]
    # The thread, where nothing but a template may be sent.
    closed: strawberry.Private[Id | None]

    message: Message | None = strawberry.field(
        description="The message as it stands in the thread: it goes out right after."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was not taken, all reasons at once; nothing of it was kept then."
    )

    @strawberry.field(
        description="Where the window is closed: the approved templates that may be sent instead "
        "now, by name, up to 50.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def templates_that_fit(self) -> list[Template]:
        if self.closed is None:
            return []
        rows = await conversations.templates_that_fit(self.closed)
        return [Template(row=row, asked=self.asked) for row in rows]


@object_type
class MessageRetryPayload:
    """What became of a wish to send again."""

    message: Message | None = strawberry.field(description="The message as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class SendingMutation:
    """Sending messages."""

    @strawberry.mutation(
        description="Send a message in a thread. Outside the 24 hours after the customer's last "
        "message only a template may be sent.",
        directives=[requires(_WRITE)],
    )
    async def message_send(
        self, info: Info, input: InputOf[MessageSendInput]
    ) -> MessageSendPayload:
        asked = info.context

        async def work() -> Id:
            about = (
                read_id("message", input.in_reply_to, "inReplyTo") if input.in_reply_to else None
            )
            topic_id = read_id("topic", input.topic, "topic") if input.topic else None
            queued = await conversations.queue(
                Outgoing(
                    conversation_id=read_id("conversation", input.conversation, "conversation"),
                    content=read_content(input.content),
                    origin="person" if asked.me.person_id else "key",
                    origin_id=asked.me.own_id,
                    key=ids.new_id() if input.key is None else input.key,
                    about=about,
                    topic=await contacts.topic_code(topic_id) if topic_id else "",
                    pace_kind=cast(
                        PaceKind, input.pace_kind.value if input.pace_kind else "service"
                    ),
                    expires_at=input.expires_at,
                )
            )
            return queued.message_id

        message_id, errors = await attempt(work)
        for error in errors:
            error.field = field_of(input.content, error.field)
        is_closed = any(error.code is UserErrorCode.WINDOW_CLOSED for error in errors)
        return MessageSendPayload(
            message=await _message(asked, message_id),
            user_errors=errors,
            asked=asked,
            closed=ids.read("conversation", input.conversation) if is_closed else None,
        )

    @strawberry.mutation(
        description="Send again a message that was given up (its send is FAILED or REFUSED), as it "
        "is. Where its outcome was never known, it may reach the customer twice.",
        directives=[requires(_WRITE)],
    )
    async def message_retry(
        self, info: Info, input: InputOf[MessageRetryInput]
    ) -> MessageRetryPayload:
        async def work() -> Id:
            message_id = read_id("message", input.message, "message")
            await conversations.retry(message_id)
            return message_id

        message_id, errors = await attempt(work)
        message = await _message(info.context, message_id)
        return MessageRetryPayload(message=message, user_errors=errors)


async def _message(asked: Context, message_id: Id | None) -> Message | None:
    """The message as it is now."""
    if message_id is None:
        return None
    asked.begin_anew()
    found = await asked.loader(load_messages).many([message_id])
    await asked.unseal.fetch()
    return found.get(message_id)
