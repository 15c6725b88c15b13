"""What the channel keeps of people beside their messages, taken away when they are forgotten (F46).

Their files lie on the disk. Deliveries that are not applied whole (waiting, dead, about a number
that nobody connected) stand as they came, people and tenants mixed: only what tells the current
tenant of the person is taken out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

import orjson

from channels import files
from kernel import clock, database, keys, tenancy
from kernel.database import Batch
from kernel.errors import NotFound, TryLater
from kernel.ids import Id
from kernel.seal import Sealer, Unopenable
from kernel.traces import Traces

_AT_ONCE = 200


async def stored_files(owner_ids: Iterable[Id]) -> list[dict[str, Any]]:
    """The stored files of these owners of keys, oldest first: id, owner, type, size in bytes."""
    return await database.rows(
        """SELECT m.id, m.subject_id, m.mime, m.size FROM ({batch}) AS b
             JOIN media m ON m.tenant_id = $1::uuid AND m.subject_id = b.id
            WHERE m.state = 'stored' ORDER BY m.id""",
        tenancy.current(),
        batch=_ids(owner_ids),
    )


async def keep_files(owner_ids: Iterable[Id], keeper_id: Id) -> int:
    """Hand the stored files of these owners over to another, sealed under their key; how many.

    It goes on from wherever it was cut short.
    """
    rows = await stored_files(owner_ids)
    sealers = await keys.of([keeper_id, *(row["subject_id"] for row in rows)])
    for row in rows:
        if sealer := sealers.get(row["subject_id"]):
            await asyncio.to_thread(_seal_anew, row["id"], sealer, sealers[keeper_id])
    return await database.run(
        """UPDATE media SET subject_id = $2::uuid
            WHERE tenant_id = $1::uuid AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        keeper_id,
        batch=_ids(row["id"] for row in rows),
    )


async def forget_files(owner_ids: Iterable[Id]) -> int:
    """Delete the files of these owners of keys, and that there were any; how many."""
    owners = list(owner_ids)
    await drop_files(owners, [])
    return await database.run(
        """DELETE FROM media WHERE tenant_id = $1::uuid
              AND subject_id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        batch=_ids(owners),
    )


async def drop_files(subject_ids: Iterable[Id], upload_ids: Iterable[Id]) -> int:
    """Delete the files of these subjects, and these uploads with their keys; how many.

    An upload that was handed over belongs to its keeper.
    """
    tenant_id, uploads = tenancy.current(), list(upload_ids)
    sent = await database.rows(
        """SELECT m.id FROM ({batch}) AS b
             JOIN media m ON m.tenant_id = $1::uuid AND m.subject_id = b.id""",
        tenant_id,
        batch=_ids([*subject_ids, *uploads]),
    )
    await keys.drop(uploads)
    for row in sent:
        path = files.path_of(tenant_id, row["id"])
        await asyncio.to_thread(path.unlink, missing_ok=True)
    await database.run(
        """UPDATE media SET state = 'gone'
            WHERE tenant_id = $1::uuid AND subject_id = id
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenant_id,
        batch=_ids(uploads),
    )
    return len(sent)


async def prune_deliveries(traces: Traces, before: int) -> int:
    """Take out what tells the current tenant of somebody, of deliveries until then; of how many.

    TryLater while a worker has one of them in hand.
    """
    ours, last, pruned = await _our_ids(), "0" * 32, 0
    while rows := await database.rows(
        """SELECT id, fence, intake_key, body_sealed FROM delivery
            WHERE id > $1::uuid AND received_at <= $2 AND length(body_sealed) > 0
            ORDER BY id LIMIT $3::bigint""",
        last,
        before,
        _AT_ONCE,
    ):
        last = rows[-1]["id"]
        for row in rows:
            try:
                sealer = keys.intake_of(row["intake_key"])
            except NotFound:
                continue  # its key is gone, and with it all that it told
            body = orjson.loads(sealer.open("delivery.body", row["id"], row["body_sealed"]))
            left = _pruned(body, ours, traces)
            if left != body:
                sealed = sealer.seal("delivery.body", row["id"], orjson.dumps(left))
                await _write(row["id"], row["fence"], sealed)
                pruned += 1
    return pruned


async def prune_updates(traces: Traces) -> int:
    """Delete what the platform told the current tenant beside messages, where it tells of them."""
    tenant_id, house, last, pruned = tenancy.current(), keys.house(), "0" * 32, 0
    while rows := await database.rows(
        """SELECT id, payload_sealed FROM platform_update
            WHERE tenant_id = $1::uuid AND subject_id = $1::uuid AND id > $2::uuid
            ORDER BY id LIMIT $3::bigint""",
        tenant_id,
        last,
        _AT_ONCE,
    ):
        last, told = rows[-1]["id"], []
        for row in rows:
            payload = house.open("platform_update.payload", row["id"], row["payload_sealed"])
            if traces.are_in(orjson.loads(payload)):
                told.append(row["id"])
        pruned += await database.run(
            """DELETE FROM platform_update WHERE tenant_id = $1::uuid
                  AND id IN (SELECT b.id FROM ({batch}) AS b)""",
            tenant_id,
            batch=_ids(told),
        )
    return pruned


async def _our_ids() -> set[str]:
    """By which a delivery says that it is about the current tenant."""
    rows = await database.rows(
        "SELECT external_id FROM route WHERE tenant_id = $1::uuid", tenancy.current()
    )
    return {row["external_id"] for row in rows}


def _pruned(body: Any, ours: Collection[str], traces: Traces) -> Any:
    """A delivery whose changes that are ours tell of the person no more (contract 3.1)."""
    try:
        return body | {
            "entry": [
                entry
                | {
                    "changes": [
                        change | {"value": traces.taken_out(change["value"])}
                        if _whose(entry, change) in ours
                        else change
                        for change in entry["changes"]
                    ]
                }
                for entry in body["entry"]
            ]
        }
    except (KeyError, TypeError):
        # In no shape that leads to anybody: it is nobody else's either.
        return traces.taken_out(body)


def _whose(entry: Any, change: Any) -> Any:
    """The number that a change is about, or else the account."""
    return change["value"].get("metadata", {}).get("phone_number_id") or entry["id"]


async def _write(delivery_id: Id, fence: int, sealed: bytes) -> None:
    changed = await database.run(
        """UPDATE delivery SET body_sealed = $3::bytea
            WHERE id = $1::uuid AND fence = $2 AND (state <> 'stored' OR lease_until <= $4)""",
        delivery_id,
        fence,
        sealed,
        clock.now(),
    )
    if not changed:
        raise TryLater("a delivery is being applied", code="DELIVERY_IN_HAND")


def _ids(row_ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in row_ids])


def _seal_anew(media_id: Id, before: Sealer, after: Sealer) -> None:
    path = files.path_of(tenancy.current(), media_id)
    with suppress(FileNotFoundError, Unopenable):  # it is gone, or was handed over already
        opened = before.open(files.PLACE, media_id, path.read_bytes())
        files.write(path, after.seal(files.PLACE, media_id, opened))
