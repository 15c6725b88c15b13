"""What a contact chose themselves: how often, about what, or nothing any more (F11, F12)."""

from __future__ import annotations

from collections.abc import Mapping

from contacts.consent import MARKETING, ConsentStep, record_consent
from contacts.queries import ContactRow, consents_of
from kernel import clock, database

_ENDED = ("withdrawn", "refused", "none")


@database.unit_of_work
async def withdraw_all(
    contact: ContactRow, method: str, evidence: Mapping[str, str | None]
) -> None:
    """End marketing and whatever else the contact allowed; twice is once.

    Marketing is withdrawn even where it was never allowed: what they wish is what counts.
    """
    found = (await consents_of([contact["id"]])).get(contact["id"], [])
    standing = {(row["purpose"], row["topic"]): row for row in found}
    wanted = {key for key, row in standing.items() if row["state"] not in _ENDED}
    marketing = standing.get((MARKETING, ""))
    if marketing is None or marketing["state"] != "withdrawn":
        wanted.add((MARKETING, ""))
    await record_consent(
        [
            ConsentStep(
                contact_id=contact["id"],
                subject_id=contact["subject_id"],
                kind="withdrawn",
                method=method,
                # One for each state that it ends: after a new yes it can be withdrawn again.
                source=f"{method}|{contact['id']}|{purpose}|{topic}|"
                f"{standing[purpose, topic]['entry_id'] if (purpose, topic) in standing else ''}",
                at=clock.now(),
                purpose=purpose,
                topic=topic,
                evidence=evidence,
            )
            for purpose, topic in sorted(wanted)
        ]
    )
