"""Commits that do not wait for the disk, of what is done again where a crash loses it.

A claim, the place of a reader, a delivery that may go because it was applied, figures that follow
from events: each follows from what was safely kept before. Both databases write commits in their
order, so that a later one that waited never stands without them. Events are no such things: a live
reader that saw one does not look at its place again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_redone: ContextVar[bool] = ContextVar("redone", default=False)


@contextmanager
def redone_if_lost() -> Iterator[None]:
    """Transactions begun inside are visible at once, and on the disk a little later."""
    token = _redone.set(True)
    try:
        yield
    finally:
        _redone.reset(token)


def is_redone_if_lost() -> bool:
    """Whether a transaction begun here does not wait for the disk."""
    return _redone.get()


def opening(stand: str) -> str:
    """What opens a transaction on PostgreSQL behind this wall."""
    haste = "; SET LOCAL synchronous_commit TO off" if _redone.get() else ""
    return f"BEGIN; {stand}{haste}"
