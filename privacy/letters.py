"""What people are told about their requests (F47): put down here, claimed and settled by workers.

A row holds a kind and ids; what it says is written when it leaves, so that neither a queue nor a
copy of the database holds it. A worker that dies leaves its lease to run out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import tenants
from kernel import bells, clock, database, ids, tenancy
from kernel.ids import Id
from privacy.request_rows import Row

BELL = "privacy_letters"
LetterKind = Literal["code", "extended", "refused", "done"]
Way = Literal["message", "template", "email"]
_LEASE = 2 * clock.MINUTE
_MOST_ATTEMPTS = 6
# Sent one after the other: the slowest mail server takes them within the lease.
_AT_ONCE = 4
_KEPT = 30 * clock.DAY


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that this worker sends; nobody else does while the lease holds."""

    id: Id
    kind: LetterKind
    request_id: Id | None
    locale: str
    attempts: int
    fence: int


async def put(
    kind: LetterKind, request: Row | None, locale: str | None = None, asked: bytes | None = None
) -> Id:
    """Have somebody told, in the open unit of work; the letter's id. Nobody is told without a
    request."""
    now, letter_id = clock.now(), ids.new_id()
    await database.insert(
        "privacy_letter",
        [
            {
                "tenant_id": tenancy.current(),
                "id": letter_id,
                "kind": kind,
                "request_id": request["id"] if request else None,
                "subject_id": request["subject_id"] if request else None,
                "asked_token": asked,
                "locale": locale or (await tenants.read_settings()).locale,
                "state": "waiting",
                "tries": 0,
                "due_at": now,
                "lease_until": 0,
                "fence": 0,
                "attempts": 0,
                "created_at": now,
            }
        ],
    )
    database.after_commit(lambda: bells.ring(BELL))
    return letter_id


async def tenants_with_letters() -> list[Id]:
    """The tenants that have letters to send."""
    with tenancy.across_tenants("letters of all tenants are sent by whoever is free"):
        rows = await database.rows(
            """SELECT DISTINCT tenant_id FROM privacy_letter
                WHERE state = 'waiting' AND due_at <= $1::bigint AND lease_until <= $1::bigint""",
            clock.now(),
        )
    return [row["tenant_id"] for row in rows]


@database.unit_of_work
async def claim() -> list[Letter]:
    """Letters of the current tenant that are due, leased to the caller for two minutes."""
    now = clock.now()
    rows = await database.rows(
        """WITH next_ones AS MATERIALIZED (
               SELECT l.id FROM privacy_letter l
                WHERE l.tenant_id = $1::uuid AND l.state = 'waiting'
                  AND l.due_at <= $2::bigint AND l.lease_until <= $2::bigint
                ORDER BY l.due_at, l.id LIMIT $4::bigint FOR UPDATE SKIP LOCKED
           )
           UPDATE privacy_letter
              SET lease_until = $3::bigint, fence = fence + 1, attempts = attempts + 1
            WHERE tenant_id = $1::uuid AND id IN (SELECT n.id FROM next_ones n)
        RETURNING id, kind, request_id, locale, attempts, fence""",
        tenancy.current(),
        now,
        now + _LEASE,
        _AT_ONCE,
    )
    return [Letter(**row) for row in rows]


async def sent(letter: Letter, way: Way | None) -> bool:
    """It is on its way, or nobody was to get it; False where another worker has it by now."""
    return await _settle(letter, "sent", way)


async def untold(letter: Letter) -> bool:
    """There is no way to tell them; somebody has to do it otherwise."""
    return await _settle(letter, "untold", None)


async def try_later(letter: Letter) -> bool:
    """It was not taken now: tried again after a while, up to six times; False then."""
    if letter.attempts >= _MOST_ATTEMPTS:
        return False
    await database.run(
        """UPDATE privacy_letter SET due_at = $4::bigint, lease_until = 0
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3::bigint
              AND state = 'waiting'""",
        tenancy.current(),
        letter.id,
        letter.fence,
        clock.now() + 2**letter.attempts * 15 * clock.SECOND,
    )
    return True


async def drop_old() -> int:
    """Delete the current tenant's letters of 30 days ago; how many went."""
    return await database.run(
        "DELETE FROM privacy_letter WHERE tenant_id = $1::uuid AND created_at < $2::bigint",
        tenancy.current(),
        clock.now() - _KEPT,
    )


async def _settle(letter: Letter, state: str, way: Way | None) -> bool:
    settled = await database.run(
        """UPDATE privacy_letter SET state = $4, way = $5
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3::bigint
              AND state = 'waiting'""",
        tenancy.current(),
        letter.id,
        letter.fence,
        state,
        way,
    )
    return bool(settled)
