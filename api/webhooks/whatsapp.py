"""WhatsApp's webhooks: the address check by GET, deliveries by POST (contract 3.1 to 3.3).

The leanest path of the house: no router, no request object, a prebuilt answer. A delivery is
answered with 200 once it is durable; what is in it is the worker's business.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.types import Receive, Scope, Send

import channels
from api.asgi import BodyTooLarge, ClientGone, header, read_body, respond
from api.errors import status_of
from kernel import metrics
from kernel.errors import NotFound, RapportError

PATH = "/webhooks/whatsapp"
_DEFAULT_APP = "default"
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
# Without a body the server writes the answer in one piece; the platform reads only its status.
_TAKEN: Any = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_TAKEN_BODY: Any = {"type": "http.response.body", "body": b""}
_counts = {
    status: metrics.WEBHOOKS.labels(str(status)) for status in (200, 400, 401, 404, 413, 503)
}
_seconds = metrics.WEBHOOK_SECONDS
_log = structlog.get_logger("webhooks")


class WhatsAppWebhooks:
    """The endpoint of all platform apps: the default one, and `/{app}` for each other."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "POST":
            await self._take(scope, receive, send)
        elif scope["method"] == "GET":
            await _check_address(scope, send)
        else:
            await respond(send, 405, b"", [(b"allow", b"GET, POST")])

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        try:
            body = await read_body(scope, receive, self._limit)
            signature = header(scope, b"x-hub-signature-256")
            await channels.accept(_app_of(scope["path"]), body, signature or None)
        except ClientGone:
            return
        except BodyTooLarge:
            await _refuse(send, 413, "TOO_LARGE")
        except RapportError as error:
            await _refuse(send, status_of(error), error.code)
        except Exception as error:
            # Not acknowledged, so the platform sends it again (contract 3.3).
            _log.error("delivery_not_stored", exc_info=error)
            await _refuse(send, 503, "TRY_LATER")
        else:
            await send(_TAKEN)
            await send(_TAKEN_BODY)
            _counts[200].inc()
        _seconds.observe(time.perf_counter() - started)


async def _check_address(scope: Scope, send: Send) -> None:
    """The platform asks whether the address is ours; the challenge goes back bare."""
    try:
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=20))
        challenge = await channels.verify_subscription(
            _app_of(scope["path"]),
            asked.get("hub.mode"),
            asked.get("hub.verify_token"),
            asked.get("hub.challenge"),
        )
    except ValueError:
        await _refuse(send, 400, "BAD_REQUEST")
    except RapportError as error:
        await _refuse(send, status_of(error), error.code)
    else:
        await respond(
            send, 200, challenge.encode(), [_TEXT, (b"x-content-type-options", b"nosniff")]
        )


async def _refuse(send: Send, status: int, code: str) -> None:
    if status in _counts:
        _counts[status].inc()
    _log.info("webhook_refused", status=status, code=code)
    await respond(send, status, code.encode(), [_TEXT])


def _app_of(path: str) -> str:
    if path == PATH:
        return _DEFAULT_APP
    slug = path[len(PATH) + 1 :]
    if not slug or "/" in slug:
        raise NotFound("There is no such app.", code="UNKNOWN_APP")
    return slug
