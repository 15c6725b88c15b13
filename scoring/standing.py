"""How contacts stand to the house, as it is written down (F39, F40)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel import database, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from scoring.silences import note_silences


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contact stands: engagement and churn risk, 0 to 100, their classes, and why.

    The risk is None of whom never gave a sign of life: there is nobody to lose.
    """

    engagement: int
    engagement_class: str
    churn_risk: int | None
    churn_class: str | None
    reasons: tuple[str, ...]
    action: str
    action_reason: str
    computed_at: int


async def standing_of(contact_ids: Iterable[Id]) -> dict[Id, Standing]:
    """How these contacts stand, by contact; those of whom nothing is known are left out."""
    rows = await database.rows(
        """SELECT s.contact_id, s.engagement, s.engagement_class, s.churn_risk, s.churn_class,
                  s.reasons, s.action, s.action_reason, s.computed_at
             FROM ({batch}) AS b
             JOIN contact_score s ON s.tenant_id = $1::uuid AND s.contact_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    return {
        row.pop("contact_id"): Standing(**row | {"reasons": tuple(row["reasons"].split())})
        for row in rows
    }


@database.unit_of_work
async def follow_merges(happened: Sequence[Event]) -> None:
    """Whoever was joined into somebody else stands nowhere, and their silences are the survivor's:
    a reaction to `contact.merged`."""
    pairs = Batch(
        {"survivor_id": "uuid", "merged_id": "uuid"},
        [[one.refs["contact"], one.refs["merged"]] for one in happened],
    )
    await database.run(
        """DELETE FROM contact_score WHERE tenant_id = $1::uuid
              AND contact_id IN (SELECT b.merged_id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=pairs,
    )
    threads = await database.rows(
        """SELECT v.id FROM ({batch}) AS b
             JOIN conversation v ON v.tenant_id = $1::uuid
              AND v.contact_id IN (b.survivor_id, b.merged_id)""",
        tenancy.current(),
        batch=pairs,
    )
    await note_silences(row["id"] for row in threads)
