"""The two chains, consent ledger and audit log: checked and anchored every night (F48)."""

from __future__ import annotations

import structlog

import contacts
from kernel import anchors, audit, database, events
from kernel.chain import Verdict
from kernel.events import Event

CHAINS = (contacts.LEDGER, audit.CHAIN)
_log = structlog.get_logger("chains")


async def verify_chains() -> dict[str, Verdict]:
    """What a check of each of the current tenant's chains finds, by the name of its table."""
    return {one.table: await anchors.verify(one) for one in CHAINS}


async def watch_chains() -> None:
    """A night's check: a chain that holds is anchored, one that does not is told of."""
    for one in CHAINS:
        verdict = await anchors.verify(one)
        if verdict.first_altered is None:
            await anchors.drop_anchor(one)
        else:
            _log.critical("chain_broken", chain=one.table, entry=verdict.first_altered)
            await _tell(verdict.first_altered)


@database.unit_of_work
async def _tell(entry_id: str) -> None:
    await events.record(Event("audit.chain_broken", {"entry": entry_id}))
