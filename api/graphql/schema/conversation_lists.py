"""Lists of threads: the inbox, read in one statement for each kind of row."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from enum import Enum
from functools import partial
from typing import Any, Literal, cast

import strawberry
from graphql import GraphQLObjectType, GraphQLResolveInfo

import conversations as room
from api.graphql import selection
from api.graphql.context import Context, Info
from api.graphql.described import enum_type
from api.graphql.nested import Nested
from api.graphql.pages import (
    After,
    Before,
    Connection,
    Direction,
    First,
    Last,
    PageArgs,
    PageList,
    read_page,
)
from api.graphql.schema.channels import load_numbers
from api.graphql.schema.contacts import load_contacts, load_identities
from api.graphql.schema.conversations import MESSAGES, Conversation, load_unread
from api.graphql.schema.filters import ConversationFilter, conversation_conditions
from api.graphql.schema.messages import load_messages
from api.graphql.schema.people import load_people
from api.graphql.schema.tags import load_tags_of
from kernel.errors import Invalid
from kernel.ids import Id

Key = Literal["last_message_at", "created_at"]
_OF_IDENTITIES = frozenset({"phone", "identities", "whatsapp"})


@enum_type
class ConversationOrder(Enum):
    """In which order threads are listed."""

    LATEST_MESSAGE = strawberry.enum_value(
        "latest_message", description="The one with the latest message first."
    )
    OLDEST_MESSAGE = strawberry.enum_value(
        "oldest_message", description="The one whose last message is the oldest first."
    )
    NEWEST = strawberry.enum_value("newest", description="The one that began last first.")
    OLDEST = strawberry.enum_value("oldest", description="The one that began first first.")


_ORDERS: dict[ConversationOrder, tuple[Key, Direction]] = {
    ConversationOrder.LATEST_MESSAGE: ("last_message_at", "DESC"),
    ConversationOrder.OLDEST_MESSAGE: ("last_message_at", "ASC"),
    ConversationOrder.NEWEST: ("created_at", "DESC"),
    ConversationOrder.OLDEST: ("created_at", "ASC"),
}


async def inbox_page(
    info: Info,
    given: ConversationFilter | None,
    order: ConversationOrder,
    first: First,
    after: After,
    last: Last,
    before: Before,
) -> Connection[Conversation]:
    """The tenant's threads under a filter."""
    asked = info.context
    args = PageArgs.read(first, after, last, before)
    wanted = conversation_conditions(asked, given)
    key, direction = _ORDERS[order]
    page = await read_page(
        args,
        PageList("conversations", given, order.value),
        direction,
        lambda towards, place, limit: room.conversation_page(
            wanted, key, towards, cast("tuple[int, Id] | None", place), limit
        ),
        lambda row: (row[key], row["id"]),
        lambda: room.count_conversations(wanted),
        partial(_make, asked),
    )
    await _read_ahead(asked, info._raw_info, page.nodes)
    return page


def threads_of(
    asked: Context, contact_id: Id, first: First, after: After, last: Last, before: Before
) -> Connection[Conversation]:
    """The threads of a contact, the one with the latest message first."""
    return _THREADS.page(asked, contact_id, first, after, last, before)


async def _threads_beyond(
    contact_id: Id, direction: Direction, place: tuple[int, Id], limit: int
) -> list[room.ConversationRow]:
    wanted = room.ConversationFilter(contact_id=contact_id)
    return await room.conversation_page(wanted, "last_message_at", direction, place, limit)


def _make(asked: Context, rows: Sequence[room.ConversationRow]) -> list[Conversation]:
    return [Conversation(row=row, asked=asked) for row in rows]


async def _read_ahead(
    asked: Context, info: GraphQLResolveInfo[Context], threads: Sequence[Conversation]
) -> None:
    """Read what the operation selects on the threads: all kinds at once, one statement each.

    Whatever is not foreseen here is read by the loaders when it is resolved.
    """
    fields = selection.of_nodes(info)
    rows = [thread.row for thread in threads]
    contact_ids = [row["contact_id"] for row in rows]
    of_contact = selection.below(info, fields.get("contact", []))
    reads: list[Coroutine[Any, Any, Any]] = []
    if "contact" in fields:
        reads.append(asked.loader(load_contacts).many(contact_ids))
    if asked.sees_personal and _OF_IDENTITIES & of_contact.keys():
        reads.append(asked.loader(load_identities).many(contact_ids))
    if "tags" in of_contact:
        reads.append(asked.loader(load_tags_of).many(contact_ids))
    if "assignee" in fields:
        reads.append(
            asked.loader(load_people).many(
                row["assignee_id"] for row in rows if row["assignee_id"] is not None
            )
        )
    if "unread" in fields:
        reads.append(asked.loader(load_unread).many(row["id"] for row in rows))
    if "channel" in fields:
        reads.append(asked.loader(load_numbers).many(row["number_id"] for row in rows))
    if "lastMessage" in fields:
        reads.append(
            asked.loader(load_messages).many(
                row["last_message_id"] for row in rows if row["last_message_id"] is not None
            )
        )
    if ends := _ends(info, fields):
        reads.append(
            asked.loader(MESSAGES.load_ends).many(
                (row["id"], args) for args in ends for row in rows
            )
        )
    await asyncio.gather(*reads)
    await asked.unseal.fetch()


def _ends(info: GraphQLResolveInfo[Context], fields: selection.Selected) -> set[PageArgs]:
    """Which ends of the threads' messages are asked for."""
    conversation = cast(GraphQLObjectType, info.schema.type_map["Conversation"])
    ends: set[PageArgs] = set()
    for node in fields.get("messages", []):
        given = selection.arguments(info, conversation, node)
        with suppress(Invalid):  # told where the field is resolved
            args = PageArgs.read(*map(given.get, ("first", "after", "last", "before")))
            if args.cursor is None:
                ends.add(args)
    return ends


_THREADS: Nested[room.ConversationRow, Conversation] = Nested(
    "conversations",
    "DESC",
    room.end_threads,
    _threads_beyond,
    room.count_threads,
    lambda row: (row["last_message_at"], row["id"]),
    _make,
)
