"""Draining what shops sent: claimed in batches, opened, read, and settled or tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from commerce.told import Told
from commerce.wire import shopify, woocommerce
from kernel import clock, database, keys, leases, tenancy
from kernel.database import Batch
from kernel.errors import RapportError
from kernel.ids import Id
from kernel.leases import Claim

_READERS = {"shopify": shopify.read, "woocommerce": woocommerce.read}


@dataclass(frozen=True, slots=True)
class ClaimedDelivery(Claim):
    """A shop's delivery in this worker's hands until its lease ends, with what it tells."""

    tenant_id: Id
    store_id: Id
    told: tuple[Told, ...]


async def claim_deliveries(limit: int) -> list[ClaimedDelivery]:
    """Take the next deliveries of shops, in order of arrival, read; [] when nothing is due.

    What cannot be opened or read is set down as dead, with its reason, and never lost from sight.
    """
    now = clock.now()
    with database.redone_if_lost():
        rows = await database.rows(
            database.sql(__file__, "claim_deliveries"), now, now + leases.LEASE, limit
        )
    shops = await _shops({row["store_id"] for row in rows})
    claimed, dead = [], []
    for row in sorted(rows, key=lambda row: row["id"]):
        try:
            tenant_id, platform = shops[row["store_id"]]
            told = _read(platform, row)
        except (RapportError, KeyError) as error:
            code = error.code if isinstance(error, RapportError) else "UNKNOWN_STORE"
            dead.append([row["id"], row["fence"], code])
            continue
        claimed.append(
            ClaimedDelivery(
                id=row["id"],
                tenant_id=tenant_id,
                store_id=row["store_id"],
                fence=row["fence"],
                attempts=row["attempts"],
                told=tuple(told),
            )
        )
    if dead:
        await leases.give_up("store_delivery", dead)
    return claimed


async def settle(claimed: Sequence[ClaimedDelivery]) -> None:
    """These deliveries are applied; a worker that lost its lease meanwhile changes nothing."""
    await leases.settle("store_delivery", claimed)


async def try_later(one: ClaimedDelivery, reason: str) -> None:
    """This delivery could not be applied: again after a while, dead after six tries."""
    await leases.try_later("store_delivery", one, reason)


async def drop_old_deliveries() -> int:
    """Drop shops' envelopes that are past their days; how many."""
    return await database.run(
        "DELETE FROM store_delivery WHERE received_at < $1 AND state <> 'stored'",
        clock.now() - keys.INTAKE_DAYS * clock.DAY,
    )


def _read(platform: str, row: dict[str, Any]) -> list[Told]:
    sealer = keys.intake_of(row["intake_key"])
    body = orjson.loads(sealer.open("store_delivery.body", row["id"], row["body_sealed"]))
    return _READERS[platform](row["topic"], body, row["triggered_at"])


async def _shops(store_ids: set[Id]) -> dict[Id, tuple[Id, str]]:
    """The tenant and the platform of each."""
    with tenancy.across_tenants("finding the tenants of shops' deliveries"):
        rows = await database.rows(
            """SELECT DISTINCT r.store_id, r.tenant_id, r.platform FROM ({batch}) AS b
                 JOIN store_route r ON r.store_id = b.id""",
            batch=Batch({"id": "uuid"}, [[one] for one in sorted(store_ids)]),
        )
    return {row["store_id"]: (row["tenant_id"], row["platform"]) for row in rows}
