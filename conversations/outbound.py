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

import channels
from conversations import attempts, claims, pairs, results
from conversations.claims import SEATS, Claim, Line
from kernel import clock, tenancy
from kernel.ids import Id

BATCH = 200
_NO_SEAT = 0.05
# When a mailing may not go faster by its own rate, it is looked again so soon.
_SLOW = 0.1
# So often at least it is looked whether another number has something to send.
_LOOK = 0.1
_log = structlog.get_logger("outbound")


async def dispatch() -> int:
    """Send what is due: each number takes turn after turn, and none waits for the others.

    Comes back when one has had its turn, or soon; how many are at it or may have more.
    """
    for line in await claims.due_lines(BATCH):
        if line.number_id not in _turns:
            _turns[line.number_id] = attempts.beside(_turn(line))
    if not _turns:
        return 0
    ended, going = await asyncio.wait(
        _turns.values(), timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED
    )
    return len(going) + sum(turn.result() for turn in ended)


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
    seats = line.take_seats(BATCH, among=len(_turns))
    if seats == 0:
        await asyncio.sleep(_NO_SEAT)
        return True
    try:
        with tenancy.acting_for(line.tenant_id):
            grant = await channels.take_rate(line.number_id, seats)
            if grant.granted == 0:
                await asyncio.sleep(min(grant.wait / clock.SECOND, 0.5))
                return True
            claimed = await claims.claim(line, grant.granted)
            if not claimed:
                # Another worker has them in hand, or mailings keep to their own rate.
                await asyncio.sleep(_SLOW if line.is_slow else 0)
                return line.is_slow
            await attempts.attempt(line, await _let_go(claimed))
            return True
    finally:
        SEATS.give_back(seats)


async def _let_go(claimed: Sequence[Claim]) -> list[Claim]:
    """Those that may go now; the others wait without holding anybody up.

    To each person one at a time, for messages that go beside each other arrive in any order, and no
    more than their pair may take (contract 5.7).
    """
    first: dict[Id, Claim] = {}
    for claim in claimed:
        first.setdefault(claim.contact_id, claim)
    grants = await pairs.take(claimed[0].number_id, first)
    waits = {
        first[contact_id].id: grant.wait
        for contact_id, grant in grants.items()
        if not grant.granted
    }
    going = [claim for claim in first.values() if claim.id not in waits]
    gone = {claim.id for claim in going}
    held = [(claim, waits.get(claim.id, 0)) for claim in claimed if claim.id not in gone]
    if held:
        await results.put_back(held)
    return going


# The numbers that are having their turn in this process. One turn of a number at a time: of two
# beside each other, the later messages to a person could overtake the earlier ones.
_turns: dict[Id, asyncio.Task[bool]] = {}
