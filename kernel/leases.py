"""Raw deliveries in a worker's hands: settled, tried later, or given up, under a lease.

A table of deliveries has `id, state, lease_until, fence, attempts, trouble`. Each claim raises the
fence: a worker that overslept its lease changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel import clock, database, metrics
from kernel.database import Batch
from kernel.ids import Id

LEASE = 60 * clock.SECOND
_TRIES = 6


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in this worker's hands; `attempts` counts this time too."""

    id: Id
    fence: int
    attempts: int


async def settle(table: str, claimed: Sequence[Claim]) -> None:
    """These deliveries are applied: what they told stands in rows, and their bodies go."""
    with database.redone_if_lost():
        await database.run(
            f"""UPDATE {table} SET state = 'drained', lease_until = 0, body_sealed = $1::bytea
                  FROM ({{batch}}) AS b
                 WHERE {table}.id = b.id AND {table}.fence = b.fence""",
            b"",
            batch=Batch(
                {"id": "uuid", "fence": "bigint"}, [[one.id, one.fence] for one in claimed]
            ),
        )


async def try_later(table: str, one: Claim, reason: str) -> None:
    """This delivery could not be applied: again after a while, dead after six tries."""
    if one.attempts >= _TRIES:
        await give_up(table, [[one.id, one.fence, reason]])
        return
    await database.run(
        f"""UPDATE {table} SET lease_until = $3, trouble = $4
             WHERE id = $1::uuid AND fence = $2""",
        one.id,
        one.fence,
        clock.now() + 2**one.attempts * clock.SECOND,
        reason,
    )


async def give_up(table: str, dead: Sequence[Sequence[object]]) -> None:
    """Set these down as dead: each an id, a fence and the reason; an operator may revive them."""
    metrics.DEAD_DELIVERIES.inc(len(dead))
    await database.run(
        f"""UPDATE {table} SET state = 'dead', lease_until = 0, trouble = b.trouble
              FROM ({{batch}}) AS b WHERE {table}.id = b.id AND {table}.fence = b.fence""",
        batch=Batch({"id": "uuid", "fence": "bigint", "trouble": "text"}, dead),
    )
