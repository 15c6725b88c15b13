"""Every URL of the API, on one page. None of them moves."""

from __future__ import annotations

from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.graphql.http import GraphQLOverHttp
from api.graphql.websocket import graphql_over_websocket
from api.health import Metrics, Readiness, healthz
from api.media import Media
from api.public_keys import jwks
from api.uploads import Uploads
from api.webhooks.whatsapp import PATH, WhatsAppWebhooks
from kernel.settings import Settings


def routes(settings: Settings, webhooks: WhatsAppWebhooks) -> list[BaseRoute]:
    """The routes of a process with these settings."""
    graphql, media = GraphQLOverHttp(settings), Media()
    return [
        Route("/graphql", _for_browsers(graphql, settings)),
        WebSocketRoute("/graphql", _OverWebsocket()),
        # The application passes these by the router; they stand here to be seen.
        Route(PATH, webhooks),
        Route(PATH + "/{app}", webhooks),
        Route("/media", _for_browsers(Uploads(), settings)),
        Route("/media/{id}", _for_browsers(media, settings)),
        Route("/.well-known/jwks.json", jwks),
        Route("/healthz", healthz),
        Route("/readyz", Readiness(settings)),
        Route("/metrics", Metrics(settings)),
    ]


class _OverWebsocket:
    """An object, because the router takes functions for something else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await graphql_over_websocket(scope, receive, send)


def _for_browsers(app: ASGIApp, settings: Settings) -> Any:
    """Answers to browser applications of the allowed origins, where there are any."""
    if not settings.allowed_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["X-Request-Id"],
        max_age=600,
    )
