"""Facts follow what happens: a reader of the outbox of their own, a batch of contacts at once."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import events
from kernel.events import Event
from segments.facts import refresh
from segments.state import redraw

READER = "facts"
# Of whom these tell, the facts may be others now.
_CHANGING = frozenset(
    (
        *("order.placed", "order.changed", "order.cancelled", "order.refunded", "link.clicked"),
        *("message.received", "message.recorded", "message.status_changed", "send.sent"),
        *("contact.merged", "contact.unmerged", "contact.removed", "erasure.finished"),
    )
)
# The rule may be another, or somebody is no customer any more.
_SCORES_CHANGING = frozenset(("tenant.settings_changed", "contact.removed", "erasure.finished"))


async def follow(limit: int = 2000) -> int:
    """Follow the outbox one step; how many events were seen."""
    return await events.follow(READER, _handle, limit, kinds=_CHANGING | _SCORES_CHANGING)


async def _handle(happened: Sequence[Event]) -> None:
    if any(event.kind in _SCORES_CHANGING for event in happened):
        await redraw()
    await refresh(
        event.refs[name]
        for event in happened
        for name in ("contact", "merged")
        if name in event.refs
    )
