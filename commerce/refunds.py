"""Money given back: kept apart from orders, because either may be told first, or without the other.

A refund's amount only grows (its transactions succeed one after the other), and its time is the
earliest that was told: so any order will do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from commerce.told import Buyer, Refund
from contacts import Known
from kernel import clock, database, ids, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

_GROWS = """ON CONFLICT (tenant_id, store_id, order_external_id, external_id) DO UPDATE
   SET amount = GREATEST(refund.amount, excluded.amount), at = LEAST(refund.at, excluded.at),
       contact_id = coalesce(refund.contact_id, excluded.contact_id)
 WHERE excluded.amount > refund.amount OR excluded.at < refund.at"""


async def write(
    store_id: Id,
    told: Iterable[Refund],
    who: Callable[[Buyer], Known | None],
    origin_id: Id | None,
) -> list[dict[str, Any]]:
    """Write refunds once each; those that are new, as rows."""
    known: dict[tuple[str, str], Refund] = {}
    for one in told:
        if one.amount == 0:
            continue  # goods came back, or the money is still on its way
        other = known.get((one.order, one.external_id), one)
        known[one.order, one.external_id] = replace(
            one, amount=max(one.amount, other.amount), at=min(one.at, other.at)
        )
    rows = []
    for one in known.values():
        known_buyer = who(one.buyer)
        rows.append(
            {
                "tenant_id": tenancy.current(),
                "id": ids.new_id(),
                "store_id": store_id,
                "order_external_id": one.order,
                "external_id": one.external_id,
                "contact_id": known_buyer.contact_id if known_buyer else None,
                "amount": one.amount,
                "currency": one.currency,
                "origin_id": origin_id,
                "at": one.at,
                "created_at": clock.now(),
            }
        )
    written = await database.insert(
        "refund",
        sorted(rows, key=lambda row: (row["order_external_id"], row["external_id"])),
        conflict=_GROWS,
        returning="id, order_external_id, contact_id, amount, currency, at",
    )
    made = {row["id"] for row in rows}
    return [row for row in written if row["id"] in made]


async def sums(store_id: Id, orders: Iterable[str]) -> dict[str, int]:
    """What was given back of each of these orders, by the shop's id."""
    # An array, not IN: while nobody has analysed the table, PostgreSQL takes the shop for one of no
    # refunds, and walks all that it has.
    rows = await database.rows(
        """SELECT r.order_external_id, CAST(sum(r.amount) AS bigint) AS amount
             FROM refund r
            WHERE r.tenant_id = $1::uuid AND r.store_id = $2::uuid
              AND r.order_external_id = ANY (ARRAY(SELECT b.external_id FROM ({batch}) AS b))
            GROUP BY r.order_external_id""",
        tenancy.current(),
        store_id,
        batch=Batch({"external_id": "text"}, [[name] for name in sorted(orders)]),
    )
    return {row["order_external_id"]: row["amount"] for row in rows}


async def lead_to_buyers(store_id: Id, orders: Collection[str]) -> list[dict[str, Any]]:
    """Refunds of these orders without a contact become their orders' buyers'; those that did."""
    if not orders:
        return []
    return await database.rows(
        """UPDATE refund SET contact_id = o.contact_id
             FROM shop_order o
            WHERE refund.tenant_id = $1::uuid AND refund.store_id = $2::uuid
              AND refund.contact_id IS NULL AND refund.order_external_id <> ''
              AND o.tenant_id = refund.tenant_id AND o.store_id = refund.store_id
              AND o.external_id = refund.order_external_id AND o.contact_id IS NOT NULL
              AND refund.order_external_id = ANY (ARRAY(SELECT b.external_id FROM ({batch}) AS b))
        RETURNING refund.id, refund.contact_id, refund.amount, refund.currency, refund.at""",
        tenancy.current(),
        store_id,
        batch=Batch({"external_id": "text"}, [[name] for name in sorted(orders)]),
    )


def events(fresh: Sequence[dict[str, Any]], orders: Mapping[str, dict[str, Any]]) -> list[Event]:
    """That money went back, for each refund that is new."""
    found = []
    for row in fresh:
        order = orders.get(row["order_external_id"])
        contact_id = row["contact_id"] or (order and order["contact_id"])
        refs = {"refund": row["id"]}
        if order:
            refs["order"] = order["id"]
        if contact_id:
            refs["contact"] = contact_id
        found.append(Event("order.refunded", refs, at=row["at"]))
    return found
