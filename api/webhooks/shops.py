"""Shops' webhooks: `/webhooks/shopify`, `/webhooks/woocommerce`, each with the secret path of a
connection behind it or without one (contract: the answer table).

A delivery is answered with 200 once it is durable; what is in it is the worker's business.
"""

from __future__ import annotations

import time
from datetime import datetime

import structlog
from starlette.types import Receive, Scope, Send

import commerce
from api import auth
from api.asgi import BodyTooLarge, ClientGone, header, read_body, respond
from api.errors import status_of
from commerce import BadSignature, Presented
from kernel import clock, metrics
from kernel.errors import RapportError

SHOPIFY, WOOCOMMERCE = "/webhooks/shopify", "/webhooks/woocommerce"
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_log = structlog.get_logger("webhooks")


class ShopWebhooks:
    """The endpoint of one platform's shops."""

    def __init__(self, path: str, limit: int) -> None:
        self._path = path
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            await respond(send, 405, b"", [(b"allow", b"POST")])
            return
        started = time.perf_counter()
        try:
            body = await read_body(scope, receive, self._limit)
            present = _shopify if self._path == SHOPIFY else _woocommerce
            await commerce.accept(present(scope, body, scope["path"][len(self._path) + 1 :]))
        except ClientGone:
            return
        except BodyTooLarge:
            await _answer(send, 413, "TOO_LARGE")
        except RapportError as error:
            if isinstance(error, BadSignature):
                for tenant_id, store_id in error.claimed:
                    await auth.note_stranger(
                        tenant_id, "store_webhook.take", {"store": [store_id]}, error.code
                    )
            await _answer(send, status_of(error), error.code)
        except Exception as error:
            # Not acknowledged: Shopify sends it again, WooCommerce's is pulled.
            _log.error("delivery_not_stored", exc_info=error)
            await _answer(send, 503, "TRY_LATER")
        else:
            await _answer(send, 200, "")
        metrics.WEBHOOK_SECONDS.observe(time.perf_counter() - started)


def _shopify(scope: Scope, body: bytes, key: str) -> Presented:
    """Their newer product of the same kind drops the prefix X-."""

    def told(name: bytes) -> str:
        return header(scope, b"x-shopify-" + name) or header(scope, b"shopify-" + name)

    return Presented(
        platform="shopify",
        topic=told(b"topic"),
        signature=told(b"hmac-sha256"),
        body=body,
        address=told(b"shop-domain"),
        key=key,
        delivery_id=told(b"webhook-id"),
        triggered_at=_moment(told(b"triggered-at")),
    )


def _woocommerce(scope: Scope, body: bytes, key: str) -> Presented:
    return Presented(
        platform="woocommerce",
        topic=header(scope, b"x-wc-webhook-topic"),
        signature=header(scope, b"x-wc-webhook-signature"),
        body=body,
        address=header(scope, b"x-wc-webhook-source"),
        key=key,
        delivery_id=header(scope, b"x-wc-webhook-delivery-id"),
    )


def _moment(written: str) -> int | None:
    try:
        return clock.micros(datetime.fromisoformat(written))
    except ValueError:
        return None


async def _answer(send: Send, status: int, code: str) -> None:
    metrics.WEBHOOKS.labels(str(status)).inc()
    if status != 200:
        _log.info("webhook_refused", status=status, code=code)
    await respond(send, status, code.encode(), [_TEXT])
