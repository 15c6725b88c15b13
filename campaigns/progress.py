"""How far campaigns are, and when so much fails that one should rest (F26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import conversations
from campaigns.holding import mailings_of
from kernel import database, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# Of fewer nothing is learned.
_LEAST_SETTLED = 50
# The platform spares a person it has written to enough: no harm to the number (F24).
_NO_HARM = ("PLATFORM_131049", "PLATFORM_131050", "PLATFORM_130472")


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """How far a campaign is, in recipients: how many there are (`total`, final once `is_frozen`),
    and how many ended in which state, and why. `told_failed`: accepted, and failed later on.
    """

    total: int = 0
    is_frozen: bool = False
    is_over: bool = False
    ends: Mapping[tuple[str, str], int] = field(default_factory=dict)
    told_failed: int = 0

    def count(self, state: str) -> int:
        """How many ended in this state."""
        return sum(n for (one, _), n in self.ends.items() if one == state)

    @property
    def left(self) -> int:
        """How many wait, are leaving, or are unknown."""
        return self.total - sum(self.ends.values())

    @property
    def attempted(self) -> int:
        """How many went to the platform and were settled."""
        return self.count("sent") + self.count("failed")

    @property
    def failed(self) -> int:
        """How many the platform did not take, or did not deliver, so that it harms."""
        refused = sum(
            n for (one, why), n in self.ends.items() if one == "failed" and why not in _NO_HARM
        )
        return refused + self.told_failed

    def fails_too_often(self, campaign: Mapping[str, Any]) -> bool:
        """Whether more failed, since it was launched or resumed, than its author wants."""
        attempted = self.attempted - campaign["settled_before"]
        failed = self.failed - campaign["failed_before"]
        is_enough = attempted >= _LEAST_SETTLED
        return is_enough and bool(failed * 100 > attempted * campaign["max_failed_percent"])


async def progress_of(campaign_ids: Iterable[Id]) -> dict[Id, CampaignProgress]:
    """How far these campaigns are; drafts have no recipients."""
    mailings = await mailings_of(campaign_ids)
    found = await conversations.mailing_progress(one for ids in mailings.values() for one in ids)
    told = await _told_failed(mailings)
    return {
        campaign_id: _joined([found[one] for one in ids], told.get(campaign_id, 0))
        for campaign_id, ids in mailings.items()
    }


async def note_failures(happened: Sequence[Event]) -> None:
    """Remember which accepted messages of campaigns failed: a reaction to
    `message.status_changed`; each counts once."""
    failed = [[one.refs["message"]] for one in happened if one.refs["status"] == "failed"]
    if failed:
        await database.run(
            database.sql(__file__, "note_failures"),
            tenancy.current(),
            batch=Batch({"message_id": "uuid"}, failed),
        )


def _joined(mailings: Sequence[conversations.Progress], told_failed: int) -> CampaignProgress:
    ends = Counter[tuple[str, str]]()
    for one in mailings:
        ends.update(one.settled)
    return CampaignProgress(
        sum(one.total for one in mailings),
        all(one.is_frozen for one in mailings),
        bool(mailings) and all(one.state in ("finished", "cancelled") for one in mailings),
        ends,
        told_failed,
    )


async def _told_failed(campaign_ids: Iterable[Id]) -> dict[Id, int]:
    rows = await database.rows(
        """SELECT f.campaign_id, count(*) AS n FROM ({batch}) AS b
             JOIN campaign_failure f ON f.tenant_id = $1::uuid AND f.campaign_id = b.id
            WHERE f.does_harm = 1 GROUP BY f.campaign_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in campaign_ids]),
    )
    return {row["campaign_id"]: row["n"] for row in rows}
