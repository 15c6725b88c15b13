"""What people took back, in ids alone: as it is noted outside of the databases (F11, F53).

A backup that is restored knows nothing of a withdrawal made after it; by these it is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from contacts.consent import ConsentStep, Grounds, record_consent
from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.ids import Id

_METHOD = "restored"
_NO_TOPIC = "-"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A step of the ledger that took consent away, of the kind withdrawn or refused."""

    entry_id: Id
    contact_id: Id
    kind: str
    purpose: str
    topic: str
    at: int

    @property
    def words(self) -> tuple[str, ...]:
        """As it is noted."""
        return tuple(str(one) or _NO_TOPIC for one in astuple(self))

    @classmethod
    def read(cls, words: Sequence[str]) -> Withdrawn:
        """As it was noted."""
        entry_id, contact_id, kind, purpose, topic, at = words
        return cls(entry_id, contact_id, kind, purpose, topic.removeprefix(_NO_TOPIC), int(at))


async def withdrawals(entry_ids: Iterable[Id]) -> list[Withdrawn]:
    """These entries of the ledger."""
    rows = await database.rows(
        """SELECT e.id, e.contact_id, e.kind, e.purpose, e.topic, e.provider_at
             FROM ({batch}) AS b
             JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.id = b.id ORDER BY e.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(set(entry_ids))]),
    )
    return [Withdrawn(*row.values()) for row in rows]


@database.unit_of_work
async def withdraw_again(noted: Sequence[Withdrawn]) -> int:
    """Write down anew which of these the ledger lost, as of their own time; how many.

    Whoever came after the backup is not known, and nothing of theirs is written.
    """
    rows = await database.rows(
        """SELECT b.id, c.subject_id FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
            WHERE c.state <> 'erased'
              AND NOT EXISTS (SELECT 1 FROM consent_entry e
                               WHERE e.tenant_id = $1::uuid AND e.id = b.id)""",
        tenancy.current(),
        batch=Batch(
            {"id": "uuid", "contact_id": "uuid"}, [[one.entry_id, one.contact_id] for one in noted]
        ),
    )
    subjects = {row["id"]: row["subject_id"] for row in rows}
    readable = await keys.of(subjects.values())
    lost = [one for one in noted if subjects.get(one.entry_id) in readable]
    return len(
        await record_consent(
            [
                ConsentStep(
                    contact_id=one.contact_id,
                    subject_id=subjects[one.entry_id],
                    kind=one.kind,
                    method=_METHOD,
                    source=f"{_METHOD}|{one.entry_id}",
                    at=one.at,
                    purpose=one.purpose,
                    topic=one.topic,
                    grounds=Grounds(actor_kind="system"),
                )
                for one in lost
            ]
        )
    )
