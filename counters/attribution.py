"""To which touch an order belongs (F34): its coupon's, else the last promotion that reached them.

What was read counts before what was only delivered, each within the tenant's window before the
order. An attribution is worked out anew from the rows whenever one of them changes, so that it does
not matter in which order statuses, orders and merges come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypedDict, cast

import orjson

from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

READER = "attribution"
Evidence = Literal["coupon", "read", "delivery"]
# How sure each is, of 100: a code is handed in, a reading may be by chance, a delivery mostly is.
_CONFIDENCE: dict[str, int] = {"coupon": 95, "read": 60, "delivery": 20}
_KINDS = (
    *("order.placed", "order.changed", "message.status_changed"),
    *("contact.merged", "import.undone"),
)
_REACHED = ("delivered", "read", "played")
_CHANGES = ("evidence", "send_id", "campaign_id", "touchpoint_id", "touched_at")


class AttributionRow(TypedDict):
    """What an order belongs to: a send, of a campaign or not, or the touchpoint of a coupon."""

    order_id: Id
    evidence: Evidence
    send_id: Id | None
    message_id: Id | None
    campaign_id: Id | None
    touchpoint_id: Id | None
    touched_at: int
    confidence: int
    attributed_at: int


async def follow_attribution(limit: int = 2000) -> int:
    """Follow the outbox one step; how many events were seen."""
    return await events.follow(READER, _handle, limit, _KINDS)


async def attributions_of(order_ids: Iterable[Id]) -> dict[Id, AttributionRow]:
    """What these orders belong to, of those that belong to anything."""
    rows = await database.rows(
        """SELECT a.order_id, a.evidence, a.send_id, s.message_id, a.campaign_id, a.touchpoint_id,
                  a.touched_at, a.confidence, a.attributed_at
             FROM ({batch}) AS b
             JOIN attribution a ON a.tenant_id = $1::uuid AND a.order_id = b.id
             LEFT JOIN send s ON s.tenant_id = $1::uuid AND s.id = a.send_id""",
        tenancy.current(),
        batch=_ids(order_ids),
    )
    return {row["order_id"]: cast(AttributionRow, row) for row in rows}


async def _handle(happened: Sequence[Event]) -> None:
    await attribute_orders(await _concerned(happened))


async def _concerned(happened: Sequence[Event]) -> set[Id]:
    """The orders that may belong to something else after this."""
    told = {one.refs["order"] for one in happened if "order" in one.refs}
    reached = [
        one.refs["message"]
        for one in happened
        if one.kind == "message.status_changed" and one.refs["status"] in _REACHED
    ]
    joined = [one.refs["contact"] for one in happened if one.kind == "contact.merged"]
    for statement, found in (("orders_reached", reached), ("orders_joined", joined)):
        if found:
            rows = await database.rows(
                database.sql(__file__, statement), tenancy.current(), batch=_ids(found)
            )
            told |= {row["id"] for row in rows}
    if any(one.kind == "import.undone" for one in happened):
        await database.run(database.sql(__file__, "drop_orphans"), tenancy.current())
    return told


@database.unit_of_work
async def attribute_orders(order_ids: Iterable[Id]) -> int:
    """Find anew what these orders belong to; of how many it is something else than before."""
    wanted = sorted(set(order_ids))
    if not wanted:
        return 0
    rows = await database.rows(
        database.sql(__file__, "hold_attributed"), tenancy.current(), batch=_ids(wanted)
    )
    before = {row["order_id"]: row for row in rows}
    touches = await _touches(wanted) | await _coupons(wanted)
    changed = [
        {**one, "confidence": _CONFIDENCE[one["evidence"]], "attributed_at": clock.now()}
        for order_id, one in touches.items()
        if order_id not in before or any(one[name] != before[order_id][name] for name in _CHANGES)
    ]
    gone = before.keys() - touches.keys()
    await database.run(
        """DELETE FROM attribution WHERE tenant_id = $1::uuid
              AND order_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=_ids(gone | {one["order_id"] for one in changed}),
    )
    contacts = {one["order_id"]: one.pop("contact_id") for one in changed}
    await database.insert("attribution", changed)
    found = [Event("order.attributed", {"order": order_id}) for order_id in sorted(gone)]
    for one in changed:
        refs = {"order": one["order_id"], "touch": one["send_id"] or one["touchpoint_id"]}
        if contacts[one["order_id"]]:
            refs["contact"] = contacts[one["order_id"]]
        found.append(Event("order.attributed", refs))
    await events.record(*found)
    return len(changed) + len(gone)


async def _touches(order_ids: Sequence[Id]) -> dict[Id, dict[str, Any]]:
    """The last promotion that their buyers read in the window, else that was delivered."""
    rows = await database.rows(
        database.sql(__file__, "last_touches"),
        tenancy.current(),
        clock.DAY,
        batch=_ids(order_ids),
    )
    return {
        row["order_id"]: {**row, "touchpoint_id": None, "tenant_id": tenancy.current()}
        for row in rows
    }


async def _coupons(order_ids: Sequence[Id]) -> dict[Id, dict[str, Any]]:
    """The touchpoints whose code or incentive was handed in; shops do not mind its case."""
    orders = {
        row["id"]: row
        for row in await database.rows(
            """SELECT o.id, o.contact_id, o.placed_at, o.coupons FROM ({batch}) AS b
                 JOIN shop_order o ON o.tenant_id = $1::uuid AND o.id = b.id
                WHERE o.coupons <> '[]' AND o.cancelled_at IS NULL AND o.deleted_at IS NULL
                  AND o.is_test = 0""",
            tenancy.current(),
            batch=_ids(order_ids),
        )
    }
    codes = [
        [one["id"], code.lower()]
        for one in orders.values()
        for code in orjson.loads(one["coupons"])
    ]
    if not codes:
        return {}
    rows = await database.rows(
        """SELECT b.order_id, t.id FROM ({batch}) AS b
             JOIN touchpoint t ON t.tenant_id = $1::uuid
              AND (lower(t.incentive) = b.code OR lower(t.code) = b.code)
            ORDER BY t.id DESC""",
        tenancy.current(),
        batch=Batch({"order_id": "uuid", "code": "text"}, codes),
    )
    return {
        # Of several the oldest stays.
        row["order_id"]: {
            "tenant_id": tenancy.current(),
            "order_id": row["order_id"],
            "contact_id": orders[row["order_id"]]["contact_id"],
            "evidence": "coupon",
            "send_id": None,
            "campaign_id": None,
            "touchpoint_id": row["id"],
            "touched_at": orders[row["order_id"]]["placed_at"],
        }
        for row in rows
    }


def _ids(ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(ids)])
