"""The reactions, brought up to date with what has happened."""

from __future__ import annotations

import counters
import segments
from tests import stored
from workers import reactions

_ATTRIBUTION, _COUNTERS, _SEGMENTS = "attribution", "counters", "segments"
_FACTS = "facts"


async def follow_counters() -> None:
    """The same for what belongs to what, and for counters, also of what was before them."""
    while (
        await counters.follow_attribution() + await counters.count()
        or await _is_anything_left(_ATTRIBUTION)
        or await _is_anything_left(_COUNTERS)
    ):
        pass
    while await counters.count_anew():
        pass


async def follow() -> None:
    """Let them follow until nothing is left.

    On PostgreSQL whatever tests beside this one have open holds readers back for a moment.
    """
    while await reactions.react() or await _is_anything_left(reactions.READER):
        pass


async def follow_facts() -> None:
    """The same for facts alone."""
    while await segments.follow() or await _is_anything_left(_FACTS):
        pass


async def follow_segments() -> None:
    """The same for facts, and for members of segments behind them."""
    while (
        await reactions.react() + await segments.follow() + await segments.follow_members()
        or await _is_anything_left(_SEGMENTS)
    ):
        pass


async def _is_anything_left(reader: str) -> bool:
    left = await stored.row(
        """SELECT 1 AS one FROM outbox o WHERE NOT EXISTS (
                SELECT 1 FROM reader r
                 WHERE r.name = $1 AND (r.position, r.event_id) >= (o.position, o.id)) LIMIT 1""",
        reader,
    )
    return left is not None
