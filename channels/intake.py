"""The way in: a delivery is verified, stored raw and sealed, and only then acknowledged."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import orjson

from channels import apps, wire
from kernel import bells, clock, database, ids, keys
from kernel.database import Batch
from kernel.errors import Invalid, NotAllowed
from kernel.gather import Gathering
from kernel.keyring import Keyring

BELL = "deliveries"
# So many deliveries a process knows by heart: minutes of a flood, days of an ordinary business.
_REMEMBERED = 100_000
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


async def accept(app: str, body: bytes, signature: str | None) -> None:
    """Store a delivery; when this returns it is durable and may be answered with 200.

    NotAllowed (BAD_SIGNATURE), Invalid (BROKEN_JSON), NotFound (UNKNOWN_APP); nothing is stored
    then. A repeated delivery is accepted and not stored again; one that another process let in,
    or this one long ago, is stored and dropped when it is drained.
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
    let_in = _memories.setdefault(keys.keyring(), OrderedDict())
    if (app, token) in let_in:
        return
    await _gathering.add(_Waiting(app, token, body))
    let_in[app, token] = None
    if len(let_in) > _REMEMBERED:
        let_in.popitem(last=False)


def forget_deliveries() -> None:
    """Drop what this process remembers of deliveries: it becomes another one, or another place."""
    _memories.clear()


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
    bells.ring(BELL)


_gathering = Gathering(_store)
_memories: WeakKeyDictionary[Keyring, OrderedDict[tuple[str, bytes], None]] = WeakKeyDictionary()
