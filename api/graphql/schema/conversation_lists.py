"""Lists of threads: the inbox, read in one statement for each kind of row."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from enum import Enum
from typing import Any, Literal, cast

import strawberry
from graphql import GraphQLObjectType, GraphQLResolveInfo

import conversations as room
from api.graphql import selection
from api.graphql.context import Context, Info
from api.graphql.described import enum_type
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
from api.graphql.schema.conversations import Conversation, load_ends, load_unread
from api.graphql.schema.filters import ConversationFilter, conversation_conditions
from api.graphql.schema.messages import load_messages
from api.graphql.schema.people import load_people
from api.graphql.schema.tags import load_tags_of
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
    page = await _page(asked, args, wanted, order, (given, order.value))
    await _read_ahead(asked, info._raw_info, page.nodes)
    return page


async def threads_of(
    asked: Context, contact_id: Id, first: First, after: After, last: Last, before: Before
) -> Connection[Conversation]:
    """The threads of a contact, the one with the latest message first."""
    args = PageArgs.read(first, after, last, before)
    wanted = room.ConversationFilter(contact_id=contact_id)
    return await _page(asked, args, wanted, ConversationOrder.LATEST_MESSAGE, (contact_id,))


async def _page(
    asked: Context,
    args: PageArgs,
    wanted: room.ConversationFilter,
    order: ConversationOrder,
    bound_to: tuple[object, ...],
) -> Connection[Conversation]:
    key, direction = _ORDERS[order]

    def make(rows: Sequence[room.ConversationRow]) -> list[Conversation]:
        return [Conversation(row=row, asked=asked) for row in rows]

    return await read_page(
        args,
        PageList("conversations", *bound_to),
        direction,
        lambda towards, place, limit: room.conversation_page(
            wanted, key, towards, cast("tuple[int, Id] | None", place), limit
        ),
        lambda row: (row[key], row["id"]),
        lambda: room.count_conversations(wanted),
        make,
    )


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
    if sizes := _sizes_of_ends(info, fields):
        reads.append(
            asked.loader(load_ends).many((row["id"], size) for size in sizes for row in rows)
        )
    await asyncio.gather(*reads)
    await asked.unseal.fetch()


def _sizes_of_ends(info: GraphQLResolveInfo[Context], fields: selection.Selected) -> set[int]:
    """How many last messages are asked for, where no cursor is given."""
    conversation = cast(GraphQLObjectType, info.schema.type_map["Conversation"])
    sizes: set[int] = set()
    for node in fields.get("messages", []):
        given = selection.arguments(info, conversation, node)
        last = given.get("last")
        if isinstance(last, int) and 1 <= last <= 200 and not given.get("before"):
            sizes.add(last)
    return sizes
