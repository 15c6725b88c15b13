"""Rates of currencies, given and dated by the tenant: orders in several come to one sum (F33).

A rate is what one unit of a currency is worth in the tenant's own, times 10^9, from a time on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tenants
from commerce.changed import changes, returns_change
from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.ids import Id

RATE_UNIT = 10**9
_MOST = 10**18
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of the currency is worth `rate` / 10^9 of the tenant's own, from a time on."""

    currency: str
    valid_from: int
    rate: int


class Rates:
    """The rates of a tenant, by currency."""

    def __init__(self, base: str, given: Iterable[Rate]) -> None:
        self._base = base
        self._by_currency: dict[str, list[tuple[int, int]]] = {}
        for one in sorted(given, key=lambda one: one.valid_from):
            self._by_currency.setdefault(one.currency, []).append((one.valid_from, one.rate))

    def in_base(self, amount: int, order: Mapping[str, Any]) -> int | None:
        """An amount of an order in the tenant's currency, rounded half up; None without a rate."""
        if order["currency"] == self._base:
            return amount
        dated = self._by_currency.get(order["currency"], [])
        place = bisect_right(dated, (order["placed_at"], _MOST))
        return (amount * dated[place - 1][1] + RATE_UNIT // 2) // RATE_UNIT if place else None


async def read_rates() -> Rates:
    """The rates of the current tenant, ready to be applied."""
    return Rates(await base_currency(), await list_rates())


async def base_currency() -> str:
    """The currency that sums of several currencies are told in: the tenant's own."""
    return (await tenants.read_settings()).currency


async def list_rates() -> list[Rate]:
    """All rates of the tenant, by currency and time."""
    rows = await database.rows(
        """SELECT currency, valid_from, rate FROM currency_rate
            WHERE tenant_id = $1::uuid ORDER BY currency, valid_from""",
        tenancy.current(),
    )
    return [Rate(row["currency"], row["valid_from"], row["rate"]) for row in rows]


@database.unit_of_work
async def set_rates(given: Sequence[Rate]) -> None:
    """Give rates, or give them anew, and reckon again what orders come to."""
    for one in given:
        if not 0 < one.rate < _MOST:
            raise Invalid("A rate is greater than 0.", field=("rate",))
    await database.insert(
        "currency_rate",
        [
            {
                "tenant_id": tenancy.current(),
                "currency": one.currency,
                "valid_from": one.valid_from,
                "rate": one.rate,
                "updated_at": clock.now(),
            }
            for one in {(one.currency, one.valid_from): one for one in given}.values()
        ],
        conflict="""ON CONFLICT (tenant_id, currency, valid_from) DO UPDATE
            SET rate = excluded.rate, updated_at = excluded.updated_at""",
    )
    for currency in sorted({one.currency for one in given}):
        await _reckon_again(currency)


async def _reckon_again(currency: str) -> None:
    rates, after = await read_rates(), "0" * 32
    while True:
        rows = await database.rows(
            """SELECT id, contact_id, currency, total, refunded, placed_at
                 FROM shop_order
                WHERE tenant_id = $1::uuid AND currency = $2 AND id > $3::uuid
                ORDER BY id LIMIT $4::bigint FOR UPDATE""",
            tenancy.current(),
            currency,
            after,
            _AT_ONCE,
        )
        if not rows:
            break
        await _write_sums(
            [
                [row["id"], rates.in_base(row["total"], row), rates.in_base(row["refunded"], row)]
                for row in rows
            ]
        )
        await events.record(
            *(one for row in rows for one in changes(row["id"], [row["contact_id"]]))
        )
        after = rows[-1]["id"]
    returned = await database.rows(
        """SELECT DISTINCT contact_id FROM refund
            WHERE tenant_id = $1::uuid AND currency = $2 AND order_external_id = ''""",
        tenancy.current(),
        currency,
    )
    await events.record(*returns_change(row["contact_id"] for row in returned))


async def _write_sums(sums: Sequence[Sequence[Id | int | None]]) -> None:
    await database.run(
        """UPDATE shop_order SET base_total = b.base_total, base_refunded = b.base_refunded
             FROM ({batch}) AS b WHERE shop_order.tenant_id = $1::uuid AND shop_order.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid", "base_total": "bigint", "base_refunded": "bigint"}, sums),
    )
