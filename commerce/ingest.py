"""What shops tell becomes rows: one front door for webhooks, pulls, the API and files (F33).

Everything is folded by the shop's own ids and times, so the state is the same in any order of
arrival, doubled or late. A batch is one unit of work, read and written in few statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import contacts
from commerce import (
    carts,
    customers,
    deletions,
    orders,
    products,
    refunds,
    requests,
    storefront,
    stores,
)
from commerce.merges import follow_merges
from commerce.rates import read_rates
from commerce.stores import Store
from commerce.told import (
    Buyer,
    Cart,
    Customer,
    Deletion,
    Order,
    Product,
    Refund,
    Request,
    Told,
    Uninstalled,
    Visit,
)
from contacts import Known, Merge, Sighting, Touch
from kernel import database, events, ids
from kernel.events import Event
from kernel.ids import Id

T = TypeVar("T")
_NOBODY = Buyer()
Outcome = Literal["created", "updated", "unchanged"]
# So many at a time fit the statements of SQLite (32,766 parameters).
_AT_ONCE = 5000
# What an order shows on a timeline.
_SHOWN = ("contact_id", "placed_at", "total", "currency")


@dataclass(slots=True)
class Ingested:
    """What a batch came to.

    `merges`: contacts that turned out to be one; threads follow by `conversations.follow_merges`.
    `orders`: what became of each order, by the shop's id.
    """

    merges: list[Merge] = field(default_factory=list)
    orders: dict[str, Outcome] = field(default_factory=dict)


@database.unit_of_work
async def ingest(store_id: Id, told: Sequence[Told], origin_id: Id | None = None) -> Ingested:
    """Write what a shop of the current tenant told, all of it or nothing; twice is once.

    `origin_id` marks the orders, refunds and customers that are new, so that `take_back` finds
    them. NotFound where there is no such shop.
    """
    store, came_to = await stores.read_store(store_id), Ingested()
    for start in range(0, len(told), _AT_ONCE):
        await _ingest(store, told[start : start + _AT_ONCE], origin_id, came_to)
    return came_to


async def _ingest(
    store: Store, told: Sequence[Told], origin_id: Id | None, came_to: Ingested
) -> None:
    people = await _recognise(store.id, told, came_to)
    told = [_without_buyer(one) if _is_erased(one, people) else one for one in told]
    bought, given_back = _of(told, Order), _of(told, Refund)
    given_back += [one for order in bought for one in order.refunds]

    def who(buyer: Buyer) -> Known | None:
        return people.get(buyer)

    await deletions.write(store.id, _of(told, Deletion))
    happened = await customers.write(store.id, _of(told, Customer), who, origin_id)
    sold = _of(told, Product)
    named_products = {one.external_id for one in sold} | _deleted(told, "product")
    happened += await products.write(
        store.id, store.currency, sold, await deletions.known(store.id, "product", named_products)
    )
    fresh_refunds = await refunds.write(store.id, given_back, who, origin_id)
    also = {one.order for one in given_back if one.order} | _deleted(told, "order")
    gone = await deletions.known(store.id, "order", also | {one.external_id for one in bought})
    written = await orders.write(store.id, bought, also, gone, who, await read_rates(), origin_id)
    named = await refunds.lead_to_buyers(store.id, written.refunded)
    happened += written.events + refunds.events(fresh_refunds, written.records)
    happened += await carts.write(
        store.id,
        store.abandoned_after,
        _of(told, Cart),
        {token for one in bought for token in one.cart_tokens},
        who,
    )
    visited, touches = await storefront.write(store.id, _of(told, Visit))
    happened += await requests.write(store.id, _of(told, Request))
    for one in _of(told, Uninstalled):
        await stores.uninstall(store.id, one.at)
    happened = [one if one.id else replace(one, id=ids.new_id()) for one in happened]
    await events.record(*happened, *visited)
    touches += [*_touches(happened), *_touches_of_orders(written)]
    touches += _touches_of_refunds([*named, *(row for row in fresh_refunds if row["contact_id"])])
    await contacts.record_activity(touches)
    came_to.orders |= {
        name: "created"
        if name in written.changed and written.changed[name] is None
        else "updated"
        if name in written.changed
        else "unchanged"
        for name in written.records
    }


def _of(told: Iterable[Told], kind: type[T]) -> list[T]:
    return [one for one in told if isinstance(one, kind)]


def _deleted(told: Iterable[Told], kind: str) -> set[str]:
    return {one.external_id for one in _of(told, Deletion) if one.kind == kind}


async def _recognise(
    store_id: Id, told: Sequence[Told], came_to: Ingested
) -> dict[Buyer, Known | None]:
    """Whom all these are about; people are made where new.

    Guests without any id are missing; None is somebody who was erased.
    """
    spans: dict[Buyer, tuple[int, int]] = {}
    for one in told:
        if isinstance(one, Customer | Order | Cart | Refund) and one.buyer.is_known:
            first, last = spans.get(one.buyer, (one.at, one.at))
            spans[one.buyer] = min(first, one.at), max(last, one.at)
    shown = [(buyer, at) for buyer, span in spans.items() for at in sorted(set(span))]
    recognised = await contacts.recognise(
        [
            Sighting(
                at=at,
                phone=buyer.phone,
                name=buyer.name,
                source="store",
                email=buyer.email,
                customer=buyer.customer,
                store=store_id,
            )
            for buyer, at in shown
        ]
    )
    await follow_merges(recognised.merges)
    came_to.merges += recognised.merges
    return {buyer: known for (buyer, _), known in zip(shown, recognised.known, strict=True)}


def _is_erased(one: Told, people: Mapping[Buyer, Known | None]) -> bool:
    return people.get(getattr(one, "buyer", _NOBODY), one) is None


def _without_buyer(one: Told) -> Told:
    """What counts of a purchase without who made it, and without what leads to them."""
    if isinstance(one, Order):
        parcels = tuple(replace(each, tracking=None, tracking_url=None) for each in one.parcels)
        return replace(one, buyer=_NOBODY, parcels=parcels)
    if isinstance(one, Cart):
        return replace(one, buyer=_NOBODY, url=None)
    return replace(one, buyer=_NOBODY) if isinstance(one, Customer | Refund) else one


def _touches(happened: Iterable[Event]) -> Iterable[Touch]:
    """What happened to parcels and carts, on the timelines of those whom it concerns."""
    for event in happened:
        contact_id = event.refs.get("contact")
        reference = event.refs.get("fulfilment") or event.refs.get("cart")
        if contact_id and reference and event.kind != "cart.updated":
            yield Touch(event.id, contact_id, event.at, event.kind, reference)


def _touches_of_orders(written: orders.Written) -> Iterable[Touch]:
    """Orders on the timelines of their buyers, as soon as these are known."""
    for name, old in written.changed.items():
        row = written.records[name]
        if row["contact_id"] is None:
            continue
        noted = old if old and old["contact_id"] else {"cancelled_at": None}
        if noted is not old or any(row[name] != noted[name] for name in _SHOWN):
            # By the order's own id: what it comes to is told again when it changes.
            yield _touch(row, "order.placed", row["placed_at"], row["total"], row["id"])
        if row["cancelled_at"] is not None and noted["cancelled_at"] is None:
            yield _touch(row, "order.cancelled", row["cancelled_at"], None, ids.new_id())


def _touch(row: dict[str, Any], kind: str, at: int, amount: int | None, touch_id: Id) -> Touch:
    currency = None if amount is None else row["currency"]
    return Touch(touch_id, row["contact_id"], at, kind, row["id"], amount, currency)


def _touches_of_refunds(rows: Iterable[dict[str, Any]]) -> Iterable[Touch]:
    for row in rows:
        yield Touch(
            # A refund that grows is told once.
            row["id"],
            row["contact_id"],
            row["at"],
            "order.refunded",
            row["id"],
            row["amount"],
            row["currency"],
        )
