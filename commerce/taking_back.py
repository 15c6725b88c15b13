"""What imports ask of a shop's orders: which are known, whose, and to take theirs back (F7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import contacts
from commerce.changed import changes, returns_change
from kernel import database, events, tenancy
from kernel.database import Batch
from kernel.ids import Id

_AT_ONCE = 2000
_OF_AN_ORDER = ("order_line", "order_token")
# Whatever says that a contact is a shop's as well.
_HOLDERS = ("customer", "shop_order", "refund", "cart", "visit")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many orders and refunds went, and how many stay because a shop told of them since."""

    gone: int
    kept: int


async def known_orders(store_id: Id, external_ids: Iterable[str]) -> set[str]:
    """Those of these ids under which a shop of the current tenant has an order, or money back."""
    wanted = Batch({"external_id": "text"}, [[one] for one in external_ids])
    rows = await database.rows(
        """SELECT o.external_id FROM ({batch}) AS b
             JOIN shop_order o ON o.tenant_id = $1::uuid AND o.store_id = $2::uuid
              AND o.external_id = b.external_id
           UNION
           SELECT r.external_id FROM ({batch}) AS b
             JOIN refund r ON r.tenant_id = $1::uuid AND r.store_id = $2::uuid
              AND r.order_external_id = '' AND r.external_id = b.external_id""",
        tenancy.current(),
        store_id,
        batch=wanted,
    )
    return {row["external_id"] for row in rows}


async def who_buys(contact_ids: Iterable[Id]) -> set[Id]:
    """Those of these contacts of the current tenant of whom a shop told anything."""
    wanted = Batch({"id": "uuid"}, [[one] for one in contact_ids])
    found: set[Id] = set()
    for table in _HOLDERS:
        rows = await database.rows(
            f"""SELECT DISTINCT t.contact_id FROM ({{batch}}) AS b
                  JOIN {table} t ON t.tenant_id = $1::uuid AND t.contact_id = b.id""",
            tenancy.current(),
            batch=wanted,
        )
        found |= {row["contact_id"] for row in rows}
    return found


@database.unit_of_work
async def take_back(origin_id: Id) -> TakenBack:
    """Take back some of the orders and refunds that an import made; nothing went: nothing is left.

    An order of which its shop told since stays, and is the import's no more.
    """
    kept = await database.run(database.sql(__file__, "keep_told_orders"), *_of(origin_id))
    gone = 0
    for table in ("shop_order", "refund"):
        rows = await database.rows(
            f"""SELECT id, contact_id FROM {table}
                 WHERE tenant_id = $1::uuid AND origin_id = $2::uuid LIMIT $3::bigint""",
            *_of(origin_id),
            _AT_ONCE,
        )
        await contacts.forget_activity(
            (row["contact_id"], row["id"]) for row in rows if row["contact_id"]
        )
        if table == "shop_order":
            told = [changes(row["id"], [row["contact_id"]]) for row in rows]
            await events.record(*chain.from_iterable(told))
        else:
            await events.record(*returns_change(row["contact_id"] for row in rows))
        which = Batch({"id": "uuid"}, [[row["id"]] for row in rows])
        for child in _OF_AN_ORDER if table == "shop_order" else ():
            await database.run(
                f"""DELETE FROM {child} WHERE tenant_id = $1::uuid
                      AND order_id IN (SELECT b.id FROM ({{batch}}) AS b)""",
                tenancy.current(),
                batch=which,
            )
        gone += await database.run(
            f"""DELETE FROM {table} WHERE tenant_id = $1::uuid
                  AND id IN (SELECT b.id FROM ({{batch}}) AS b)""",
            tenancy.current(),
            batch=which,
        )
    return TakenBack(gone, kept)


def _of(origin_id: Id) -> tuple[Id, Id]:
    return tenancy.current(), origin_id
