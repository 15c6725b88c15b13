"""How contacts stand to the house, judged when they are due (F39, F40).

Events only make a contact due, in one statement for many; whoever answers ten times in a minute is
judged once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import contacts
import conversations
from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from scoring.engagement import Engagement, engagement_of
from scoring.next_actions import next_action
from scoring.remarks import words
from scoring.silences import note_silences

_AT_ONCE = 500


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
             JOIN contact_score s ON s.tenant_id = $1::uuid AND s.contact_id = b.id
              AND s.computed_at > 0""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )
    return {
        row.pop("contact_id"): Standing(**row | {"reasons": tuple(row["reasons"].split())})
        for row in rows
    }


async def note_standings(contact_ids: Iterable[Id], within: int = 0) -> None:
    """These contacts did something, or something befell them: they are judged within so long."""
    await database.run(
        database.sql(__file__, "note_standings"),
        tenancy.current(),
        clock.now() + within,
        batch=_ids(contact_ids),
    )


async def forget_standings(contact_ids: Iterable[Id]) -> None:
    """Nobody stands anywhere who turned out to be nobody."""
    await database.run(
        """DELETE FROM contact_score WHERE tenant_id = $1::uuid
              AND contact_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=_ids(contact_ids),
    )


async def judge_standings() -> int:
    """Judge contacts that are due, of all tenants; how many."""
    with tenancy.across_tenants("contacts of all tenants are judged by one clock"):
        rows = await database.rows(
            """SELECT tenant_id, contact_id, due_at FROM contact_score
                WHERE due_at <= $1::bigint ORDER BY due_at LIMIT $2::bigint""",
            clock.now(),
            _AT_ONCE,
        )
    due: defaultdict[Id, dict[Id, int]] = defaultdict(dict)
    for row in rows:
        due[row["tenant_id"]][row["contact_id"]] = row["due_at"]
    for tenant_id, people in due.items():
        with tenancy.acting_for(tenant_id):
            await _judge(people)
    return len(rows)


async def _judge(due: Mapping[Id, int]) -> None:
    """Judge these contacts; who is frozen is asked about again in a day (F49)."""
    now = clock.now()
    frozen = await contacts.frozen_subjects()
    known = await contacts.contacts_by_ids(due)
    free = [one for one in due if one in known and known[one]["subject_id"] not in frozen]
    rows = await database.rows(
        database.sql(__file__, "behaviour"), tenancy.current(), now, clock.DAY, batch=_ids(free)
    )
    # Only of who had the last word it matters how long that was.
    texts = await conversations.texts_of(r["last_id"] for r in rows if r["last_direction"] == "in")
    lengths = {one: words(text.words or "") for one, text in texts.items()}
    found = {
        row["contact_id"]: (
            engagement_of(row, now),
            next_action(row, lengths.get(row["last_id"], 0)),
        )
        for row in rows
    }
    await _write(due, found, now)


@database.unit_of_work
async def _write(
    due: Mapping[Id, int], found: Mapping[Id, tuple[Engagement, tuple[str, str]]], now: int
) -> None:
    """Write down how they stand and tell what changed; what became due anew meanwhile stays due."""
    before = await standing_of(found)
    columns = {
        "id": "uuid",
        "was_due": "bigint",
        "engagement": "integer",
        "engagement_class": "text",
        "churn_risk": "integer",
        "churn_class": "text",
        "reasons": "text",
        "action": "text",
        "action_reason": "text",
        "due_at": "bigint",
    }
    rows = [
        [
            *(one, due[one], it.engagement, it.engagement_class, it.churn_risk, it.churn_class),
            *(" ".join(it.reasons), *action, it.due_at),
        ]
        for one, (it, action) in found.items()
    ]
    written = await database.rows(
        """UPDATE contact_score
              SET engagement = b.engagement, engagement_class = b.engagement_class,
                  churn_risk = b.churn_risk, churn_class = b.churn_class, reasons = b.reasons,
                  action = b.action, action_reason = b.action_reason, computed_at = $2::bigint,
                  due_at = b.due_at
             FROM ({batch}) AS b
            WHERE contact_score.tenant_id = $1::uuid AND contact_score.contact_id = b.id
              AND contact_score.due_at = b.was_due
        RETURNING contact_score.contact_id""",
        tenancy.current(),
        now,
        batch=Batch(columns, rows),
    )
    await database.run(
        """UPDATE contact_score SET due_at = $2::bigint
            WHERE tenant_id = $1::uuid AND contact_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        now + clock.DAY,
        batch=_ids(one for one in due if one not in found),
    )
    await events.record(
        *(
            event
            for row in written
            for event in _news(row["contact_id"], *found[row["contact_id"]], before)
        )
    )


def _news(
    contact_id: Id, it: Engagement, action: tuple[str, str], before: Mapping[Id, Standing]
) -> list[Event]:
    was = before.get(contact_id)
    classes = (was.engagement_class, was.churn_class) if was else ("none", None)
    news = []
    if classes != (it.engagement_class, it.churn_class):
        news.append(Event("score.engagement_changed", {"contact": contact_id}))
    if was is None or was.action != action[0]:
        news.append(Event("action.suggested", {"contact": contact_id, "action": action[0]}))
    return news


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
    await note_standings(one.refs["contact"] for one in happened)


def _ids(found: Iterable[Any]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(found)])
