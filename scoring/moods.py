"""The mood of a thread and where it goes, and what it is about (F37)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

Trend = Literal["rising", "falling", "steady"]

# The customer's last messages that a thread is judged by; each older one counts 0.7 of the next.
_LAST = 10
_FADING = 0.7
# So many moods on each side are needed to tell a trend, and so far apart they have to be.
_SIDE = 2
_APART = 0.5
# From here down a thread's mood is bad.
_BAD = -0.35


@dataclass(frozen=True, slots=True)
class ThreadMood:
    """What a customer's last messages come to: −1 to 1; None where no mood is known."""

    value: float | None = None
    trend: Trend | None = None
    messages: int = 0
    topics: Counter[str] = field(default_factory=Counter)


async def moods_of(conversation_ids: Iterable[Id]) -> dict[Id, ThreadMood]:
    """The mood of threads by their scored messages; threads without any are left out."""
    rows = await database.rows(
        """SELECT r.conversation_id, r.mood, r.topics FROM (
               SELECT m.conversation_id, COALESCE(k.mood, s.mood) AS mood,
                      COALESCE(k.topics, s.topics) AS topics, m.provider_at, m.tie,
                      row_number() OVER (PARTITION BY m.conversation_id
                                         ORDER BY m.provider_at DESC, m.tie DESC, m.id) AS place
                 FROM ({batch}) AS b
                 JOIN message m ON m.tenant_id = $1::uuid AND m.conversation_id = b.id
                 JOIN message_score s ON s.tenant_id = $1::uuid AND s.message_id = m.id
                 LEFT JOIN score_correction k
                        ON k.tenant_id = $1::uuid AND k.message_id = m.id) AS r
            WHERE r.place <= $2::bigint
            ORDER BY r.conversation_id, r.place DESC""",
        tenancy.current(),
        _LAST,
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(conversation_ids)]),
    )
    found: dict[Id, list[tuple[int | None, str]]] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], []).append((row["mood"], row["topics"]))
    return {one: _judge(told) for one, told in found.items()}


async def sunken(conversation_ids: Iterable[Id]) -> set[Id]:
    """Those threads whose mood is bad now."""
    moods = await moods_of(conversation_ids)
    return {one for one, mood in moods.items() if mood.value is not None and mood.value <= _BAD}


def _judge(told: Sequence[tuple[int | None, str]]) -> ThreadMood:
    moods = [mood for mood, _ in told if mood is not None]
    return ThreadMood(
        value=_faded(moods),
        trend=trend(moods),
        messages=len(told),
        topics=Counter(topic for _, topics in told for topic in topics.split()),
    )


def trend(moods: Sequence[int]) -> Trend | None:
    """Where moods go, the oldest first: the newer half beside the older; None for too few."""
    middle = len(moods) // 2
    if middle < _SIDE:
        return None
    older, newer = moods[:middle], moods[middle:]
    moved = sum(newer) / len(newer) - sum(older) / len(older)
    if abs(moved) < _APART:
        return "steady"
    return "rising" if moved > 0 else "falling"


def _faded(moods: Sequence[int]) -> float | None:
    if not moods:
        return None
    weights = [_FADING**age for age in reversed(range(len(moods)))]
    total = sum(mood * weight for mood, weight in zip(moods, weights, strict=True))
    return round(total / sum(weights), 2)
