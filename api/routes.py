"""Every URL of the API, on one page. None of them moves."""

from __future__ import annotations

from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from api.graphql.admission import Admission
from api.graphql.http import GraphQLOverHttp
from api.graphql.websocket import GraphQLOverWebsocket
from api.health import Metrics, Readiness, healthz
from api.media import Media
from api.public_keys import jwks
from api.uploads import Uploads
from api.webhooks.whatsapp import PATH, WhatsAppWebhooks
from kernel.settings import Settings


def routes(settings: Settings, webhooks: WhatsAppWebhooks) -> list[BaseRoute]:
    """The routes of a process with these settings."""
    admission = Admission(settings)
    graphql, media = GraphQLOverHttp(settings, admission), Media()
    return [
        Route("/graphql", _for_browsers(graphql, settings)),
        WebSocketRoute("/graphql", GraphQLOverWebsocket(admission)),
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
