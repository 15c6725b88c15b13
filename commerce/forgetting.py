"""What shops' deliveries and requests still say of somebody, taken away when they are forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from kernel import clock, database, keys, tenancy
from kernel.database import Batch
from kernel.errors import NotFound, TryLater
from kernel.ids import Id
from kernel.traces import Traces

_REQUEST = "store_request.payload"
_NOBODY = orjson.dumps({"customer": None, "email": None, "phone": None, "orders": []})


async def prune_deliveries(traces: Traces, customers: Iterable[tuple[Id, str]], before: int) -> int:
    """Empty the deliveries until then that tell of somebody, by their ids or as a shop's customer.

    How many. TryLater while a worker has one of them in hand.
    """
    names = set(customers)
    rows = await database.rows(
        """SELECT d.id, d.store_id, d.topic, d.fence, d.intake_key, d.body_sealed FROM store s
             JOIN store_delivery d ON d.store_id = s.id
            WHERE s.tenant_id = $1::uuid AND d.received_at <= $2 AND length(d.body_sealed) > 0""",
        tenancy.current(),
        before,
    )
    told = [row for row in rows if _tells(row, traces, names)]
    emptied = await database.run(
        """UPDATE store_delivery SET body_sealed = $1::bytea, state = 'drained' FROM ({batch}) AS b
            WHERE store_delivery.id = b.id AND store_delivery.fence = b.fence
              AND (store_delivery.state <> 'stored' OR store_delivery.lease_until <= $2)""",
        b"",
        clock.now(),
        batch=Batch({"id": "uuid", "fence": "bigint"}, [[row["id"], row["fence"]] for row in told]),
    )
    if emptied < len(told):
        raise TryLater("a shop's delivery is being applied", code="DELIVERY_IN_HAND")
    return emptied


async def blank_requests(traces: Traces, customers: Iterable[tuple[Id, str]]) -> int:
    """Requests of shops about somebody say no more whom they were about; how many."""
    names, house = set(customers), keys.house()
    rows = await database.rows(
        "SELECT id, store_id, payload_sealed FROM store_request WHERE tenant_id = $1::uuid",
        tenancy.current(),
    )
    told = []
    for row in rows:
        payload = orjson.loads(house.open(_REQUEST, row["id"], row["payload_sealed"]))
        if (row["store_id"], payload.get("customer")) in names or traces.are_in(payload):
            told.append([row["id"], house.seal(_REQUEST, row["id"], _NOBODY)])
    return await database.run(
        """UPDATE store_request SET payload_sealed = b.payload_sealed FROM ({batch}) AS b
            WHERE store_request.tenant_id = $1::uuid AND store_request.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid", "payload_sealed": "bytea"}, told),
    )


def _tells(row: dict[str, Any], traces: Traces, names: set[tuple[Id, str]]) -> bool:
    try:
        sealer = keys.intake_of(row["intake_key"])
    except NotFound:
        return False  # its key is gone, and with it all that it told
    body = orjson.loads(sealer.open("store_delivery.body", row["id"], row["body_sealed"]))
    about = body if row["topic"].startswith("customer.") else _of(body, "customer")
    name = _of(about, "id") or _of(body, "customer_id")
    return traces.are_in(body) or (row["store_id"], str(name)) in names


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
