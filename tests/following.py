"""What is due is sent, and the durable readers are brought up to date with what has happened.

On PostgreSQL whatever tests beside this one have open holds readers back for a moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import analytics
import conversations
import counters
import segments
from tests import stored
from workers import reactions


async def send_all() -> None:
    """The worker sends what is due, and waits for all answers.

    A last look: what came down behind a look without effect may have put something back.
    """
    look, land = conversations.dispatch, conversations.finish
    while await look() or await land() or await look():
        pass


async def follow() -> None:
    """Let reactions follow until nothing is left, and what is noted."""
    await _catch_up({reactions.READER: reactions.react, reactions.NOTING: reactions.note})


async def follow_attribution() -> None:
    """The same for what belongs to what."""
    await _catch_up({"attribution": counters.follow_attribution})


async def follow_counters() -> None:
    """The same for that and counters, also of what was before them."""
    await _catch_up({"attribution": counters.follow_attribution, "counters": counters.count})
    while await counters.count_anew():
        pass


async def follow_facts() -> None:
    """The same for facts."""
    await _catch_up({"facts": segments.follow})


async def follow_segments() -> None:
    """The same for members of segments, which stay behind reactions and facts."""
    await _catch_up(
        {
            reactions.READER: reactions.react,
            "facts": segments.follow,
            "segments": segments.follow_members,
        }
    )


async def follow_news() -> None:
    """The same for what wakes alerts."""
    await _catch_up({"alerts": analytics.follow_news})


async def _catch_up(readers: dict[str, Callable[[], Awaitable[int]]]) -> None:
    while any([await step() or await _is_anything_left(name) for name, step in readers.items()]):
        pass


async def _is_anything_left(reader: str) -> bool:
    left = await stored.row(
        """SELECT 1 AS one FROM outbox o WHERE NOT EXISTS (
                SELECT 1 FROM reader r
                 WHERE r.name = $1 AND (r.position, r.event_id) >= (o.position, o.id)) LIMIT 1""",
        reader,
    )
    return left is not None
