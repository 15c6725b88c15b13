"""What campaigns brought: the counted orders that belong to them, net of what was given back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kernel import database, tenancy
from kernel.database import Batch
from kernel.ids import Id


@dataclass(frozen=True, slots=True)
class Revenue:
    """Orders and money in 1/10,000 of the tenant's currency; averages are None where nothing is.

    `net` is less what was given back; `recipients` are those whom the platform took a message for;
    `store_average` is what all counted orders since the campaign's start came to on average.
    Orders in a currency without a rate have no amount there, and count among no average.
    """

    orders: int
    net: int
    average: int | None
    recipients: int
    store_average: int | None

    @property
    def per_recipient(self) -> int | None:
        """What each recipient brought."""
        return round(self.net / self.recipients) if self.recipients else None


@dataclass(frozen=True, slots=True)
class Brought:
    """Orders that belong to a touch, and what they came to, less what was given back."""

    orders: int
    net: int


async def brought(since: int, until: int) -> Brought:
    """What touches brought of the orders that were placed from a moment to before another."""
    row = await database.row(
        """SELECT count(*) AS orders,
                  coalesce(sum(o.base_total - coalesce(o.base_refunded, 0)), 0) AS net
             FROM shop_order o
             JOIN attribution a ON a.tenant_id = $1::uuid AND a.order_id = o.id
            WHERE o.tenant_id = $1::uuid AND o.placed_at >= $2 AND o.placed_at < $3""",
        tenancy.current(),
        since,
        until,
    )
    return Brought(int(row["orders"]), int(row["net"])) if row else Brought(0, 0)


async def revenue_of(campaign_ids: Iterable[Id]) -> dict[Id, Revenue]:
    """What these campaigns brought, each of them."""
    rows = await database.rows(
        database.sql(__file__, "revenue"),
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(campaign_ids)]),
    )
    return {
        row["id"]: Revenue(
            int(row["orders"]),
            int(row["net"]),
            _whole(row["average"]),
            int(row["recipients"]),
            _whole(row["store_average"]),
        )
        for row in rows
    }


def _whole(average: float | None) -> int | None:
    return None if average is None else round(average)
