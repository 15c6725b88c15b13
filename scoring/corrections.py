"""What colleagues put right: it counts before the model's word, and is kept to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, cast

from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.errors import Invalid, NotFound
from kernel.ids import Id
from scoring.kinds import INTENTS, LANGUAGES, LEVELS, MOODS, TOPICS


class ScoreRow(TypedDict):
    """A message's score, with what a colleague put right in place of the model's word.

    `corrected` names what that is: intent, language, mood, topics.
    """

    message_id: Id
    level: int | None
    level_percent: int
    intent: str | None
    language: str | None
    language_percent: int
    mood: int | None
    mood_percent: int
    topics: Sequence[str]
    unknown: str | None
    learnt: int
    model: int
    scored_at: int
    corrected: Sequence[str]
    corrected_by: Id | None
    corrected_at: int | None


_RIGHT = 99  # percent: also people err


async def scores_of(message_ids: Iterable[Id]) -> dict[Id, ScoreRow]:
    """The scores of messages, by message; those without one are left out."""
    rows = await database.rows(
        """SELECT s.message_id, s.level, s.level_percent, s.intent, s.language, s.language_percent,
                  s.mood, s.mood_percent, s.topics, s.unknown, s.learnt, s.model, s.scored_at,
                  k.intent AS right_intent, k.language AS right_language, k.mood AS right_mood,
                  k.topics AS right_topics, k.person_id AS corrected_by, k.corrected_at
             FROM ({batch}) AS b
             JOIN message_score s ON s.tenant_id = $1::uuid AND s.message_id = b.id
             LEFT JOIN score_correction k
                    ON k.tenant_id = $1::uuid AND k.message_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(message_ids)]),
    )
    return {row["message_id"]: _put_right(row) for row in rows}


@database.unit_of_work
async def correct_score(
    message_id: Id,
    person_id: Id | None,
    *,
    intent: str | None = None,
    language: str | None = None,
    mood: int | None = None,
    topics: Sequence[str] | None = None,
) -> None:
    """Say what a scored message really is; what is left out stays as it was.

    Invalid where nothing is said or a value is unknown, NotFound where the message has no score.
    """
    if intent is None and language is None and mood is None and topics is None:
        raise Invalid("Say at least one of intent, language, mood and topics.", field=("intent",))
    _check("intent", intent, INTENTS)
    _check("language", language, LANGUAGES)
    _check("mood", mood, MOODS)
    for topic in topics or ():
        _check("topics", topic, TOPICS)
    written = await database.rows(
        """INSERT INTO score_correction (tenant_id, message_id, subject_id, person_id, intent,
                                         language, mood, topics, corrected_at)
           SELECT $1::uuid, s.message_id, s.subject_id, $3::uuid, $4::text, $5::text, $6::integer,
                  $7::text, $8::bigint
             FROM message_score s WHERE s.tenant_id = $1::uuid AND s.message_id = $2::uuid
           ON CONFLICT (tenant_id, message_id) DO UPDATE SET
                person_id = excluded.person_id,
                intent = COALESCE(excluded.intent, score_correction.intent),
                language = COALESCE(excluded.language, score_correction.language),
                mood = COALESCE(excluded.mood, score_correction.mood),
                topics = COALESCE(excluded.topics, score_correction.topics),
                corrected_at = excluded.corrected_at
           RETURNING message_id""",
        tenancy.current(),
        message_id,
        person_id,
        intent,
        language,
        mood,
        None if topics is None else " ".join(sorted(set(topics))),
        clock.now(),
    )
    if not written:
        raise NotFound("There is no score of this message.", field=("message",))


def _check(field: str, value: object, known: Sequence[object]) -> None:
    if value is not None and value not in known:
        raise Invalid(f"{field} must be one of {', '.join(map(str, known))}.", field=(field,))


def _put_right(row: dict[str, Any]) -> ScoreRow:
    topics = row["topics"] if row["right_topics"] is None else row["right_topics"]
    found = row | {"topics": topics.split(), "corrected": _corrected(row)}
    if row["right_intent"] is not None:
        found |= {
            "intent": row["right_intent"],
            "level": LEVELS[row["right_intent"]],
            "level_percent": _RIGHT,
        }
    for name in ("language", "mood"):
        if row[f"right_{name}"] is not None:
            found |= {name: row[f"right_{name}"], f"{name}_percent": _RIGHT}
    return cast(ScoreRow, found)


def _corrected(row: dict[str, Any]) -> list[str]:
    return [
        name
        for name in ("intent", "language", "mood", "topics")
        if row[f"right_{name}"] is not None
    ]
