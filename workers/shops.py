"""Draining shops' deliveries, and what happens to shops by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import structlog

import commerce
import conversations
from commerce import ClaimedDelivery, Told
from kernel import audit, database, ids, metrics, tenancy
from kernel.errors import RapportError
from kernel.ids import Id

BATCH = 100
_log = structlog.get_logger("shops")


async def drain(limit: int = BATCH) -> int:
    """Apply shops' next deliveries, those of a shop together; how many were taken.

    Where one of them fails, they are applied one by one, so that it alone waits for its next try.
    """
    claimed = await commerce.claim_deliveries(limit)
    ordered = sorted(claimed, key=lambda one: (one.tenant_id, one.store_id, one.id))
    for _, group in groupby(ordered, key=lambda one: (one.tenant_id, one.store_id)):
        together = list(group)
        try:
            await _apply(together)
        except Exception as error:
            _log.warning("batch_failed", error=type(error).__name__, deliveries=len(together))
            for one in together:
                await _apply_alone(one)
    return len(claimed)


async def pull() -> int:
    """Ask the next shop whose turn it is for the orders it changed; how many were asked."""
    return await commerce.pull_orders(_take)


async def _apply_alone(one: ClaimedDelivery) -> None:
    try:
        await _apply([one])
    except Exception as error:
        _log.error("delivery_failed", delivery=one.id, exc_info=error)
        reason = error.code if isinstance(error, RapportError) else type(error).__name__
        await commerce.try_later(one, reason)


async def _apply(together: Sequence[ClaimedDelivery]) -> None:
    """Deliveries of one shop."""
    with tenancy.acting_for(together[0].tenant_id):
        await _take(together[0].store_id, [told for one in together for told in one.told])
    await commerce.settle(together)
    for one in together:
        for told in one.told:
            metrics.DRAINED.labels(type(told).__name__).inc()


@database.unit_of_work
async def _take(store_id: Id, told: Sequence[Told]) -> None:
    with audit.request_of(audit.SYSTEM, ids.new_id(), "shop.receive"):
        ingested = await commerce.ingest(store_id, told)
        await conversations.follow_merges(ingested.merges)
