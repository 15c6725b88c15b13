"""Mailings that are through, and what waits of those that were called off (F26)."""

from __future__ import annotations

from conversations import decisions
from conversations.mailing_counts import count_ends
from conversations.reasons import reason
from conversations.results import CANCELLED
from kernel import clock, database, tenancy
from kernel.ids import Id

_AT_ONCE = 10_000


async def end_mailings() -> int:
    """Settle what waits of cancelled mailings, and close those of which all is settled.

    Of all tenants; a part at a time, so that nobody waits for the database: how much was done.
    """
    with tenancy.across_tenants("mailings that are through, or were called off"):
        rows = await database.rows(
            """SELECT tenant_id, id, state FROM mailing
                WHERE settled_at IS NULL AND frozen_at IS NOT NULL"""
        )
    done = 0
    for row in rows:
        with tenancy.acting_for(row["tenant_id"]):
            if row["state"] == "cancelled":
                done += await _call_off(row["id"])
            await _close(row["id"])
    return done


@database.unit_of_work
async def _call_off(mailing_id: Id) -> int:
    called_off = await database.run(
        """WITH part AS MATERIALIZED (
               SELECT s.id FROM send s
                WHERE s.tenant_id = $1::uuid AND s.mailing_id = $2::uuid AND s.state = 'queued'
                ORDER BY s.due_at, s.id LIMIT $5::bigint FOR UPDATE SKIP LOCKED
           )
           UPDATE send SET state = 'refused', decision = $3::jsonb, settled_at = $4
            WHERE tenant_id = $1::uuid AND id IN (SELECT p.id FROM part p)""",
        tenancy.current(),
        mailing_id,
        decisions.keep("refuse", [reason(CANCELLED)]),
        clock.now(),
        _AT_ONCE,
    )
    await count_ends({(mailing_id, "refused", CANCELLED): called_off})
    return called_off


async def _close(mailing_id: Id) -> None:
    await database.run(
        """UPDATE mailing SET settled_at = $3, updated_at = $3,
                  state = CASE WHEN state = 'cancelled' THEN 'cancelled' ELSE 'finished' END
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND settled_at IS NULL
              AND total <= (SELECT coalesce(sum(c.n), 0) FROM mailing_count c
                             WHERE c.tenant_id = $1::uuid AND c.mailing_id = $2::uuid)""",
        tenancy.current(),
        mailing_id,
        clock.now(),
    )
