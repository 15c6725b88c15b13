"""What Shopify asks for by law: access, erasure of a person, erasure of a shop (contract).

Only taken in and queued here, each once; the privacy desk works them off.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from commerce.told import Request
from kernel import clock, database, ids, keys, tenancy
from kernel.events import Event
from kernel.ids import Id

# The law's month, told by the platform as 30 days.
_WITHIN = 30 * clock.DAY


async def write(store_id: Id, told: Sequence[Request]) -> list[Event]:
    """Queue these requests, once each; what happened.

    Whom they are about may not be known here, or not yet: the desk finds them by the payload.
    """
    rows = []
    for one in {_key(one): one for one in told}.values():
        request_id = ids.new_id()
        # Under the house's key: it has to be read after the person's own key is gone.
        payload = {"customer": one.buyer.customer, "email": one.buyer.email}
        payload |= {"phone": one.buyer.phone}
        sealed = keys.house().seal(
            "store_request.payload", request_id, orjson.dumps(payload | {"orders": one.orders})
        )
        rows.append(
            {
                "tenant_id": tenancy.current(),
                "id": request_id,
                "store_id": store_id,
                "kind": one.kind,
                "token": keys.index().token("store_request.key", _key(one)),
                "payload_sealed": sealed,
                "state": "queued",
                "requested_at": one.at,
                "due_at": one.at + _WITHIN,
                "received_at": clock.now(),
            }
        )
    added = await database.insert(
        "store_request",
        rows,
        conflict="ON CONFLICT DO NOTHING",
        returning="id, kind, requested_at",
    )
    return [
        Event(
            "store.request_received",
            {"request": row["id"], "store": store_id, "kind": row["kind"]},
            at=row["requested_at"],
        )
        for row in added
    ]


def _key(one: Request) -> str:
    return f"{one.kind}|{one.external_id}"
