"""The application: starts what it needs, ends it in turn, and lets webhooks pass by the router."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

import channels
import imports
import privacy
from api.graphql.tail import TAIL
from api.routes import routes
from api.webhooks.whatsapp import PATH, WhatsAppWebhooks
from kernel import anchors, bells, database, keys, log
from kernel.settings import Settings


class App:
    """One process of the API."""

    def __init__(self, settings: Settings) -> None:
        webhooks = WhatsAppWebhooks(settings.webhook_limit)
        self._webhooks: ASGIApp = webhooks
        self._rest = Starlette(
            routes=routes(settings, webhooks), lifespan=lambda _app: _life(settings)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Webhooks come by the thousand: a router in front would halve them (traps: Speed)."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path == PATH or path.startswith(f"{PATH}/"):
                await self._webhooks(scope, receive, send)
                return
        await self._rest(scope, receive, send)


@asynccontextmanager
async def _life(settings: Settings) -> AsyncIterator[None]:
    log.start(settings.log_level, "api")
    await database.start(settings)
    try:
        keys.start(settings)
        anchors.start(settings)
        imports.start(settings)
        privacy.start(settings)
        await bells.start(settings)
        await channels.start(settings)
        watching = asyncio.create_task(keys.watch())
        try:
            yield
        finally:
            watching.cancel()
    finally:
        await TAIL.stop()
        await channels.stop()
        await bells.stop()
        keys.stop()
        await database.stop()
