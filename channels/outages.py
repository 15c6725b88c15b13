"""Outages: when a number's messages do not get out, from when to when, and why (F25).

What the platform refuses until somebody acts is one at once. Faults of its own, or silence, are one
after five attempts in a row and a minute, until a message is taken; or until nothing was tried for
ten minutes, so that it is tried anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from channels.health import NEEDS_SOMEBODY
from channels.outcomes import NEVER_LEFT, Verdict
from kernel import clock, database, events, ids, metrics, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

FAILING = "PLATFORM_FAILING"
_IN_A_ROW, _FOR, _QUIET = 5, clock.MINUTE, 10 * clock.MINUTE
# Faults of the platform's own (contract 6).
_FAULTS = frozenset({1, 2, 131000, 131016, 133004})


@dataclass(frozen=True, slots=True)
class Outage:
    """What goes on: since when (microseconds), and why (a code)."""

    since: int
    reason: str


def is_fault(verdict: Verdict) -> bool:
    """Whether the platform, or the way to it, failed: nothing was wrong with the message."""
    is_silent = verdict.fate == "unknown" or verdict.reason in NEVER_LEFT
    return is_silent or verdict.code in _FAULTS


async def count_faults(number_id: Id, count: int) -> None:
    """So many more attempts in a row failed."""
    now = clock.now()
    await database.run(
        """UPDATE number SET failures = failures + $3, failed_at = $4,
                  failing_since = coalesce(failing_since, $4)
            WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        number_id,
        count,
        now,
    )


async def watch_outages() -> int:
    """Write down which numbers went down and which are up again; how many of both."""
    with tenancy.across_tenants("looking which numbers' messages do not get out"):
        rows = await database.rows(database.sql(__file__, "numbers_in_doubt"), clock.now())
    turned, down = 0, 0
    for tenant_id, own in groupby(rows, lambda row: str(row["tenant_id"])):
        judged = [(row, _reason(row, clock.now())) for row in own]
        down += sum(reason is not None for _, reason in judged)
        began = {row["id"]: why for row, why in judged if why and not row["is_known"]}
        ended = [row["id"] for row, why in judged if not why and row["is_known"]]
        if began or ended:
            with tenancy.acting_for(tenant_id):
                turned += await _turn(began, ended)
    metrics.OUTAGES.set(down)
    return turned


async def outages_of(number_ids: Iterable[Id]) -> dict[Id, Outage]:
    """The outages of these numbers that go on."""
    rows = await database.rows(
        """SELECT o.number_id, o.began_at, o.reason FROM ({batch}) AS b
             JOIN outage o ON o.tenant_id = $1::uuid AND o.number_id = b.id
            WHERE o.ended_at IS NULL""",
        tenancy.current(),
        batch=_ids(number_ids),
    )
    return {row["number_id"]: Outage(row["began_at"], row["reason"]) for row in rows}


def _reason(row: Mapping[str, Any], now: int) -> str | None:
    if row["state"] != "connected":
        return None
    if row["waba_state"] in ("disabled", "offboarded"):
        return "ACCOUNT_DISABLED"
    if row["waba_state"] == "restricted" and (row["restricted_until"] or now + 1) > now:
        return "ACCOUNT_RESTRICTED"
    if row["token_expires_at"] is not None and row["token_expires_at"] <= now:
        return "TOKEN_EXPIRED"
    if row["held_because"] in NEEDS_SOMEBODY:
        return str(row["held_because"])
    is_failing = row["failures"] >= _IN_A_ROW and row["failing_since"] <= now - _FOR
    return FAILING if is_failing and row["failed_at"] > now - _QUIET else None


@database.unit_of_work
async def _turn(began: Mapping[Id, str], ended: Sequence[Id]) -> int:
    now = clock.now()
    added = await database.insert(
        "outage",
        [
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "number_id": number_id,
                "reason": reason,
                "began_at": now,
                "ended_at": None,
            }
            for number_id, reason in sorted(began.items())
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="number_id",
    )
    over = await database.rows(
        """UPDATE outage SET ended_at = $2
            WHERE tenant_id = $1::uuid AND ended_at IS NULL
              AND number_id IN (SELECT b.id FROM ({batch}) AS b)
        RETURNING number_id""",
        tenancy.current(),
        now,
        batch=_ids(ended),
    )
    await events.record(
        *(
            Event("channel.failed", {"number": one["number_id"], "reason": began[one["number_id"]]})
            for one in added
        ),
        *(Event("channel.recovered", {"number": one["number_id"]}) for one in over),
    )
    return len(added) + len(over)


def _ids(number_ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(number_ids)])
