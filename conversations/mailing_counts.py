"""How many of a mailing came to which end: counted as they are settled, a row for each reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# A mailing, the state in which a send of it ended, and the reason.
End = tuple[Id, str, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mailing is: of `total` recipients, how many ended in which state and why.

    `is_frozen`: all recipients have their row. What is not settled waits, is going out just now, or
    is unknown.
    """

    state: str
    total: int
    is_frozen: bool
    settled: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """How many are not settled."""
        return self.total - sum(self.settled.values())

    def count(self, state: str) -> int:
        """How many ended in this state."""
        return sum(n for (one, _), n in self.settled.items() if one == state)


async def count_ends(ends: Iterable[End] | Mapping[End, int], undone: Iterable[End] = ()) -> None:
    """Add sends that were settled, and take those off that are not any more; part of the unit."""
    counts: Counter[End] = Counter(ends)
    counts.subtract(Counter(undone))
    await database.insert(
        "mailing_count",
        [
            {
                "tenant_id": tenancy.current(),
                "mailing_id": mailing_id,
                "state": state,
                "reason": reason,
                "n": n,
            }
            # In one order, so that workers never deadlock.
            for (mailing_id, state, reason), n in sorted(counts.items())
            if n
        ],
        conflict="""ON CONFLICT (tenant_id, mailing_id, state, reason)
                    DO UPDATE SET n = mailing_count.n + excluded.n""",
    )


async def mailing_progress(mailing_ids: Iterable[Id]) -> dict[Id, Progress]:
    """How far these mailings are; two index walks each, however many recipients there are."""
    batch = Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(mailing_ids)])
    mailings = await database.rows(
        """SELECT m.id, m.state, m.total, m.frozen_at IS NOT NULL AS is_frozen
             FROM ({batch}) AS b JOIN mailing m ON m.tenant_id = $1::uuid AND m.id = b.id""",
        tenancy.current(),
        batch=batch,
    )
    counts = await database.rows(
        """SELECT c.mailing_id, c.state, c.reason, c.n
             FROM ({batch}) AS b
             JOIN mailing_count c ON c.tenant_id = $1::uuid AND c.mailing_id = b.id
            WHERE c.n <> 0 ORDER BY c.state, c.reason""",
        tenancy.current(),
        batch=batch,
    )
    found = {
        row["id"]: Progress(row["state"], row["total"], bool(row["is_frozen"])) for row in mailings
    }
    for row in counts:
        found[row["mailing_id"]].settled[row["state"], row["reason"]] = row["n"]
    return found
