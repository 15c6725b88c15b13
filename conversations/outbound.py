"""The only way out: claim, ask the gate once more, attempt, and write down what became of it (F21).

Exactly once, as far as anybody can: the attempt stands in the ledger before the first byte leaves,
and carries the send's id as callback data. Whoever dies in between leaves a send of which it is
known that it did not go (not attempted, or without the mark of leaving: queued again), or not known
(unknown, settled by the platform's echo or set down as unsettled, and never sent twice by itself).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from conversations import attempts, results
from conversations.attempts import SEATS, Claim, Line
from kernel import clock, database, rates, tenancy
from kernel.ids import Id

LEASE = 60 * clock.SECOND
BATCH = 200
# Messages a second of a number (contract 5.6), and one to a person each 6 s, 45 ahead (5.7).
_STANDARD, _HIGH = 80, 1000
_PAIR_INTERVAL, _PAIR_BURST = 6 * clock.SECOND, 45
_NO_SEAT = 0.05
# So often at least it is looked whether another number has something to send.
_LOOK = 0.1
_log = structlog.get_logger("outbound")


async def dispatch() -> int:
    """Send what is due: each number takes turn after turn, and none waits for the others.

    Comes back when one has had its turn, or soon; how many are at it or may have more.
    """
    for line in await _due_lines():
        if line.number_id not in _turns:
            _turns[line.number_id] = attempts.beside(_turn(line))
    if not _turns:
        return 0
    ended, going = await asyncio.wait(
        _turns.values(), timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED
    )
    return len(going) + sum(turn.result() for turn in ended)


async def _due_lines() -> list[Line]:
    now = clock.now()
    with tenancy.across_tenants("finding the numbers that have something to send"):
        rows = await database.rows(database.sql(__file__, "due_lines"), now, BATCH)
    return [
        Line(
            row["tenant_id"],
            row["number_id"],
            row["phone_number_id"],
            _HIGH if row["throughput"] == "HIGH" else _STANDARD,
            row["due"],
        )
        for row in rows
    ]


async def _turn(line: Line) -> bool:
    """One batch of a number; whether there may be more to do at once."""
    try:
        return await take_turn(line)
    except Exception as error:
        # The other numbers go on; what was claimed here comes back when its lease ends.
        _log.error("number_failed", number=line.number_id, exc_info=error)
        return False
    finally:
        del _turns[line.number_id]


async def take_turn(line: Line) -> bool:
    """One batch of a number; whether there may be more to do at once."""
    seats = SEATS.take(min(line.due, BATCH), among=len(_turns))
    if seats == 0:
        await asyncio.sleep(_NO_SEAT)
        return True
    try:
        with tenancy.acting_for(line.tenant_id):
            interval, ahead = clock.SECOND // line.per_second, max(1, line.per_second // 4)
            (grant,) = await rates.take([f"number:{line.number_id}"], interval, ahead, seats)
            if grant.granted == 0:
                await asyncio.sleep(min(grant.wait / clock.SECOND, 0.5))
                return True
            claims = await _claim(line, grant.granted)
            if not claims:
                return False  # another worker has them in hand
            await attempts.attempt(line, await _let_go(claims))
            return True
    finally:
        SEATS.give_back(seats)


async def _claim(line: Line, limit: int) -> list[Claim]:
    """Take the next sends of a number."""
    now = clock.now()
    rows = await database.rows(
        database.sql(__file__, "claim_sends"),
        tenancy.current(),
        line.number_id,
        now,
        now + LEASE,
        limit,
    )
    return sorted((Claim(**row) for row in rows), key=lambda claim: claim.id)


async def _let_go(claims: Sequence[Claim]) -> list[Claim]:
    """Those that may go now; the others wait without holding anybody up.

    To each person one at a time, for messages that go beside each other arrive in any order, and no
    more than their pair may take (contract 5.7).
    """
    first: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        first.setdefault((claim.number_id, claim.contact_id), claim)
    grants = await rates.take(
        [f"pair:{number_id}:{contact_id}" for number_id, contact_id in first],
        _PAIR_INTERVAL,
        _PAIR_BURST,
    )
    waits = {
        claim.id: grant.wait
        for claim, grant in zip(first.values(), grants, strict=True)
        if not grant.granted
    }
    going = [claim for claim in first.values() if claim.id not in waits]
    gone = {claim.id for claim in going}
    held = [(claim, waits.get(claim.id, 0)) for claim in claims if claim.id not in gone]
    if held:
        await results.put_back(held)
    return going


# The numbers that are having their turn in this process. One turn of a number at a time: of two
# beside each other, the later messages to a person could overtake the earlier ones.
_turns: dict[Id, asyncio.Task[bool]] = {}
