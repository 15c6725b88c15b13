"""Requests for consent by the clock (F9): those that nothing could ask, expired, forgotten."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import contacts
import tenants
from contacts import ConsentRequestRow, ConsentStep, Grounds
from kernel import clock, database, tenancy
from kernel.database import Batch
from kernel.ids import Id
from privacy.double_opt_in import prompt
from privacy.erasures import begin_erasure

_AT_ONCE = 200


async def look_after_requests() -> int:
    """Do what is due about requests for consent; how many were looked at."""
    seen = 0
    for tenant_id in await contacts.tenants_with_requests_due():
        with tenancy.acting_for(tenant_id):
            seen += await _look_after()
    return seen


@database.unit_of_work
async def _look_after() -> int:
    rows, now = await contacts.hold_requests_due(_AT_ONCE), clock.now()
    forgotten_after = (await tenants.read_settings()).consent_purge_days * clock.DAY
    waiting = [row for row in rows if row["state"] == "pending"]
    await _expire([row for row in waiting if row["expires_at"] <= now], forgotten_after)
    for row in waiting:
        if row["expires_at"] > now and row["prompt_id"] is None:
            await prompt(row)
    over = [row for row in rows if row["state"] != "pending"]
    old = [row for row in over if row["created_at"] + forgotten_after <= now]
    forgotten = {row["id"] for row in old}
    await contacts.forget_requests(forgotten)
    await contacts.keep_requests({row["id"] for row in over} - forgotten, forgotten_after)
    await _forget_people({row["contact_id"] for row in old})
    return len(rows)


async def _expire(late: Sequence[ConsentRequestRow], forgotten_after: int) -> None:
    await contacts.expire_requests([row["id"] for row in late], forgotten_after)
    await contacts.record_consent(
        [
            ConsentStep(
                row["contact_id"],
                row["subject_id"],
                "expired",
                "clock",
                f"expired|{row['id']}",
                row["expires_at"],
                row["purpose"],
                row["topic"],
                grounds=Grounds(
                    row["id"],
                    row["touchpoint_id"],
                    row["wording_id"],
                    actor_kind="system",
                    prompt_id=row["prompt_id"],
                ),
            )
            for row in late
        ]
    )


async def _forget_people(contact_ids: Collection[Id]) -> None:
    """Begin to erase those of these for whom there is no other reason to keep them."""
    rows = await database.rows(
        database.sql(__file__, "without_basis"),
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(contact_ids)]),
    )
    for row in rows:
        await begin_erasure(row["id"], reason="no_basis")
