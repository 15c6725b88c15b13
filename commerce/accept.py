"""The way in for shops: a delivery is verified, stored raw and sealed, and then acknowledged.

The shop is found by its address or by the secret path of its connection; whose secret fits is
right. What shops answer with is told in the contract's table.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from commerce.connections import Connection, connections
from commerce.wire.shopify import COMPLIANCE
from kernel import bells, clock, database, ids, keys
from kernel.database import Batch
from kernel.errors import Invalid, NotAllowed
from kernel.gather import Gathering
from kernel.ids import Id

BELL = "store_deliveries"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_SIGNATURE = 44  # 32 bytes in base64
_COLUMNS = {
    "id": "uuid",
    "store_id": "uuid",
    "token": "bytea",
    "topic": "text",
    "body_sealed": "bytea",
    "triggered_at": "bigint",
}


@dataclass(frozen=True, slots=True)
class Presented:
    """A POST as it came: `address` from its headers, `key` from its path, one of them is enough.

    `delivery_id` is the platform's id of the delivery.
    """

    platform: str
    topic: str
    signature: str
    body: bytes
    address: str = ""
    key: str = ""
    delivery_id: str = ""
    triggered_at: int | None = None


class BadSignature(NotAllowed):
    """None of the secrets fits; `claimed` are the shops, each with its tenant, that it names."""

    default_code = "BAD_SIGNATURE"

    def __init__(self, claimed: Sequence[tuple[Id, Id]]) -> None:
        super().__init__("The signature does not fit the body.")
        self.claimed = claimed


@dataclass(frozen=True, slots=True)
class _Waiting:
    store_id: Id
    token: bytes
    presented: Presented


async def accept(one: Presented) -> None:
    """Store a delivery once; when this returns it is durable and may be answered with 200.

    NotFound (UNKNOWN_STORE), BadSignature, Invalid (BROKEN_JSON); nothing is stored
    then. A ping, a repetition, and what comes for a closed connection are taken and not kept; what
    platforms ask for by law is kept all the same.
    """
    if _is_ping(one):
        return
    found = _right(await connections(one.platform, one.key or one.address), one)
    try:
        is_object = isinstance(orjson.loads(one.body), dict)
    except orjson.JSONDecodeError:
        is_object = False
    if not is_object:
        raise Invalid("The body is no JSON object.", code="BROKEN_JSON")
    if _is_kept(found, one):
        await _gathering.add(_Waiting(found.store_id, _token(one), one))


def _is_ping(one: Presented) -> bool:
    """WooCommerce saves a webhook only where its unsigned ping is answered with 200."""
    is_bare = not (one.signature or one.topic)
    return one.platform == "woocommerce" and is_bare and bool(_PING.fullmatch(one.body.strip()))


def _right(connections: Sequence[Connection], one: Presented) -> Connection:
    """The connection whose secret made the signature: base64 of HMAC-SHA256 over the raw body."""
    try:
        claimed = base64.b64decode(one.signature, validate=True)
    except (binascii.Error, ValueError):
        claimed = b""
    if len(one.signature) == _SIGNATURE and claimed:
        for connection in connections:
            for secret in connection.secrets:
                right = hmac.digest(secret.encode(), one.body, "sha256")
                if hmac.compare_digest(right, claimed):
                    return connection
    raise BadSignature([(one.tenant_id, one.store_id) for one in connections])


def _is_kept(found: Connection, one: Presented) -> bool:
    """What was triggered before the shop took the app away still belongs to it, however late."""
    if found.state == "open" or (one.platform == "shopify" and one.topic in COMPLIANCE):
        return True
    is_late = one.triggered_at is not None and one.triggered_at <= found.state_at
    return found.state == "uninstalled" and is_late


def _token(one: Presented) -> bytes:
    """What repetitions have in common: Shopify's own id of a delivery, else topic and body.

    WooCommerce's deletions all look alike: one that comes again in another second is another.
    """
    name = one.delivery_id
    if one.platform == "woocommerce" or not name:
        again = name if one.topic.endswith(".deleted") else ""
        told = f"{one.topic}|{again}|".encode() + one.body
        name = hashlib.sha256(told).hexdigest()
    return keys.platform_index().token("store_delivery", name)


async def _store(together: Sequence[_Waiting]) -> None:
    now = clock.now()
    day, sealer = keys.intake(now)
    rows = []
    for one in together:
        row_id, at = ids.new_id(), one.presented.triggered_at
        body = sealer.seal("store_delivery.body", row_id, one.presented.body)
        rows.append(
            [row_id, one.store_id, one.token, one.presented.topic, body, now if at is None else at]
        )
    await database.run(
        database.sql(__file__, "store_deliveries"), day, now, batch=Batch(_COLUMNS, rows)
    )
    bells.ring(BELL)


_gathering = Gathering(_store)
