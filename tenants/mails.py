"""Mails on their way to people who sign in: rows that say what each is about, sent by workers (F2).

A row holds a kind and ids. The address is read from where it stands and the link is made when the
mail is written, so that neither a queue nor a copy of the database holds them. A worker that dies
leaves its lease to run out: a mail may come twice then, under the same Message-ID, but never not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from kernel import bells, clock, database, ids
from kernel.ids import Id

BELL = "mails"
Kind = Literal["verification", "reset", "invitation"]
_LEASE = 2 * clock.MINUTE
_MOST_ATTEMPTS = 12
_KEPT = 30 * clock.DAY


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that this worker sends; nobody else does while the lease holds."""

    id: Id
    kind: Kind
    refs: Mapping[str, Id]
    locale: str
    attempts: int
    fence: int


async def put(kind: Kind, refs: Mapping[str, Id], locale: str) -> None:
    """Have a mail sent, in the open unit of work; workers are woken after the commit."""
    now = clock.now()
    mail = {
        "id": ids.new_id(),
        "kind": kind,
        "refs": orjson.dumps(dict(refs)).decode(),
        "locale": locale,
        "state": "waiting",
        "due_at": now,
        "lease_until": 0,
        "fence": 0,
        "attempts": 0,
        "created_at": now,
    }
    await database.insert("mail", [mail])
    database.after_commit(lambda: bells.ring(BELL))


async def claim_mails(limit: int) -> list[ClaimedMail]:
    """Mails that are due, leased to the caller for two minutes."""
    rows = await _claim(limit)
    return [
        ClaimedMail(
            id=row["id"],
            kind=row["kind"],
            refs=orjson.loads(row["refs"]),
            locale=row["locale"],
            attempts=row["attempts"],
            fence=row["fence"],
        )
        for row in rows
    ]


async def mail_sent(mail: ClaimedMail) -> None:
    """The server has taken it."""
    await _settle(mail, "sent", None)


async def mail_refused(mail: ClaimedMail, code: str) -> None:
    """It will never be taken, or nobody needs it any more; the code says why."""
    await _settle(mail, "given_up", code)


async def mail_failed(mail: ClaimedMail, code: str) -> None:
    """It was not taken now: tried again in half a minute, then ever more seldom, for half a day."""
    if mail.attempts >= _MOST_ATTEMPTS:
        await mail_refused(mail, code)
        return
    wait = min(2 ** (mail.attempts - 1) * 30 * clock.SECOND, 2 * clock.HOUR)
    await database.run(
        """UPDATE mail SET due_at = $3::bigint, lease_until = 0, trouble = $4
            WHERE id = $1::uuid AND fence = $2::bigint AND state = 'waiting'""",
        mail.id,
        mail.fence,
        clock.now() + wait,
        code,
    )


async def drop_old_mails() -> int:
    """Delete the rows of mails that were settled 30 days ago; how many went."""
    before = clock.now() - _KEPT
    return await database.run(
        "DELETE FROM mail WHERE id < $1::uuid AND state <> 'waiting' AND settled_at < $2::bigint",
        ids.first_at(before),
        before,
    )


@database.unit_of_work
async def _claim(limit: int) -> list[dict[str, Any]]:
    now = clock.now()
    return await database.rows(
        """WITH next_ones AS MATERIALIZED (
               SELECT id FROM mail
                WHERE state = 'waiting' AND due_at <= $1::bigint AND lease_until <= $1::bigint
                ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
           )
           UPDATE mail
              SET lease_until = $2::bigint, fence = fence + 1, attempts = attempts + 1
            WHERE id IN (SELECT n.id FROM next_ones n)
        RETURNING id, kind, refs, locale, attempts, fence""",
        now,
        now + _LEASE,
        limit,
    )


async def _settle(mail: ClaimedMail, state: str, trouble: str | None) -> None:
    await database.run(
        """UPDATE mail SET state = $3, trouble = $4, settled_at = $5::bigint
            WHERE id = $1::uuid AND fence = $2::bigint AND state = 'waiting'""",
        mail.id,
        mail.fence,
        state,
        trouble,
        clock.now(),
    )
