"""Joining contacts that turned out to be one person (F5): nothing is lost, and it can be undone.

Rows move to the survivor and keep their subject, which tells whose they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.consent import UNLESS_LATER
from contacts.paced import UNLESS_KNOWN
from kernel import clock, database, events, ids, keys, tenancy
from kernel.events import Event
from kernel.ids import Id

_ONCE = "ON CONFLICT DO NOTHING"
_PACE = "stage, tier, first_purchase_at, best_hour, learned_at"


@dataclass(frozen=True, slots=True)
class Merge:
    """One contact joined into another."""

    survivor_id: Id
    merged_id: Id


async def join(pairs: Sequence[tuple[Id, Id, str]]) -> list[Merge]:
    """Join each (survivor, joined, reason); rooms above follow with their rows."""
    merges = []
    for survivor_id, merged_id, reason in pairs:
        await _relink(survivor_id, merged_id)
        await _take_the_later_name(survivor_id, merged_id)
        await _take_the_longer_gap(survivor_id, merged_id)
        await _close(survivor_id, merged_id, reason)
        merges.append(Merge(survivor_id, merged_id))
    return merges


async def _relink(survivor_id: Id, merged_id: Id) -> None:
    tenant_id = tenancy.current()
    # Of two open requests for one thing, the survivor's goes on.
    await database.run(
        """UPDATE consent_request SET state = 'expired', decided_at = $4
            WHERE tenant_id = $1::uuid AND contact_id = $3::uuid AND state = 'pending'
              AND EXISTS (SELECT 1 FROM consent_request r
                           WHERE r.tenant_id = $1::uuid AND r.contact_id = $2::uuid
                             AND r.state = 'pending' AND r.purpose = consent_request.purpose
                             AND r.topic = consent_request.topic)""",
        tenant_id,
        survivor_id,
        merged_id,
        clock.now(),
    )
    for table in ("identity", "subject", "consent_entry", "consent_request", "activity"):
        await database.run(
            f"""UPDATE {table} SET contact_id = $2::uuid
                 WHERE tenant_id = $1::uuid AND contact_id = $3::uuid""",
            tenant_id,
            survivor_id,
            merged_id,
        )
    for table, others, conflict in (
        ("contact_search", "token", _ONCE),
        ("contact_tag", "tag_id, source, at", _ONCE),
        ("consent_state", "purpose, topic, state, since, entry_id", UNLESS_LATER),
        ("contact_pace", _PACE, UNLESS_KNOWN),
    ):
        await database.run(
            f"""INSERT INTO {table} (tenant_id, contact_id, {others})
                SELECT tenant_id, $2::uuid, {others} FROM {table}
                 WHERE tenant_id = $1::uuid AND contact_id = $3::uuid {conflict}""",
            tenant_id,
            survivor_id,
            merged_id,
        )
        await database.run(
            f"DELETE FROM {table} WHERE tenant_id = $1::uuid AND contact_id = $2::uuid",
            tenant_id,
            merged_id,
        )


async def _take_the_later_name(survivor_id: Id, merged_id: Id) -> None:
    tenant_id = tenancy.current()
    rows = await database.rows(
        """SELECT id, subject_id, name_sealed, name_at, name_tie FROM contact
            WHERE tenant_id = $1::uuid AND id IN ($2::uuid, $3::uuid)""",
        tenant_id,
        survivor_id,
        merged_id,
    )
    both = {row["id"]: row for row in rows}
    ours, theirs = both[survivor_id], both[merged_id]
    if (theirs["name_at"], theirs["name_tie"]) <= (ours["name_at"], ours["name_tie"]):
        return
    sealers = await keys.of([ours["subject_id"], theirs["subject_id"]])
    if theirs["name_sealed"] is None or len(sealers) < 2:
        return
    name = sealers[theirs["subject_id"]].open("contact.name", merged_id, theirs["name_sealed"])
    await database.run(
        """UPDATE contact SET name_sealed = $3, name_at = $4, name_tie = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenant_id,
        survivor_id,
        sealers[ours["subject_id"]].seal("contact.name", survivor_id, name),
        theirs["name_at"],
        theirs["name_tie"],
    )


async def _take_the_longer_gap(survivor_id: Id, merged_id: Id) -> None:
    """Of two wishes how often they want to hear of the tenant, the quieter one holds."""
    await database.run(
        """UPDATE contact SET marketing_gap_days = (
               SELECT max(x.marketing_gap_days) FROM contact x
                WHERE x.tenant_id = $1::uuid AND x.id IN ($2::uuid, $3::uuid))
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        survivor_id,
        merged_id,
    )


async def _close(survivor_id: Id, merged_id: Id, reason: str) -> None:
    tenant_id, now = tenancy.current(), clock.now()
    await database.run(
        """UPDATE contact SET suppressed_by = coalesce(suppressed_by, (
                  SELECT m.suppressed_by FROM contact m
                   WHERE m.tenant_id = $1::uuid AND m.id = $3::uuid))
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenant_id,
        survivor_id,
        merged_id,
    )
    # Ids that led to the joined contact earlier lead on to the survivor (F5).
    await database.run(
        """UPDATE contact SET state = 'merged', merged_into = $2::uuid, updated_at = $4
            WHERE tenant_id = $1::uuid AND (id = $3::uuid OR merged_into = $3::uuid)""",
        tenant_id,
        survivor_id,
        merged_id,
        now,
    )
    await database.insert(
        "contact_merge",
        [
            {
                "tenant_id": tenant_id,
                "id": ids.new_id(),
                "survivor_id": survivor_id,
                "merged_id": merged_id,
                "reason": reason,
                "at": now,
            }
        ],
    )
    await events.record(Event("contact.merged", {"contact": survivor_id, "merged": merged_id}))
