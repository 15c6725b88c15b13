"""Draining what came in: claimed in batches, opened, parsed, and settled or tried again.

Messages of people are taken before statuses: a STOP must not wait behind a flood of receipts.
What was here before is told by its token and dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels import wire
from kernel import clock, database, ids, keys, leases
from kernel.database import Batch
from kernel.errors import RapportError
from kernel.leases import Claim

_OURS = "whatsapp_business_account"
# The platform retries for 7 days; a key kept a day longer turns every repetition away.
_KEYS_KEPT = 8 * clock.DAY
_KEYED = {"id": "uuid", "app": "text", "token": "bytea", "received_at": "bigint"}


@dataclass(frozen=True, slots=True)
class Claimed(Claim):
    """A delivery in this worker's hands until its lease ends, with what it says."""

    received_at: int
    intake_key: str
    updates: tuple[wire.Update, ...]


async def claim_deliveries(limit: int) -> list[Claimed]:
    """Take the next deliveries, inbound messages first, parsed; [] when nothing is due.

    What cannot be opened or parsed is set down as dead, with its reason, and never lost from sight.
    """
    with database.redone_if_lost():
        taken, rows = await _claim(limit)
        while taken and not rows:
            taken, rows = await _claim(limit)
    claimed, dead = [], []
    for row in sorted(rows, key=lambda row: row["id"]):
        try:
            sealer = keys.intake_of(row["intake_key"])
            delivery = wire.parse(sealer.open("delivery.body", row["id"], row["body_sealed"]))
        except RapportError as error:
            dead.append([row["id"], row["fence"], error.code])
            continue
        claimed.append(
            Claimed(
                id=row["id"],
                fence=row["fence"],
                attempts=row["attempts"],
                received_at=row["received_at"],
                intake_key=row["intake_key"],
                # Other objects than ours are accepted and ignored (contract 3.4).
                updates=delivery.updates if delivery.object == _OURS else (),
            )
        )
    if dead:
        await leases.give_up("delivery", dead)
    return claimed


@database.unit_of_work
async def _claim(limit: int) -> tuple[int, list[dict[str, Any]]]:
    """How many were taken, and those of them that were never here before."""
    if database.dialect() == "postgresql":
        # However many wait, PostgreSQL thinks that few do, and would read and sort them all.
        await database.rows(
            """SELECT set_config('enable_sort', 'off', true),
                      set_config('enable_seqscan', 'off', true)"""
        )
    now = clock.now()
    rows = await database.rows(
        database.sql(__file__, "claim_deliveries"), now, now + leases.LEASE, limit
    )
    if not rows:
        return 0, []
    batch = Batch(_KEYED, [[row[name] for name in _KEYED] for row in rows])
    noted = await database.run(database.sql(__file__, "note_deliveries"), batch=batch)
    if noted == len(rows):
        return noted, rows
    dropped = await database.rows(database.sql(__file__, "drop_repetitions"), batch=batch)
    repeated = {row["id"] for row in dropped}
    return len(rows), [row for row in rows if row["id"] not in repeated]


async def settle(claimed: Sequence[Claimed]) -> None:
    """These deliveries are applied; a worker that lost its lease meanwhile changes nothing.

    What they told stands in rows, under whose key it belongs, and their keys turn repetitions away:
    they go. Only what was put aside stays, to be drained once more when its number is connected.
    """
    batch = Batch({"id": "uuid", "fence": "bigint"}, [[one.id, one.fence] for one in claimed])
    with database.redone_if_lost():
        gone = await database.run(database.sql(__file__, "drop_drained"), batch=batch)
        if gone < len(claimed):
            await database.run(database.sql(__file__, "keep_drained"), batch=batch)


async def try_later(one: Claimed, reason: str) -> None:
    """This delivery could not be applied: again after a while, dead after six tries."""
    await leases.try_later("delivery", one, reason)


async def revive_dead() -> int:
    """Put dead deliveries back in line (an operator mended what was wrong); how many."""
    return await database.run(
        """UPDATE delivery SET state = 'stored', attempts = 0, lease_until = 0
            WHERE state = 'dead'"""
    )


async def drop_old_deliveries() -> int:
    """Drop envelopes and keys that are past their days, and the keys that opened them; how many."""
    now = clock.now()
    first_kept = ids.first_at(now - keys.INTAKE_DAYS * clock.DAY)
    gone = await database.run(
        "DELETE FROM delivery WHERE id < $1::uuid AND state <> 'stored'", first_kept
    )
    await database.run("DELETE FROM delivery_key WHERE received_at < $1", now - _KEYS_KEPT)
    await database.run("DELETE FROM aside WHERE delivery_id < $1::uuid", first_kept)
    keys.drop_old_intake_keys()
    return gone
