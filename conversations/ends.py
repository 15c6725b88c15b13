"""The ends of many lists at once: threads of contacts, messages and episodes of threads.

A page that shows a list on each of its things reads them in one statement, and so their lengths.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast

from conversations.queries import (
    ConversationRow,
    Direction,
    EpisodeRow,
    MessageRow,
    batch_of,
    with_columns,
    with_message,
)
from kernel import database, tenancy
from kernel.ids import Id

_Counted = Literal["message", "episode", "conversation"]
_Key = Literal["conversation_id", "contact_id"]


async def last_messages(conversation_ids: Iterable[Id], limit: int) -> dict[Id, list[MessageRow]]:
    """The last messages of each thread, at most so many each, oldest of them first."""
    found = await end_messages(conversation_ids, "DESC", limit)
    return {conversation_id: messages[::-1] for conversation_id, messages in found.items()}


async def end_messages(
    conversation_ids: Iterable[Id], direction: Direction, limit: int
) -> dict[Id, list[MessageRow]]:
    """At most so many messages of each thread from one of its ends, in that direction."""
    statement = with_message(f"end_messages.{database.dialect()}")
    found = await _rows(statement.replace("{direction}", direction), conversation_ids, limit)
    return cast(dict[Id, list[MessageRow]], _grouped("conversation_id", found))


async def end_episodes(
    conversation_ids: Iterable[Id], direction: Direction, limit: int
) -> dict[Id, list[EpisodeRow]]:
    """At most so many episodes of each thread from one of its ends, in that direction."""
    statement = database.sql(__file__, "end_episodes").replace("{direction}", direction)
    found = await _rows(statement, conversation_ids, limit)
    return cast(dict[Id, list[EpisodeRow]], _grouped("conversation_id", found))


async def end_threads(
    contact_ids: Iterable[Id], direction: Direction, limit: int
) -> dict[Id, list[ConversationRow]]:
    """At most so many threads of each contact by their last message, in that direction."""
    statement = with_columns("end_threads").replace("{direction}", direction)
    found = await _rows(statement, contact_ids, limit)
    return cast(dict[Id, list[ConversationRow]], _grouped("contact_id", found))


async def count_messages(conversation_ids: Iterable[Id]) -> dict[Id, int]:
    """How many messages, notes and events each thread has."""
    return await _count("message", "conversation_id", conversation_ids)


async def count_episodes(conversation_ids: Iterable[Id]) -> dict[Id, int]:
    """How many episodes each thread has."""
    return await _count("episode", "conversation_id", conversation_ids)


async def count_threads(contact_ids: Iterable[Id]) -> dict[Id, int]:
    """How many threads each contact has, those left out that became part of others."""
    return await _count("conversation", "contact_id", contact_ids, "AND x.state <> 'merged'")


async def _rows(statement: str, ids: Iterable[Id], limit: int) -> list[dict[str, Any]]:
    return await database.rows(statement, tenancy.current(), limit, batch=batch_of(ids))


async def _count(table: _Counted, by: _Key, ids: Iterable[Id], and_: str = "") -> dict[Id, int]:
    ids = list(ids)
    found = await database.rows(
        f"""SELECT b.id, count(*) AS n
              FROM ({{batch}}) AS b
              JOIN {table} x ON x.tenant_id = $1::uuid AND x.{by} = b.id {and_}
             GROUP BY b.id""",
        tenancy.current(),
        batch=batch_of(ids),
    )
    return dict.fromkeys(ids, 0) | {row["id"]: row["n"] for row in found}


def _grouped(column: _Key, found: list[dict[str, Any]]) -> dict[Id, list[dict[str, Any]]]:
    lists: dict[Id, list[dict[str, Any]]] = {}
    for row in found:
        lists.setdefault(row[column], []).append(row)
    return lists
