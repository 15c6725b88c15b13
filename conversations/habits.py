"""When people write and read: their best hour is learned from it, their silence seen (F22, F23)."""

from __future__ import annotations

from collections.abc import Iterable

import contacts
from contacts import Pacing
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id

# Once a day is enough for a habit, however much somebody writes.
_AGAIN = clock.DAY


async def learn_hours(contact_ids: Iterable[Id]) -> int:
    """Learn the best hours of these contacts from their latest messages; of how many.

    The hour in which they wrote and read most is theirs; of several, the one that was so last.
    """
    rules, now = await contacts.pace_rules(), clock.now()
    today = now // clock.DAY
    due = await database.rows(
        """SELECT c.id, c.time_zone, c.country FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id AND c.state = 'active'
             LEFT JOIN contact_pace p ON p.tenant_id = $1::uuid AND p.contact_id = c.id
            WHERE coalesce(p.learned_at, 0) <= $2::bigint""",
        tenancy.current(),
        now - _AGAIN,
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    if not due:
        return 0
    spans = [
        [row["id"], *span]
        for row in due
        for span in contacts.clocks_of(
            contacts.locality(row["time_zone"], row["country"], rules.timing.home).zone,
            today - rules.learned_over_days,
            today + 1,
        )
    ]
    rows = await database.rows(
        database.sql(__file__, "best_hours"),
        tenancy.current(),
        rules.learned_from,
        batch=Batch(
            {"contact_id": "uuid", "begins": "bigint", "ends": "bigint", "ahead": "bigint"}, spans
        ),
    )
    return await contacts.write_pacing(
        [Pacing(row["contact_id"], best_hour=row["hour"], learned_at=now) for row in rows]
    )


async def last_words(contact_ids: Iterable[Id]) -> dict[Id, int]:
    """When something was said last with each of these, by either side; never: not there."""
    rows = await database.rows(
        """SELECT v.contact_id, max(v.last_message_at) AS at FROM ({batch}) AS b
             JOIN conversation v ON v.tenant_id = $1::uuid AND v.contact_id = b.id
              AND v.last_message_at > 0
            GROUP BY v.contact_id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(contact_ids)]),
    )
    return {row["contact_id"]: row["at"] for row in rows}
