"""Messages that were searched for by their words, of all threads."""

from __future__ import annotations

from functools import partial
from typing import Annotated, cast

import strawberry

import conversations as room
from api.graphql.context import Info
from api.graphql.described import object_type
from api.graphql.pages import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.permissions import requires
from api.graphql.schema.filters import word_tokens
from api.graphql.schema.messages import Message, make_messages
from kernel.ids import Id
from tenants import Permission

Words = Annotated[
    str,
    strawberry.argument(
        description="Whole words, in any case, with or without accents; of Chinese, Japanese and "
        "Thai any two letters or more.",
    ),
]


@object_type
class FoundMessagesQuery:
    """Searching for messages."""

    @strawberry.field(
        description="The messages and notes of all threads that have all of these words, the "
        "newest first. What was said last is found within seconds.",
        directives=[requires(Permission.CONTACTS_PERSONAL)],
    )
    async def messages(
        self,
        info: Info,
        search: Words,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Message]:
        info.context.me.require(Permission.CONVERSATIONS_READ)
        tokens = word_tokens(info.context, search, "search") or []
        page = await read_page(
            PageArgs.read(first, after, last, before),
            PageList("messages", search),
            "DESC",
            lambda towards, place, limit: room.found_messages(
                tokens, towards, cast("tuple[int, int, Id] | None", place), limit
            ),
            lambda row: (row["provider_at"], row["tie"], row["id"]),
            lambda: room.count_found(tokens),
            partial(make_messages, info.context),
        )
        await info.context.unseal.fetch()
        return page
