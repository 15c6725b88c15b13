"""Finding messages by their words although bodies are sealed: a keyed hash for each (F13, F50).

The words are written down behind the messages, by what follows from their events, so that nothing
that comes in waits for it. They are deleted with the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import tenants
from conversations.queries import Direction, MessageRow, batch_of, with_message
from conversations.texts import texts_of
from kernel import database, keys, tenancy, words
from kernel.conditions import Conditions, places_of
from kernel.ids import Id

# A longer body is found by its first words: as many as the platform's longest text holds.
_MOST = 700
_KIND = "message.word"
_AT_ONCE = 500


async def index_words(message_ids: Iterable[Id]) -> None:
    """Write down by which words these messages are found now: by their latest text, or by none.

    An id may be that of a change to a message. What cannot be opened is found by nothing.
    """
    told = await texts_of(message_ids)
    await _replace({one: (text.row["subject_id"], text.words or "") for one, text in told.items()})


async def turn_words(version: int) -> None:
    """Have every message found by this version of the index key alone, from where it was left."""
    tenant_id, before = tenancy.current(), version.to_bytes()
    while rows := await database.rows(
        """SELECT DISTINCT w.message_id FROM message_word w
            WHERE w.tenant_id = $1::uuid AND w.token < $2::bytea LIMIT $3::bigint""",
        tenant_id,
        before,
        _AT_ONCE,
    ):
        found = [row["message_id"] for row in rows]
        await index_words(found)
        # What nothing opens any more is found by nothing.
        await database.run(
            """DELETE FROM message_word WHERE tenant_id = $1::uuid AND token < $2::bytea
                  AND message_id IN (SELECT b.id FROM ({batch}) AS b)""",
            tenant_id,
            before,
            batch=batch_of(found),
        )


def word_tokens(search: str) -> list[list[bytes]]:
    """What a message must have to be found; [] finds nothing.

    Of each word any of its tokens, one for each version of the index key; a message has those of
    one version alone.
    """
    return [
        [index.token(_KIND, piece) for index in keys.finders()]
        for piece in words.pieces(search)[:_MOST]
    ]


async def found_messages(
    tokens: Sequence[Sequence[bytes]],
    direction: Direction,
    after: tuple[int, int, Id] | None,
    limit: int,
) -> list[MessageRow]:
    """At most so many messages that have all these words, beyond the place `after`."""
    where = _having(tokens, tenancy.current(), limit)
    if after is not None:
        beyond = "<" if direction == "DESC" else ">"
        where.add(f"(m.provider_at, m.tie, m.id) {beyond} (?::bigint, ?::bigint, ?::uuid)", *after)
    statement = where.into(with_message("found_messages").replace("{direction}", direction))
    return cast(list[MessageRow], await database.rows(statement, *where.params))


async def count_found(tokens: Sequence[Sequence[bytes]]) -> int:
    """How many messages have all these words."""
    where = _having(tokens, tenancy.current())
    statement = f"""SELECT count(*) AS n FROM message m
                     WHERE m.tenant_id = $1::uuid {where.into("/* conditions */")}"""
    row = await database.row(statement, *where.params)
    return int(row["n"]) if row else 0


def _having(tokens: Sequence[Sequence[bytes]], *params: object) -> Conditions:
    where = Conditions(*params)
    if not tokens:
        where.add("1 = 0")
    for one in tokens:
        where.add(
            f"""m.id IN (SELECT w.message_id FROM message_word w
                         WHERE w.tenant_id = $1::uuid AND w.token IN ({places_of(one)}))""",
            *one,
        )
    return where


@database.unit_of_work
async def _replace(texts: dict[Id, tuple[Id, str]]) -> None:
    tenant_id, index = tenancy.current(), await tenants.newest_index()
    await database.run(
        """DELETE FROM message_word WHERE tenant_id = $1::uuid
              AND message_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenant_id,
        batch=batch_of(texts),
    )
    await database.insert(
        "message_word",
        [
            {
                "tenant_id": tenant_id,
                "token": index.token(_KIND, piece),
                "message_id": message_id,
                "subject_id": subject_id,
            }
            for message_id, (subject_id, text) in sorted(texts.items())
            for piece in words.pieces(text)[:_MOST]
        ],
        conflict="ON CONFLICT DO NOTHING",
    )
