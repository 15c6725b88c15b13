"""The way in: a delivery is verified, stored raw and sealed, and only then acknowledged.

Many requests share one transaction (group commit): at thousands a second a commit each would sink
the house (traps: Speed).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from channels import apps, wire
from kernel import bells, clock, database, ids, keys
from kernel.database import Batch
from kernel.errors import Invalid, NotAllowed

BELL = "deliveries"
# A request waits so many seconds for company, then those that wait are committed together. Not too
# many at once, and in two commits side by side: so there is always something to do meanwhile.
_GATHER = 0.005
_MOST = 128
_SIDE_BY_SIDE = 2
_COLUMNS = {
    "id": "uuid",
    "app": "text",
    "token": "bytea",
    "lane": "smallint",
    "body_sealed": "bytea",
}


class _Waiting(NamedTuple):
    app: str
    token: bytes
    body: bytes
    stored: asyncio.Future[None]


class _Gatherer:
    """Deliveries of this process that wait for their common commit."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.waiting: list[_Waiting] = []
        self.since = 0.0
        self.gathers = False
        self.tasks: set[asyncio.Task[None]] = set()

    def add(self, app: str, token: bytes, body: bytes) -> asyncio.Future[None]:
        stored = self.loop.create_future()
        if not self.waiting:
            self.since = self.loop.time()
        self.waiting.append(_Waiting(app, token, body, stored))
        if not self.gathers and len(self.tasks) < _SIDE_BY_SIDE:
            task = self.loop.create_task(self.commit())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return stored

    async def commit(self) -> None:
        while self.waiting and not self.gathers:
            self.gathers = True
            # Under load the time has passed while the earlier ones were committed.
            await asyncio.sleep(self.since + _GATHER - self.loop.time())
            self.gathers = False
            together, self.waiting = self.waiting[:_MOST], self.waiting[_MOST:]
            error: BaseException | None = None
            try:
                await _store(together)
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
    """Store a delivery; when this returns it is durable and may be answered with 200.

    NotAllowed (BAD_SIGNATURE), Invalid (BROKEN_JSON), NotFound (UNKNOWN_APP); nothing is stored
    then. A repeated delivery is accepted, and dropped when it is drained.
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
    await _gatherer().add(app, token, body)


async def _store(together: Sequence[_Waiting]) -> None:
    now = clock.now()
    day, sealer = keys.intake(now)
    rows = [
        (
            row_id := ids.new_id(),
            one.app,
            one.token,
            wire.lane(one.body),
            sealer.seal("delivery.body", row_id, one.body),
        )
        for one in together
    ]
    await database.run(
        database.sql(__file__, "store_deliveries"), day, now, batch=Batch(_COLUMNS, rows)
    )


def _gatherer() -> _Gatherer:
    loop = asyncio.get_running_loop()
    if loop not in _gatherers:
        _gatherers.clear()
        _gatherers[loop] = _Gatherer()
    return _gatherers[loop]


_gatherers: dict[asyncio.AbstractEventLoop, _Gatherer] = {}
