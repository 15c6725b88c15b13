"""The reactions, brought up to date with what has happened."""

from __future__ import annotations

from tests import stored
from workers import reactions


async def follow() -> None:
    """Let them follow until nothing is left.

    On PostgreSQL whatever tests beside this one have open holds readers back for a moment.
    """
    while await reactions.react() or await _is_anything_left():
        pass


async def _is_anything_left() -> bool:
    left = await stored.row(
        """SELECT 1 AS one FROM outbox o WHERE NOT EXISTS (
                SELECT 1 FROM reader r
                 WHERE r.name = $1 AND (r.position, r.event_id) >= (o.position, o.id)) LIMIT 1""",
        reactions.READER,
    )
    return left is not None
