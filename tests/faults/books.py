"""The books after faults: what the platform took, and what the ledger says of it (F21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from tests import stored
from tests.faults.storm import Town


class Books:
    """What the platform took, held against the ledger; sets of the ledger's ids.

    `once` names what the platform should have taken once: a text, or a recipient.
    """

    def __init__(self, town: Town, once: Callable[[dict[str, Any]], str]) -> None:
        self._town = town
        self._once = once

    async def agree(self) -> bool:
        """Read both; whether nothing is under way, and all that was taken is known as sent."""
        rows = await stored.rows("SELECT id, state, decision FROM send")
        self.ledger = {row["id"]: row["state"] for row in rows}
        self.reasons = {row["id"]: orjson.loads(row["decision"]).get("reason") for row in rows}
        taken = await self._town.accepted()
        self.accepted = {one["callback_data"] for one in taken}
        once = set(map(self._once, taken))
        self.taken_twice = len(taken) - min(len(once), len(self.accepted))
        return self._in("queued", "claimed") == set() and self.accepted <= self.sent

    @property
    def sent(self) -> set[str]:
        """What the ledger holds for gone."""
        return self._in("sent")

    @property
    def unknown(self) -> set[str]:
        """What the ledger knows nothing of."""
        return self._in("unknown")

    @property
    def given_up(self) -> set[str]:
        """What the ledger has given up."""
        return self._in("failed", "refused", "void")

    def figures(self) -> dict[str, int]:
        """The table."""
        proved = {one for one in self.sent if self.reasons[one] == "ECHOED"}
        return {
            "messages": len(self.ledger),
            "taken by the platform": len(self.accepted),
            "taken twice": self.taken_twice,
            "sent, by the ledger": len(self.sent),
            "of these by the platform's answer": len(self.sent - proved),
            "of these proved by its echo": len(proved),
            "unknown, and never with the platform": len(self.unknown - self.accepted),
            "given up": len(self.given_up),
        }

    def _in(self, *states: str) -> set[str]:
        return {one for one, state in self.ledger.items() if state in states}
