"""Rows of a tenant's own shop: `POST /stores/{store}/{kind}` with {"rows": [...]}, up to 10,000.

`kind` is customers, products, carts, orders, refunds or events. The answer tells what became of
each row; with an Idempotency-Key a store's system may ask again and gets the same answer.
"""

from __future__ import annotations

import hashlib
from typing import get_args

import orjson
import structlog
from starlette.types import Receive, Scope, Send

import commerce
import conversations
from api import auth
from api.asgi import BodyTooLarge, ClientGone, header, read_body, respond
from api.errors import camel, status_of
from commerce import BulkReport, ReadRows, RowKind
from kernel import audit, database, ids, tenancy
from kernel.errors import Invalid, NotFound, RapportError, TryLater
from kernel.ids import Id
from tenants import Permission, Viewer, claim_answer, keep_answer, release_answer

# 10,000 orders with their lines.
_LIMIT = 32 * 1024 * 1024
_ACTION = "store_rows.take"
_JSON = (b"content-type", b"application/json; charset=utf-8")
_KINDS: tuple[RowKind, ...] = get_args(RowKind)
_log = structlog.get_logger("store_rows")


class StoreRows:
    """`/stores/{store}/{kind}`: POST, with the key of a store's system or an access token."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 200 with the report, or a code and what would be right."""
        if scope["method"] != "POST":
            await respond(send, 405, b"", [(b"allow", b"POST")])
            return
        try:
            viewer = await auth.viewer_who_may(scope, _ACTION, Permission.COMMERCE_WRITE)
            body = await read_body(scope, receive, _LIMIT)
            actor, request_id = auth.actor_of(viewer), ids.new_id()
            with (
                tenancy.acting_for(viewer.tenant_id),
                audit.request_of(actor, request_id, _ACTION) as request,
            ):
                answer = await database.sheltered(_once(viewer, scope, body))
                if not request.is_told:
                    await audit.record(request.action, {"store": [_place(scope)[0]]})
        except ClientGone:
            return
        except BodyTooLarge:
            message = f"At most {_LIMIT // 1024 // 1024} MB are taken at once."
            await _refuse(send, Invalid(message, code="TOO_LARGE"))
        except RapportError as error:
            await _refuse(send, error)
        except Exception as error:
            _log.error("rows_failed", exc_info=error)
            await _refuse(send, TryLater("Something went wrong on our side.", after=5.0))
        else:
            await respond(send, 200, answer, [_JSON, (b"cache-control", b"no-store")])


async def _once(viewer: Viewer, scope: Scope, body: bytes) -> bytes:
    """The report; under an Idempotency-Key the one that was given before."""
    store_id, kind = _place(scope)
    name = header(scope, b"idempotency-key")
    if not name:
        return _shown(await _take(store_id, kind, body))
    if viewer.key_id is None:
        raise Invalid("Idempotency-Key is for the keys of a store's systems.", code="BAD_REQUEST")
    request = f"{store_id}|{kind}|{hashlib.sha256(body).hexdigest()}"
    given = await claim_answer(viewer.key_id, name, request)
    if given is not None:
        return given
    try:
        answer = _shown(await _take(store_id, kind, body))
    except RapportError:
        await release_answer(viewer.key_id, name)
        raise
    await keep_answer(viewer.key_id, name, answer)
    return answer


def _place(scope: Scope) -> tuple[Id, RowKind]:
    given = scope["path_params"]
    for kind in _KINDS:
        if kind == given["kind"]:
            return ids.read("store", given["store"]), kind
    raise NotFound(f"Rows are {', '.join(_KINDS)}.", field=("kind",))


async def _take(store_id: Id, kind: RowKind, body: bytes) -> BulkReport:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Invalid("The body is no JSON.", code="BROKEN_JSON") from None
    rows = given.get("rows") if isinstance(given, dict) else None
    if not isinstance(rows, list):
        raise Invalid('The body is {"rows": [...]}.', field=("rows",))
    return await keep(await commerce.read_rows(store_id, kind, rows))


@database.unit_of_work
async def keep(read: ReadRows) -> BulkReport:
    """Keep what was read; threads of contacts that turned out to be one become one with them."""
    report = await commerce.take_rows(read)
    await conversations.follow_merges(report.merges)
    return report


def _shown(report: BulkReport) -> bytes:
    told: list[dict[str, object]] = []
    for one in report.rows:
        told.append({"row": one.row, "id": one.id, "outcome": one.outcome})
        if one.code:
            told[-1] |= {"code": one.code, "field": list(one.field), "message": one.message}
    taken = len(told) - report.refused
    return orjson.dumps({"accepted": taken, "refused": report.refused, "rows": told})


async def _refuse(send: Send, error: RapportError) -> None:
    told = {
        "code": error.code,
        "message": error.message,
        "field": [camel(name) for name in error.field],
    }
    status = status_of(error)
    headers = [_JSON]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await respond(send, status, orjson.dumps(told), headers)
