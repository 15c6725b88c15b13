"""The way in: a delivery is verified, stored raw and sealed, and only then acknowledged.

Many requests share one transaction (group commit): at thousands a second a commit each would sink
the house (traps: Speed).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import orjson

from channels import apps, wire
from kernel import bells, clock, database, ids, keys
from kernel.database import Batch
from kernel.errors import Invalid, NotAllowed

BELL = "deliveries"
# Requests that arrive within so many seconds of each other are committed together.
_GATHER = 0.005
_MOST = 1000
_COLUMNS = {
    "id": "uuid",
    "app": "text",
    "token": "bytea",
    "lane": "smallint",
    "intake_key": "text",
    "body_sealed": "bytea",
    "received_at": "bigint",
}


@dataclass(slots=True)
class _Waiting:
    row: list[object]
    stored: asyncio.Future[None]


class _Gatherer:
    """Deliveries of this process that wait for their common commit."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.committer: asyncio.Task[None] | None = None

    async def add(self, row: list[object]) -> None:
        one = _Waiting(row, asyncio.get_running_loop().create_future())
        self.waiting.append(one)
        if self.committer is None or self.committer.done():
            self.committer = asyncio.create_task(self.commit())
        await one.stored

    async def commit(self) -> None:
        while self.waiting:
            await asyncio.sleep(_GATHER)
            together, self.waiting = self.waiting[:_MOST], self.waiting[_MOST:]
            error: BaseException | None = None
            try:
                await _store([one.row for one in together])
                bells.ring(BELL)
            except Exception as trouble:
                error = trouble
            for one in together:
                if one.stored.done():
                    continue
                if error:
                    one.stored.set_exception(error)
                else:
                    one.stored.set_result(None)


async def accept(app: str, body: bytes, signature: str | None) -> None:
    """Store a delivery once; when this returns it is durable and may be answered with 200.

    NotAllowed (BAD_SIGNATURE), Invalid (BROKEN_JSON), NotFound (UNKNOWN_APP); nothing is stored
    then. A repeated delivery is accepted and changes nothing.
    """
    secrets = await apps.app_secrets(app)
    token = wire.verify(body, signature, secrets.app_secrets)
    if token is None:
        raise NotAllowed("The signature does not fit the body.", code="BAD_SIGNATURE")
    try:
        is_object = isinstance(orjson.loads(body), dict)
    except orjson.JSONDecodeError:
        is_object = False
    if not is_object:
        raise Invalid("The body is no JSON object.", code="BROKEN_JSON")
    now, delivery_id = clock.now(), ids.new_id()
    day, sealer = keys.intake(now)
    sealed = sealer.seal("delivery.body", delivery_id, body)
    await _gatherer().add([delivery_id, app, token, wire.lane(body), day, sealed, now])


async def _store(rows: list[list[object]]) -> None:
    batch = Batch(_COLUMNS, rows)
    if database.dialect() == "postgresql":
        await database.run(database.sql(__file__, "store_deliveries.postgresql"), batch=batch)
    else:
        await _store_in_two(batch)


@database.unit_of_work
async def _store_in_two(batch: Batch) -> None:
    """SQLite knows no writing inside a WITH: the keys first, then the deliveries they let in."""
    await database.run(database.sql(__file__, "store_delivery_keys.sqlite"), batch=batch)
    await database.run(database.sql(__file__, "store_deliveries.sqlite"), batch=batch)


def _gatherer() -> _Gatherer:
    loop = asyncio.get_running_loop()
    if loop not in _gatherers:
        _gatherers.clear()
        _gatherers[loop] = _Gatherer()
    return _gatherers[loop]


_gatherers: dict[asyncio.AbstractEventLoop, _Gatherer] = {}
