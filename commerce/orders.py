"""Orders, written as folds: what is stored is the same whatever came first, doubled or late.

Each touched order is read and held, folded with all that was told of it, and written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

import orjson

from commerce import parcels, refunds, saving
from commerce.changed import changes
from commerce.deletions import Gone
from commerce.rates import Rates
from commerce.told import FULFILMENTS, PAID, PAYMENTS, Buyer, Line, Order
from contacts import Known
from kernel import clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

Record = dict[str, Any]
_OF_ORDER = attrgetter(*(one.name for one in fields(Order) if one.name != "lines"))
_OF_LINE = attrgetter(*(one.name for one in fields(Line)))
Who = Callable[[Buyer], Known | None]


@dataclass(slots=True)
class Written:
    """What became of a batch of orders."""

    # By the shop's id; those that were only named by a refund and are unknown are missing.
    records: dict[str, Record] = field(default_factory=dict)
    # Those that are new or changed, with what they were before (None: new).
    changed: dict[str, Record | None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    # Those of which money went back, by the shop's id.
    refunded: set[str] = field(default_factory=set)


async def write(
    store_id: Id,
    told: Sequence[Order],
    also: Iterable[str],
    gone: Mapping[str, Gone],
    who: Who,
    rates: Rates,
    origin_id: Id | None,
) -> Written:
    """Fold these bodies, and what is known besides of the orders named in `also`, into the rows."""
    bodies: dict[str, list[Order]] = {name: [] for name in also}
    for one in told:
        bodies.setdefault(one.external_id, []).append(one)
    if not bodies:
        return Written()
    before = await _hold(store_id, bodies)
    refunded = await refunds.sums(store_id, bodies)
    written, fresh = Written(refunded=set(refunded)), {}
    for name, mine in bodies.items():
        old = before.get(name)
        if old is None and not mine:
            continue
        record, latest = _fold(store_id, old, mine, who, origin_id)
        record["refunded"] = refunded.get(name, 0)
        record["deleted_at"] = gone[name].gone_at if name in gone and gone[name].is_gone else None
        record["base_total"] = rates.in_base(record["total"], record)
        record["base_refunded"] = rates.in_base(record["refunded"], record)
        written.records[name] = record
        if record != old:
            record["updated_at"] = clock.now()
            written.changed[name] = old
        if latest is not None:
            fresh[name] = latest
    await saving.save(
        "shop_order", "external_id", [written.records[one] for one in written.changed]
    )
    lines = {written.records[name]["id"]: one.lines for name, one in fresh.items()}
    renewed = [written.records[one]["id"] for one in fresh if written.changed.get(one) is not None]
    await saving.clear("order_line", "order_id", renewed)
    await saving.insert_lines("order_line", "order_id", lines)
    await _save_tokens(store_id, written, told)
    written.events += _events(written)
    written.events += await parcels.write(
        {written.records[name]["id"]: (written.records[name], one) for name, one in fresh.items()},
        who,
    )
    return written


def _fold(
    store_id: Id, old: Record | None, bodies: Sequence[Order], who: Who, origin_id: Id | None
) -> tuple[Record, Order | None]:
    """The row after all these bodies, and the body that it says now, where that is a new one."""
    record = dict(old) if old else _unborn(store_id, bodies[0], origin_id)
    latest = None
    for one in bodies:
        standing = one.at, _tie(one)
        if standing > (record["told_at"], record["told_tie"]):
            record |= _as_told(one)
            record["told_at"], record["told_tie"] = standing
            latest = one
        known = who(one.buyer)
        if known and one.at >= record["contact_at"]:
            record["contact_id"], record["contact_at"] = known.contact_id, one.at
        if one.payment in PAID:
            # The first that is known of; a body that comes late may know of an earlier one.
            paid_at = one.paid_at or one.at
            record["paid_at"] = min(record["paid_at"] or paid_at, paid_at)
    return record, latest


def _unborn(store_id: Id, one: Order, origin_id: Id | None) -> Record:
    now = clock.now()
    return {
        "tenant_id": tenancy.current(),
        "id": ids.new_id(),
        "store_id": store_id,
        "external_id": one.external_id,
        "contact_id": None,
        "contact_at": -1,
        "refunded": 0,
        "base_total": None,
        "base_refunded": None,
        "paid_at": None,
        "deleted_at": None,
        "origin_id": origin_id,
        "told_at": -1,
        "told_tie": -1,
        "created_at": now,
        "updated_at": now,
    }


def _as_told(one: Order) -> Record:
    return {
        "number": one.number or one.external_id,
        "currency": one.currency,
        "total": one.total,
        "subtotal": one.subtotal,
        "discount": one.discount,
        "tax": one.tax,
        "shipping": one.shipping,
        "payment": one.payment,
        "fulfilment": one.fulfilment,
        "coupons": orjson.dumps(one.coupons).decode(),
        "is_test": int(one.is_test),
        "placed_at": one.placed_at,
        "cancelled_at": one.cancelled_at,
        "cancel_reason": one.cancel_reason,
    }


def _tie(one: Order) -> int:
    """Of two bodies of one moment the one counts that is further on, else always the same one."""
    payment = PAYMENTS.index(one.payment) if one.payment in PAYMENTS else 0
    fulfilment = FULFILMENTS.index(one.fulfilment) if one.fulfilment in FULFILMENTS else 0
    progress = (one.cancelled_at is not None) * 64 + payment * 8 + fulfilment
    return progress << 48 | keys.index().tie("shop_order.told", _said(one)) >> 15


def _said(one: Order) -> str:
    """All that a body says, as a text; that of tuples costs a fifth of that of dataclasses."""
    return repr((_OF_ORDER(one), [_OF_LINE(line) for line in one.lines]))


async def _hold(store_id: Id, names: Iterable[str]) -> dict[str, Record]:
    rows = await database.rows(
        database.sql(__file__, "hold_orders"),
        tenancy.current(),
        store_id,
        batch=Batch({"external_id": "text"}, [[name] for name in sorted(names)]),
    )
    return {row["external_id"]: row for row in rows}


async def _save_tokens(store_id: Id, written: Written, told: Sequence[Order]) -> None:
    """Which cart and checkout these orders came from, by keyed tokens."""
    index = keys.index()
    wanted = {
        (index.token("cart.token", token), written.records[one.external_id]["id"])
        for one in told
        for token in one.cart_tokens
    }
    await database.insert(
        "order_token",
        [
            {
                "tenant_id": tenancy.current(),
                "store_id": store_id,
                "token": token,
                "order_id": order_id,
            }
            for token, order_id in sorted(wanted)
        ],
        conflict="ON CONFLICT DO NOTHING",
    )


def _events(written: Written) -> list[Event]:
    """What happened, each once: told from what the row was before."""
    found = []
    for name, old in written.changed.items():
        record = written.records[name]
        refs = {"order": record["id"]}
        if record["contact_id"]:
            refs["contact"] = record["contact_id"]
        if old is None:
            found.append(Event("order.placed", refs, at=record["placed_at"]))
        else:
            found += changes(record["id"], (record["contact_id"], old["contact_id"]))
        for kind, column in (("order.paid", "paid_at"), ("order.cancelled", "cancelled_at")):
            if record[column] is not None and (old is None or old[column] is None):
                found.append(Event(kind, refs, at=record[column]))
    return found
