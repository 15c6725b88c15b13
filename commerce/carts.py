"""Carts: left, taken up again, abandoned by time, recovered by an order (F30, F33).

A cart is recovered as soon as an order has one of its tokens, whichever is told first. Whether it
had been abandoned by then is reckoned from the shop's own times, so that it does not depend on when
a clock of ours looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import contacts
from commerce import saving
from commerce.told import Buyer, Cart
from contacts import Known, Touch
from kernel import clock, database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Sealer

ABANDONED_AFTER = 30 * clock.MINUTE
_AT_ONCE = 500
Record = dict[str, Any]


async def write(
    store_id: Id,
    abandoned_after: int,
    told: Sequence[Cart],
    ordered: Iterable[str],
    who: Callable[[Buyer], Known | None],
) -> list[Event]:
    """Fold what was told of carts, and the orders that name them (`ordered`: their tokens)."""
    bodies: dict[bytes, list[Cart]] = {}
    for one in told:
        bodies.setdefault(_token(one.external_id), []).append(one)
    names = {*bodies, *(_token(name) for name in ordered)}
    if not names:
        return []
    before = await _hold(store_id, names)
    known = {one.buyer: who(one.buyer) for one in told}
    sealers = await keys.of(one.subject_id for one in known.values() if one)
    records, fresh = {}, {}
    for token in {*bodies, *before}:
        record = dict(before[token]) if token in before else _unborn(store_id, token)
        for one in bodies.get(token, ()):
            standing = one.at, keys.index().tie("cart.told", repr(one))
            if standing > (record["told_at"], record["told_tie"]):
                record |= _as_told(one)
                record["told_at"], record["told_tie"] = standing
                fresh[token] = one
            if (person := known[one.buyer]) and one.at >= record["contact_at"]:
                record["contact_id"], record["contact_at"] = person.contact_id, one.at
        if token in fresh:
            record |= _sealed_url(record["id"], fresh[token], known[fresh[token].buyer], sealers)
        records[token] = record
    await _follow_orders(store_id, records, abandoned_after)
    changed = {token: one for token, one in records.items() if one != before.get(token)}
    now = clock.now()
    await saving.save("cart", "token", [one | {"updated_at": now} for one in changed.values()])
    lines = {records[token]["id"]: one.lines for token, one in fresh.items()}
    await saving.clear("cart_line", "cart_id", list(lines))
    await saving.insert_lines("cart_line", "cart_id", lines)
    return _events(changed, before, fresh)


async def abandon(limit: int = _AT_ONCE) -> int:
    """Carts of all tenants that nothing happened in for long enough are abandoned; how many.

    A cart that is taken up again is open again, and may be abandoned once more.
    """
    with tenancy.across_tenants("carts of all tenants are left by one clock"):
        due = await database.rows(
            """SELECT tenant_id, id FROM cart WHERE state = 'open' AND due_at <= $1
                ORDER BY due_at LIMIT $2::bigint""",
            clock.now(),
            limit,
        )
    by_tenant: dict[Id, list[Id]] = {}
    for row in due:
        by_tenant.setdefault(row["tenant_id"], []).append(row["id"])
    for tenant_id, carts in by_tenant.items():
        with tenancy.acting_for(tenant_id):
            await _abandon(carts)
    return len(due)


@database.unit_of_work
async def _abandon(carts: Sequence[Id]) -> None:
    left = await database.rows(
        """UPDATE cart SET state = 'abandoned', abandoned_at = due_at, updated_at = $2
            WHERE tenant_id = $1::uuid AND id IN (SELECT b.id FROM ({batch}) AS b)
              AND state = 'open' AND due_at <= $2
        RETURNING id, contact_id, abandoned_at, total, currency""",
        tenancy.current(),
        clock.now(),
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(carts)]),
    )
    happened = [_event("cart.abandoned", row, row["abandoned_at"]) for row in left]
    await events.record(*happened)
    await contacts.record_activity(
        [
            Touch(
                one.id,
                row["contact_id"],
                one.at,
                one.kind,
                row["id"],
                row["total"],
                row["currency"],
            )
            for one, row in zip(happened, left, strict=True)
            if row["contact_id"]
        ]
    )


def _unborn(store_id: Id, token: bytes) -> Record:
    now = clock.now()
    return {
        "tenant_id": tenancy.current(),
        "id": ids.new_id(),
        "store_id": store_id,
        "token": token,
        "cart_token": None,
        "contact_id": None,
        "subject_id": None,
        "contact_at": -1,
        "url_sealed": None,
        "state": "open",
        "abandoned_at": None,
        "recovered_at": None,
        "order_id": None,
        "told_at": -1,
        "told_tie": -1,
        "created_at": now,
        "updated_at": now,
    }


def _as_told(one: Cart) -> Record:
    return {
        "cart_token": _token(one.cart_token) if one.cart_token else None,
        "currency": one.currency,
        "total": one.total,
        "left_at": one.at,
        "recovered_at": one.completed_at,
    }


def _sealed_url(
    cart_id: Id, one: Cart, known: Known | None, sealers: Mapping[Id, Sealer]
) -> Record:
    """The way back to the cart, sealed: whoever has it may take the cart over."""
    sealer = sealers.get(known.subject_id) if known else keys.house()
    is_kept = one.url is not None and sealer is not None
    return {
        "subject_id": known.subject_id if known else None,
        "url_sealed": sealer.seal_text("cart.url", cart_id, one.url)
        if is_kept and sealer and one.url
        else None,
    }


async def _follow_orders(store_id: Id, records: dict[bytes, Record], after: int) -> None:
    """Which of these became an order, and whether they had been abandoned by then."""
    wanted = {
        token: record
        for record in records.values()
        for token in (record["token"], record["cart_token"])
        if token
    }
    found: dict[Id, Record] = {}
    for row in await database.rows(
        """SELECT t.token, o.id, o.placed_at FROM ({batch}) AS b
             JOIN order_token t ON t.tenant_id = $1::uuid AND t.store_id = $2::uuid
              AND t.token = b.token
             JOIN shop_order o ON o.tenant_id = t.tenant_id AND o.id = t.order_id
            ORDER BY o.placed_at DESC, o.id DESC""",
        tenancy.current(),
        store_id,
        batch=Batch({"token": "bytea"}, [[token] for token in sorted(wanted)]),
    ):
        found[wanted[row["token"]]["id"]] = row
    for record in records.values():
        order = found.get(record["id"])
        if order:
            record["order_id"], record["recovered_at"] = order["id"], order["placed_at"]
        record["due_at"] = record["left_at"] + after
        recovered_at = record["recovered_at"]
        if recovered_at is not None:
            record["state"] = "recovered"
            was_late = recovered_at >= record["due_at"]
            record["abandoned_at"] = record["due_at"] if was_late else None
        elif record["abandoned_at"] == record["due_at"]:
            record["state"] = "abandoned"
        else:
            record["state"], record["abandoned_at"] = "open", None


async def _hold(store_id: Id, tokens: Iterable[bytes]) -> dict[bytes, Record]:
    rows = await database.rows(
        """SELECT c.* FROM cart c
            WHERE c.tenant_id = $1::uuid AND c.id IN (
                  SELECT k.id FROM cart k JOIN ({batch}) AS b ON k.token = b.token
                   WHERE k.tenant_id = $1::uuid AND k.store_id = $2::uuid
                   UNION
                  SELECT k.id FROM cart k JOIN ({batch}) AS b ON k.cart_token = b.token
                   WHERE k.tenant_id = $1::uuid AND k.store_id = $2::uuid)
            ORDER BY c.id FOR UPDATE OF c""",
        tenancy.current(),
        store_id,
        batch=Batch({"token": "bytea"}, [[token] for token in sorted(tokens)]),
    )
    return {row["token"]: row for row in rows}


def _events(
    changed: Mapping[bytes, Record], before: Mapping[bytes, Record], fresh: Mapping[bytes, Cart]
) -> list[Event]:
    found = []
    for token, record in changed.items():
        old = before.get(token)
        if token in fresh:
            found.append(_event("cart.updated", record, record["left_at"]))
        if record["order_id"] and (old is None or old["order_id"] is None):
            found.append(_event("cart.recovered", record, record["recovered_at"]))
    return found


def _event(kind: str, row: Record, at: int) -> Event:
    refs = {"cart": row["id"]}
    if row["contact_id"]:
        refs["contact"] = row["contact_id"]
    if kind == "cart.recovered":
        refs["order"] = row["order_id"]
    return Event(kind, refs, at, ids.new_id())


def _token(name: str) -> bytes:
    return keys.index().token("cart.token", name)
