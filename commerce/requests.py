"""What Shopify asks for by law: access, erasure of a person, erasure of a shop (contract).

Taken in and queued here, each once; the privacy desk takes them over and works them off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from commerce.told import Buyer, Request, RequestKind
from kernel import audit, clock, database, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# The law's month, told by the platform as 30 days.
_WITHIN = 30 * clock.DAY
_PAYLOAD = "store_request.payload"


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A platform's request in the hands of the privacy desk; `at` is when it was triggered."""

    id: Id
    store_id: Id
    kind: RequestKind
    at: int
    buyer: Buyer


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
            _PAYLOAD, request_id, orjson.dumps(payload | {"orders": one.orders})
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
    if len(added) < len(rows):
        await audit.record("store_request.receive", {"store": [store_id]}, outcome="REPEATED")
    return [
        Event(
            "store.request_received",
            {"request": row["id"], "store": store_id, "kind": row["kind"]},
            at=row["requested_at"],
        )
        for row in added
    ]


async def take_requests(request_ids: Iterable[Id]) -> list[TakenRequest]:
    """These requests of the current tenant, each given out once, in the caller's unit of work.

    What they told of a person is not kept any longer.
    """
    tenant_id, sealer = tenancy.current(), keys.house()
    rows = await database.rows(
        """SELECT r.id, r.store_id, r.kind, r.requested_at, r.payload_sealed FROM ({batch}) AS b
             JOIN store_request r ON r.tenant_id = $1::uuid AND r.id = b.id
            WHERE r.state = 'queued' ORDER BY r.id FOR UPDATE OF r""",
        tenant_id,
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(set(request_ids))]),
    )
    taken = []
    for row in rows:
        told = orjson.loads(sealer.open(_PAYLOAD, row["id"], row["payload_sealed"]))
        buyer = Buyer(told["customer"], told["email"], told["phone"])
        taken.append(
            TakenRequest(row["id"], row["store_id"], row["kind"], row["requested_at"], buyer)
        )
    await database.run(
        """UPDATE store_request SET state = 'done', payload_sealed = b.payload_sealed
             FROM ({batch}) AS b
            WHERE store_request.tenant_id = $1::uuid AND store_request.id = b.id""",
        tenant_id,
        batch=Batch(
            {"id": "uuid", "payload_sealed": "bytea"},
            [[one.id, sealer.seal(_PAYLOAD, one.id, b"{}")] for one in taken],
        ),
    )
    return taken


def _key(one: Request) -> str:
    return f"{one.kind}|{one.external_id}"
