"""Scoring messages as they come in: a batch is read, written down, and told (F37).

What is stored is numbers and codes; the words stay sealed in the message, and reasons are worked
out anew whenever somebody who may read the message asks for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import contacts
import conversations
from conversations import MessageRow, Text
from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from scoring.kinds import VERSION
from scoring.learnt import as_put_right
from scoring.moods import sunken
from scoring.reading import Reading, read

# Read at once, before other work of the process gets its turn.
_AT_ONCE = 50


async def score_messages(message_ids: Iterable[Id]) -> None:
    """Score these messages of customers by their latest words; an id may be that of a change.

    What was scored with the same words already stays as it is, also when a person corrected it.
    What nobody can open any more is not scored, nor what is frozen (F49), and what was taken back
    has no score.
    """
    told = await conversations.texts_of(message_ids)
    frozen = await contacts.frozen_subjects()
    told = {one: text for one, text in told.items() if _is_wanted(text.row, frozen)}
    known = await _known(told)
    wanted = {
        one: text
        for one, text in told.items()
        if text.words is not None and _is_new(text, one in known, known.get(one))
    }
    if wanted:
        await _write(wanted, await _read([text.words or "" for text in wanted.values()]))


def _is_wanted(row: MessageRow, frozen: set[Id]) -> bool:
    return row["direction"] == "in" and row["subject_id"] not in frozen


def _is_new(text: Text, is_scored: bool, change_id: Id | None) -> bool:
    if text.row["revoked_at"] is not None:
        return is_scored
    return not is_scored or text.row["edit_id"] != change_id


async def _known(message_ids: Iterable[Id]) -> dict[Id, Id | None]:
    """Those that have a score, by the change whose words it was read from."""
    rows = await database.rows(
        """SELECT s.message_id, s.change_id FROM ({batch}) AS b
             JOIN message_score s ON s.tenant_id = $1::uuid AND s.message_id = b.id""",
        tenancy.current(),
        batch=_ids(message_ids),
    )
    return {row["message_id"]: row["change_id"] for row in rows}


async def _read(texts: Sequence[str]) -> list[Reading]:
    found: list[Reading] = []
    for start in range(0, len(texts), _AT_ONCE):
        found += read(texts[start : start + _AT_ONCE])
        await asyncio.sleep(0)
    return await as_put_right(texts, found)


@database.unit_of_work
async def _write(texts: Mapping[Id, Text], readings: Sequence[Reading]) -> None:
    taken_back = [one for one, text in texts.items() if text.row["revoked_at"] is not None]
    await database.run(
        """DELETE FROM message_score WHERE tenant_id = $1::uuid
              AND message_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=_ids(taken_back),
    )
    left = {
        one: (text, reading)
        for (one, text), reading in zip(texts.items(), readings, strict=True)
        if text.row["revoked_at"] is None
    }
    threads = {text.row["conversation_id"]: text.row["contact_id"] for text, _ in left.values()}
    before = await sunken(threads)
    written = await database.insert(
        "message_score",
        [_row(text, reading) for text, reading in left.values()],
        conflict="""ON CONFLICT (tenant_id, message_id) DO UPDATE SET
            change_id = excluded.change_id, model = excluded.model, level = excluded.level,
            level_percent = excluded.level_percent, intent = excluded.intent,
            language = excluded.language, language_percent = excluded.language_percent,
            mood = excluded.mood, mood_percent = excluded.mood_percent, topics = excluded.topics,
            unknown = excluded.unknown, scored_at = excluded.scored_at,
            learnt = excluded.learnt
            WHERE message_score.change_id IS DISTINCT FROM excluded.change_id""",
        returning="message_id",
    )
    scored = {row["message_id"] for row in written}
    after = await sunken(threads)
    await events.record(
        *(_scored(text, reading) for one, (text, reading) in left.items() if one in scored),
        *(
            Event("score.mood_dropped", {"conversation": one, "contact": threads[one]})
            for one in sorted(after - before)
        ),
    )


def _row(text: Text, reading: Reading) -> dict[str, Any]:
    return {
        "tenant_id": tenancy.current(),
        "message_id": text.row["id"],
        "subject_id": text.row["subject_id"],
        "change_id": text.row["edit_id"],
        "model": VERSION,
        "level": reading.level,
        "level_percent": round(reading.level_sureness * 100),
        "intent": reading.intent,
        "language": reading.language,
        "language_percent": round(reading.language_sureness * 100),
        "mood": reading.mood,
        "mood_percent": round(reading.mood_sureness * 100),
        "topics": " ".join(reading.topics),
        "unknown": reading.unknown,
        "learnt": int(reading.is_learnt),
        "scored_at": clock.now(),
    }


def _scored(text: Text, reading: Reading) -> Event:
    return Event(
        "score.message_scored",
        {
            "message": text.row["id"],
            "contact": text.row["contact_id"],
            "level": str(reading.level or "unknown"),
        },
    )


def _ids(found: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in found])
