"""Whether the process lives, whether it is ready, and what it counts (F53)."""

from __future__ import annotations

import hmac
import time

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.asgi import header, respond
from kernel import bells, database, metrics, migrations
from kernel.errors import RapportError
from kernel.settings import Settings

_JSON = (b"content-type", b"application/json")
_NO_STORE = (b"cache-control", b"no-store")
_MIGRATIONS_HOLD = 5.0
_log = structlog.get_logger("health")


async def healthz(_request: Request) -> Response:
    """The process answers; nothing else is asked."""
    return Response(b'{"status":"ok"}', media_type="application/json")


class Readiness:
    """200 when both databases answer and are migrated; Redis missing only slows things down."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._migrated_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        checks = {
            "databases": await self._databases(),
            "migrations": await self._migrations(),
            "redis": "ok" if await bells.is_ready() else "degraded",
        }
        is_ready = checks["databases"] == checks["migrations"] == "ok"
        status = "unready" if not is_ready else checks["redis"]
        body = orjson.dumps({"status": status, "checks": checks})
        await respond(send, 200 if is_ready else 503, body, [_JSON, _NO_STORE])

    async def _databases(self) -> str:
        try:
            return "ok" if await database.is_ready() else "down"
        except Exception as error:
            _log.warning("database_down", error=type(error).__name__)
            return "down"

    async def _migrations(self) -> str:
        # Steps are never unapplied, and looking opens a connection: a good answer holds a while.
        if time.monotonic() - self._migrated_at < _MIGRATIONS_HOLD:
            return "ok"
        try:
            waiting = await migrations.pending(self._settings)
        except RapportError as error:
            return error.code
        except Exception as error:
            _log.warning("migrations_unknown", error=type(error).__name__)
            return "down"
        if waiting:
            return "pending"
        self._migrated_at = time.monotonic()
        return "ok"


class Metrics:
    """The counts of this process, for who brings the token (where one is set)."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.metrics_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        given = header(scope, b"authorization").removeprefix("Bearer ")
        if self._token and not hmac.compare_digest(given.encode(), self._token.encode()):
            await respond(send, 401, b"METRICS_TOKEN", [(b"www-authenticate", b"Bearer")])
            return
        kind = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
        await respond(send, 200, metrics.exposition(), [kind, _NO_STORE])
