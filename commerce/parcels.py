"""Parcels of orders, as the latest word on the order lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from commerce.told import Buyer, Order, Parcel
from contacts import Known
from kernel import database, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Sealer

_DELIVERED = "delivered"


async def write(
    orders: Mapping[Id, tuple[dict[str, Any], Order]], who: Callable[[Buyer], Known | None]
) -> list[Event]:
    """Make the parcels of these orders what their latest bodies say; what happened to them."""
    if not orders:
        return []
    before = await _of(orders)
    told = {
        (order_id, parcel.external_id): (record, one, parcel)
        for order_id, (record, one) in orders.items()
        for parcel in one.parcels
    }
    gone = [row["id"] for key, row in before.items() if key not in told]
    if gone:
        await database.run(
            """DELETE FROM fulfilment WHERE tenant_id = $1::uuid
                  AND id IN (SELECT b.id FROM ({batch}) AS b)""",
            tenancy.current(),
            batch=Batch({"id": "uuid"}, [[one] for one in gone]),
        )
    if not told:
        return []
    known = {key: who(one.buyer) for key, (_, one, _) in told.items()}
    sealers = await keys.of(one.subject_id for one in known.values() if one)
    rows, events = [], []
    for key, (record, _, parcel) in told.items():
        old, subject = before.get(key), known[key]
        parcel_id = old["id"] if old else ids.new_id()
        sealer = sealers.get(subject.subject_id) if subject else keys.house()
        rows.append(_row(parcel_id, key[0], parcel, subject, sealer))
        refs = {"order": record["id"], "fulfilment": parcel_id}
        if record["contact_id"]:
            refs["contact"] = record["contact_id"]
        if old is None:
            events.append(Event("order.fulfilled", refs, at=parcel.at))
        if parcel.shipment == _DELIVERED and (old is None or old["shipment"] != _DELIVERED):
            events.append(Event("order.delivered", refs, at=parcel.at))
    await database.insert(
        "fulfilment",
        sorted(rows, key=lambda row: (row["order_id"], row["external_id"])),
        conflict="""ON CONFLICT (tenant_id, order_id, external_id) DO UPDATE
            SET state = excluded.state, shipment = excluded.shipment, carrier = excluded.carrier,
                subject_id = excluded.subject_id, tracking_sealed = excluded.tracking_sealed,
                at = excluded.at""",
    )
    return events


def _row(
    parcel_id: Id, order_id: Id, parcel: Parcel, subject: Known | None, sealer: Sealer | None
) -> dict[str, Any]:
    """`sealer` is None once the person's key was destroyed: then nothing of theirs is kept."""
    tracking = {"number": parcel.tracking, "url": parcel.tracking_url}
    sealed = None
    if sealer and any(tracking.values()):
        sealed = sealer.seal("fulfilment.tracking", parcel_id, orjson.dumps(tracking))
    return {
        "tenant_id": tenancy.current(),
        "id": parcel_id,
        "order_id": order_id,
        "external_id": parcel.external_id,
        "subject_id": subject.subject_id if subject else None,
        "state": parcel.state,
        "shipment": parcel.shipment,
        "carrier": parcel.carrier,
        "tracking_sealed": sealed,
        "at": parcel.at,
    }


async def _of(orders: Mapping[Id, object]) -> dict[tuple[Id, str], dict[str, Any]]:
    rows = await database.rows(
        """SELECT f.id, f.order_id, f.external_id, f.shipment FROM ({batch}) AS b
             JOIN fulfilment f ON f.tenant_id = $1::uuid AND f.order_id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in orders]),
    )
    return {(row["order_id"], row["external_id"]): row for row in rows}
