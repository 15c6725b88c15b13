"""Which pages in browsers may ask (CORS), and that none can make a browser ask against its will.

A preflight names no tenant, so it is granted to every origin that the deployment or any tenant
allows; the request that follows is refused unless its own tenant allows it. Pages of this server
may ask always, in development those of this machine too. There are no cookies: whatever is more
than signing in needs the Authorization header, and bodies are application/json or a file with that
header, so that no request that matters is one that browsers send without asking first (CSRF).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import auth
from api.asgi import header, respond
from api.errors import as_graphql, status_of
from kernel.errors import NotAllowed, RapportError, TryLater
from kernel.ids import Id
from kernel.settings import Settings
from tenants import allows_origin

_METHODS = b"GET, POST"
_HEADERS = b"authorization, content-type, idempotency-key"
_SHOWN = "x-request-id, retry-after"
_PREFLIGHT_HOLDS = b"600"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_log = structlog.get_logger("browsers")


class Origins:
    """Who may ask from where, in a process with these settings."""

    def __init__(self, settings: Settings) -> None:
        own = urlsplit(settings.public_url)
        self._everywhere = {*settings.allowed_origins, f"{own.scheme}://{own.netloc}"}
        self._trusts_this_machine = not settings.is_production

    async def check(self, scope: Scope, tenant_id: Id | None) -> None:
        """NotAllowed ORIGIN_REFUSED for a page that may not ask for the tenant, or for any."""
        origin = header(scope, b"origin")
        if origin and not await self._allows(scope, origin, tenant_id):
            raise NotAllowed(
                "Pages of this origin may not ask; the tenant's allowedOrigins say which may.",
                code="ORIGIN_REFUSED",
            )

    async def _allows(self, scope: Scope, origin: str, tenant_id: Id | None) -> bool:
        if origin in self._everywhere or "*" in self._everywhere:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.netloc == header(scope, b"host"):
            return True
        if self._trusts_this_machine and parts.hostname in _THIS_MACHINE:
            return True
        return await allows_origin(tenant_id, origin)


class ForBrowsers:
    """An application that pages of allowed origins may ask, and no others."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; pass on what may be asked, with the headers that browsers want."""
        origin = header(scope, b"origin")
        if not origin:
            await self._app(scope, receive, send)
            return
        is_preflight = (
            scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method") != ""
        )
        try:
            await self._origins.check(scope, None if is_preflight else await _tenant_of(scope))
        except NotAllowed as error:
            await _refuse(send, error)
            return
        except Exception as error:
            _log.error("origin_not_checked", exc_info=error)
            await _refuse(send, TryLater("Something went wrong on our side."))
            return
        if is_preflight:
            await respond(send, 204, b"", _granted(origin))
            return

        async def send_shown(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = _SHOWN
                headers.add_vary_header("Origin")
            await send(message)

        await self._app(scope, receive, send_shown)


async def _tenant_of(scope: Scope) -> Id | None:
    """The tenant that is asked for; None where that is not known, or not proven."""
    try:
        viewer = await auth.viewer_of(scope)
    except NotAllowed:
        return None
    return viewer.tenant_id if viewer else None


async def _refuse(send: Send, error: RapportError) -> None:
    body = orjson.dumps({"errors": [as_graphql(error)]})
    headers = [(b"content-type", b"application/json"), (b"vary", b"Origin")]
    await respond(send, status_of(error), body, headers)


def _granted(origin: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _HEADERS),
        (b"access-control-max-age", _PREFLIGHT_HOLDS),
        (b"vary", b"Origin"),
    ]
