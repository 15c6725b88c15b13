"""Colleagues put right what a message was read as."""

from __future__ import annotations

from typing import cast

import strawberry

import scoring
from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.messages import Message, load_messages
from api.graphql.schema.node import read_id
from api.graphql.schema.scores import MessageIntent, MessageTopic, Mood
from kernel.ids import Id
from tenants import Permission


@input_type
class MessageScoreCorrectInput:
    """What a message really is; what is left out stays as it was."""

    message: strawberry.ID = strawberry.field(description="The message.")
    intent: MessageIntent | None = strawberry.field(
        default=None, description="What it is after; the level follows from it."
    )
    language: str | None = strawberry.field(
        default=None, description="Its language: ar, de, en, es, id, pt, ru or zh."
    )
    mood: Mood | None = strawberry.field(default=None, description="How it feels.")
    topics: list[MessageTopic] | None = strawberry.field(
        default=None, description="What it is about; an empty list for nothing of these."
    )


@object_type
class MessageScorePayload:
    """What became of a correction."""

    message: Message | None = strawberry.field(description="The message with its score.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ScoreMutation:
    """Putting scores right."""

    @strawberry.mutation(
        description="Say what a scored message really is. It counts before the model's word and is "
        "kept for the tenant to learn from.",
        directives=[requires(Permission.CONVERSATIONS_WRITE)],
    )
    async def message_score_correct(
        self, info: Info, input: InputOf[MessageScoreCorrectInput]
    ) -> MessageScorePayload:
        asked = info.context

        async def work() -> Id:
            message_id = read_id("message", input.message, "message")
            await scoring.correct_score(
                message_id,
                asked.me.person_id,
                intent=str(input.intent.value) if input.intent else None,
                language=input.language,
                mood=cast(int, input.mood.value) if input.mood else None,
                topics=None if input.topics is None else [str(one.value) for one in input.topics],
            )
            return message_id

        message_id, errors = await attempt(work)
        asked.begin_anew()
        found = await asked.loader(load_messages).many([message_id] if message_id else [])
        await asked.unseal.fetch()
        return MessageScorePayload(
            message=found.get(message_id) if message_id else None, user_errors=errors
        )
