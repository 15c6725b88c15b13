"""Reads of threads and messages: whole pages at once, sealed values still sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, cast

from kernel import database, tenancy
from kernel.conditions import Conditions, places_of
from kernel.database import Batch
from kernel.ids import Id

Direction = Literal["ASC", "DESC"]
ConversationKey = Literal["last_message_at", "created_at"]


class ConversationRow(TypedDict):
    """A thread; times are microseconds UTC, 0 where it never happened."""

    id: Id
    contact_id: Id
    number_id: Id
    state: str
    state_at: int
    snoozed_until: int | None
    assignee_id: Id | None
    holder: str
    last_message_id: Id | None
    last_message_at: int
    last_inbound_at: int
    window_closed_at: int
    free_entry_until: int
    merged_into: Id | None
    created_at: int
    updated_at: int


class MessageRow(TypedDict):
    """A message with its latest edit and withdrawal; sealed under `subject_id`.

    `payload_sealed` opens to the platform's own JSON.
    """

    id: Id
    conversation_id: Id
    contact_id: Id
    subject_id: Id
    number_id: Id
    direction: str
    kind: str
    origin: str
    author_id: Id | None
    media_id: Id | None
    provider_at: int
    received_at: int
    tie: int
    wamid_token: bytes | None
    reply_to_token: bytes | None
    body_sealed: bytes | None
    payload_sealed: bytes | None
    status: str
    sent_at: int | None
    delivered_at: int | None
    read_at: int | None
    played_at: int | None
    failed_at: int | None
    error_code: int | None
    edit_id: Id | None
    edit_subject_id: Id | None
    edit_sealed: bytes | None
    edited_at: int | None
    revoked_at: int | None


class EpisodeRow(TypedDict):
    """From the first message after resolution or long silence to resolution (F13)."""

    id: Id
    conversation_id: Id
    ordinal: int
    starter: str
    mode: str
    started_at: int
    first_answer_at: int | None
    last_at: int
    turns: int
    messages: int
    ended_at: int | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which threads are wanted; None leaves a condition out, an empty list holds for none.

    `unread_by` is a person: threads with messages they have not read; `read_by` the others.
    """

    contact_id: Id | None = None
    states: Sequence[str] | None = None
    assignee_id: Id | None = None
    unassigned: bool | None = None
    number_ids: Sequence[Id] | None = None
    tags_all: Sequence[Id] = ()
    tags_any: Sequence[Id] | None = None
    tags_none: Sequence[Id] = ()
    search_tokens: Sequence[Sequence[bytes]] | None = None
    word_tokens: Sequence[Sequence[bytes]] | None = None
    unread_by: Id | None = None
    read_by: Id | None = None
    window_open_at: int | None = None
    window_closed_at: int | None = None
    last_inbound_from: int | None = None
    last_inbound_before: int | None = None


async def conversations_by_ids(ids: Iterable[Id]) -> dict[Id, ConversationRow]:
    """The threads with these ids, those of the current tenant only."""
    statement = with_columns("conversations_by_ids")
    found = await database.rows(statement, tenancy.current(), batch=batch_of(ids))
    return {row["id"]: cast(ConversationRow, row) for row in found}


async def conversation_page(
    wanted: ConversationFilter,
    key: ConversationKey,
    direction: Direction,
    after: tuple[int, Id] | None,
    limit: int,
) -> list[ConversationRow]:
    """At most so many threads in this order, beyond the place `after` (the key's value, the id)."""
    where = _conditions(wanted, tenancy.current(), limit)
    if after is not None:
        beyond = "<" if direction == "DESC" else ">"
        where.add(f"(c.{key}, c.id) {beyond} (?::bigint, ?::uuid)", *after)
    statement = with_columns("conversation_page").replace("{key}", f"c.{key}")
    statement = where.into(statement.replace("{direction}", direction))
    return cast(list[ConversationRow], await database.rows(statement, *where.params))


async def count_conversations(wanted: ConversationFilter) -> int:
    """How many threads the filter holds for."""
    where = _conditions(wanted, tenancy.current())
    statement = where.into(database.sql(__file__, "count_conversations"))
    row = await database.row(statement, *where.params)
    return int(row["n"]) if row else 0


async def conversations_that_match(wanted: ConversationFilter, ids: Iterable[Id]) -> set[Id]:
    """Those of these threads for which the filter holds now."""
    where = _conditions(wanted, tenancy.current())
    where.add_any_of("c.id", "uuid", list(dict.fromkeys(ids)))
    statement = database.sql(__file__, "count_conversations").replace("count(*) AS n", "c.id")
    return {row["id"] for row in await database.rows(where.into(statement), *where.params)}


async def unread_of(conversation_ids: Iterable[Id], person_id: Id) -> dict[Id, int]:
    """How many messages this person has not read, for each thread that has any."""
    statement, threads = database.sql(__file__, "unread_of"), batch_of(conversation_ids)
    found = await database.rows(statement, tenancy.current(), person_id, batch=threads)
    return {row["id"]: row["unread"] for row in found}


async def messages_by_ids(ids: Iterable[Id]) -> dict[Id, MessageRow]:
    """The messages with these ids, those of the current tenant only."""
    statement = with_message("messages_by_ids")
    found = await database.rows(statement, tenancy.current(), batch=batch_of(ids))
    return {row["id"]: cast(MessageRow, row) for row in found}


async def messages_by_tokens(
    tokens: Iterable[tuple[Id, bytes]],
) -> dict[tuple[Id, bytes], MessageRow]:
    """The messages with these numbers and tokens, by both; what we never stored is missing."""
    found = await database.rows(
        with_message("messages_by_tokens"),
        tenancy.current(),
        batch=Batch(
            {"number_id": "uuid", "token": "bytea"}, [list(one) for one in dict.fromkeys(tokens)]
        ),
    )
    return {(row["asked_number_id"], row["asked_token"]): cast(MessageRow, row) for row in found}


async def changed_messages(change_ids: Iterable[Id]) -> dict[Id, Id]:
    """Change → the message that it edits or withdraws, where that is known."""
    found = await database.rows(
        """SELECT x.id, m.id AS message_id FROM ({batch}) AS b
             JOIN message_change x ON x.tenant_id = $1::uuid AND x.id = b.id
             JOIN message m ON m.tenant_id = x.tenant_id
              AND m.conversation_id = x.conversation_id AND m.wamid_token = x.target_token""",
        tenancy.current(),
        batch=batch_of(change_ids),
    )
    return {row["id"]: row["message_id"] for row in found}


async def message_page(
    conversation_id: Id,
    direction: Direction,
    after: tuple[int, int, Id] | None,
    limit: int,
) -> list[MessageRow]:
    """At most so many messages of a thread, beyond the place `after` (time, tie, id)."""
    where = Conditions(tenancy.current(), limit, conversation_id)
    if after is not None:
        beyond = "<" if direction == "DESC" else ">"
        where.add(f"(m.provider_at, m.tie, m.id) {beyond} (?::bigint, ?::bigint, ?::uuid)", *after)
    statement = where.into(with_message("message_page").replace("{direction}", direction))
    return cast(list[MessageRow], await database.rows(statement, *where.params))


async def mentions_of(message_ids: Iterable[Id]) -> dict[Id, list[Id]]:
    """The persons whom each of these notes mentions."""
    found = await database.rows(
        """SELECT n.message_id, n.person_id FROM ({batch}) AS b
             JOIN mention n ON n.tenant_id = $1::uuid AND n.message_id = b.id
            ORDER BY n.message_id, n.person_id""",
        tenancy.current(),
        batch=batch_of(message_ids),
    )
    people: dict[Id, list[Id]] = {}
    for row in found:
        people.setdefault(row["message_id"], []).append(row["person_id"])
    return people


async def episode_page(
    conversation_id: Id, direction: Direction, after: int | None, limit: int
) -> list[EpisodeRow]:
    """At most so many episodes of a thread, beyond the one with the number `after`."""
    where = Conditions(tenancy.current(), limit, conversation_id)
    if after is not None:
        where.add(f"e.ordinal {'<' if direction == 'DESC' else '>'} ?::bigint", after)
    statement = database.sql(__file__, "episode_page").replace("{direction}", direction)
    return cast(list[EpisodeRow], await database.rows(where.into(statement), *where.params))


async def episodes_by_ids(ids: Iterable[Id]) -> dict[Id, EpisodeRow]:
    """The episodes with these ids, those of the current tenant only."""
    statement = database.sql(__file__, "episodes_by_ids")
    found = await database.rows(statement, tenancy.current(), batch=batch_of(ids))
    return {row["id"]: cast(EpisodeRow, row) for row in found}


def with_columns(name: str) -> str:
    """A statement on threads with their columns filled in."""
    columns = database.sql(__file__, "conversation_columns").strip()
    return database.sql(__file__, name).replace("{columns}", columns)


def with_message(name: str) -> str:
    """A statement on messages with their columns and latest changes filled in."""
    columns = database.sql(__file__, "message_columns").strip()
    changes = database.sql(__file__, "message_changes").strip()
    statement = database.sql(__file__, name).replace("{columns}", columns)
    return statement.replace("{changes}", changes)


def _conditions(wanted: ConversationFilter, *params: Any) -> Conditions:
    where = Conditions(*params)
    for column, kind, value in (
        ("c.contact_id =", "uuid", wanted.contact_id),
        ("c.assignee_id =", "uuid", wanted.assignee_id),
        ("c.window_closed_at >", "bigint", wanted.window_open_at),
        ("c.window_closed_at <=", "bigint", wanted.window_closed_at),
        ("c.last_inbound_at >=", "bigint", wanted.last_inbound_from),
        ("c.last_inbound_at <", "bigint", wanted.last_inbound_before),
    ):
        if value is not None:
            where.add(f"{column} ?::{kind}", value)
    if wanted.unassigned is not None:
        where.add(f"c.assignee_id IS {'' if wanted.unassigned else 'NOT '}NULL")
    if wanted.states is not None:
        where.add_any_of("c.state", "text", list(wanted.states))
    if wanted.number_ids is not None:
        where.add_any_of("c.number_id", "uuid", list(wanted.number_ids))
    _add_contact_conditions(where, wanted)
    if wanted.unread_by is not None:
        where.add(f"EXISTS ({_UNREAD})", wanted.unread_by)
    if wanted.read_by is not None:
        where.add(f"NOT EXISTS ({_UNREAD})", wanted.read_by)
    if wanted.word_tokens is not None:
        tokens = [token for one in wanted.word_tokens for token in one]
        where.add(
            f"""EXISTS (SELECT 1 FROM message_word w JOIN message m
                            ON m.tenant_id = w.tenant_id AND m.id = w.message_id
                         WHERE w.tenant_id = c.tenant_id AND w.token IN ({places_of(tokens)})
                           AND m.conversation_id = c.id
                         GROUP BY m.id HAVING count(*) = {len(wanted.word_tokens)})""",
            *tokens,
        )
    return where


def _add_contact_conditions(where: Conditions, wanted: ConversationFilter) -> None:
    for tag_id in wanted.tags_all:
        where.add(f"EXISTS ({_TAGGED} = ?::uuid)", tag_id)
    for tag_id in wanted.tags_none:
        where.add(f"NOT EXISTS ({_TAGGED} = ?::uuid)", tag_id)
    if wanted.tags_any is not None:
        places = ", ".join("?::uuid" for _ in wanted.tags_any) or "NULL"
        where.add(f"EXISTS ({_TAGGED} IN ({places}))", *wanted.tags_any)
    if wanted.search_tokens is not None:
        if not wanted.search_tokens:
            where.add("1 = 0")
        for tokens in wanted.search_tokens:
            where.add(
                f"""EXISTS (SELECT 1 FROM contact_search s WHERE s.tenant_id = c.tenant_id
                              AND s.token IN ({places_of(tokens)})
                              AND s.contact_id = c.contact_id)""",
                *tokens,
            )


_TAGGED = """SELECT 1 FROM contact_tag ct
              WHERE ct.tenant_id = c.tenant_id AND ct.contact_id = c.contact_id AND ct.tag_id"""

# As in unread_of.sql, for one thread.
_UNREAD = """SELECT 1 FROM message m
               LEFT JOIN read_mark r ON r.tenant_id = m.tenant_id
                 AND r.conversation_id = m.conversation_id AND r.person_id = ?::uuid
              WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
                AND m.direction = 'in' AND m.origin = 'live' AND m.group_token IS NULL
                AND (m.provider_at, m.tie) > (coalesce(r.upto_at, -1), coalesce(r.upto_tie, -1))"""


def batch_of(ids: Iterable[Id]) -> Batch:
    """Ids as a source of rows, each once."""
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)])
