"""What colleagues put right is learnt by their own tenant: the same words are read as they said.

Words are compared in their one form (scoring.normal), by a hash that only lives in this process:
sealed texts are opened once, and anew as soon as a correction comes, changes or goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import conversations
from kernel import database, tenancy
from kernel.ids import Id
from scoring.corrections import ScoreRow, scores_of
from scoring.kinds import LEVELS
from scoring.normal import normal
from scoring.reading import Reading

# The newest corrections count; older ones of so many are left to the model's next making.
_MOST = 5_000
_SURE = 0.95  # the same words may mean another thing another time


@dataclass(frozen=True, slots=True)
class _Learnt:
    version: tuple[Any, ...]
    by_words: dict[bytes, dict[str, Any]]


_known: dict[Id, _Learnt] = {}


async def as_put_right(texts: Sequence[str], readings: Sequence[Reading]) -> list[Reading]:
    """The readings of these texts, as colleagues of the current tenant put the same words right."""
    by_words = await _corrections()
    return [
        _follow(reading, right) if (right := by_words.get(_hash(text))) else reading
        for text, reading in zip(texts, readings, strict=True)
    ]


async def corrected() -> list[tuple[str, ScoreRow]]:
    """The messages that colleagues of the current tenant put right, in words, with their scores as
    they are since: to learn from."""
    texts = await conversations.texts_of(row["message_id"] for row in await _newest())
    scores = await scores_of(texts)
    return [(text.words, scores[one]) for one, text in texts.items() if text.words]


async def _corrections() -> dict[bytes, dict[str, Any]]:
    """What was put right last, by the words."""
    tenant_id = tenancy.current()
    stand = await database.row(
        """SELECT count(*) AS n, max(corrected_at) AS at FROM score_correction
            WHERE tenant_id = $1::uuid""",
        tenant_id,
    )
    version = tuple((stand or {}).values())
    if tenant_id not in _known or _known[tenant_id].version != version:
        _known[tenant_id] = _Learnt(version, await _read())
    return _known[tenant_id].by_words


async def _read() -> dict[bytes, dict[str, Any]]:
    rows = await _newest()
    texts = await conversations.texts_of(row["message_id"] for row in rows)
    # The newest comes last, and stays.
    return {
        _hash(text.words): row
        for row in reversed(rows)
        if (text := texts.get(row["message_id"])) and text.words and normal(text.words)
    }


async def _newest() -> list[dict[str, Any]]:
    return await database.rows(
        """SELECT message_id, intent, language, mood, topics FROM score_correction
            WHERE tenant_id = $1::uuid ORDER BY corrected_at DESC, message_id LIMIT $2::bigint""",
        tenancy.current(),
        _MOST,
    )


def _follow(reading: Reading, right: dict[str, Any]) -> Reading:
    found: dict[str, Any] = {"is_learnt": True}
    if right["intent"] is not None:
        found |= {"intent": right["intent"], "level": LEVELS[right["intent"]]}
        found["level_sureness"] = _SURE
    for name in ("language", "mood"):
        if right[name] is not None:
            found |= {name: right[name], f"{name}_sureness": _SURE}
    if right["topics"] is not None:
        found["topics"] = tuple(right["topics"].split())
    followed = replace(reading, **found)
    is_whole = None not in (followed.level, followed.language, followed.mood)
    return replace(followed, unknown=None) if is_whole else followed


def _hash(text: str) -> bytes:
    return blake2b(normal(text).encode(), digest_size=16).digest()
