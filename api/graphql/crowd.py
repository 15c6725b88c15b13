"""How many websockets are open in this process: in all, of each tenant, of each person or key.

And how many messages one of them may send: a client that sends more is broken, or no friend.
"""

from __future__ import annotations

import time
from collections import Counter

from tenants import Viewer

MOST_IN_ALL = 5_000
MOST_OF_TENANT = 1_000
MOST_OF_VIEWER = 20
# So many messages in so many seconds.
MOST_MESSAGES = 300
WITHIN = 10.0


class Crowd:
    """The sockets of one process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more, whoever it is."""
        return self._open[""] >= MOST_IN_ALL

    def come(self) -> None:
        """One more, of nobody knows whom yet."""
        self._open[""] += 1

    def sit_down(self, viewer: Viewer) -> bool:
        """It is this viewer's; False where they, or their tenant, have as many as they may."""
        tenant, own = _names(viewer)
        if self._open[tenant] >= MOST_OF_TENANT or self._open[own] >= MOST_OF_VIEWER:
            return False
        self._open.update((tenant, own))
        return True

    def go(self, viewer: Viewer | None) -> None:
        """One less; of this viewer, where it had sat down."""
        self._open[""] -= 1
        for name in _names(viewer) if viewer else ():
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]


class Pace:
    """The messages of one socket."""

    __slots__ = ("_began", "_count")

    def __init__(self) -> None:
        self._began = 0.0
        self._count = 0

    def allows_one(self) -> bool:
        """Count a message; False for one too many in the time that runs."""
        now = time.monotonic()
        if now - self._began > WITHIN:
            self._began, self._count = now, 0
        self._count += 1
        return self._count <= MOST_MESSAGES


def _names(viewer: Viewer) -> tuple[str, str]:
    return viewer.tenant_id, f"{viewer.tenant_id}:{viewer.own_id}"
