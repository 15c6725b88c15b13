"""Every URL of the API, on one page. None of them moves."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.browsers import ForBrowsers, Origins
from api.campaign_reports import CampaignReports
from api.consent_pages import CONFIRM, confirmation
from api.explorer import explorer
from api.export_pages import EXPORT, export
from api.files_to_import import FilesToImport, Reports
from api.graphql.admission import Admission
from api.graphql.http import GraphQLOverHttp
from api.graphql.websocket import GraphQLOverWebsocket
from api.health import Metrics, Readiness, healthz
from api.join_page import JOIN, joining
from api.kpi_csv import KpiCsv
from api.media import Media
from api.pages import public
from api.preference_pages import PREFERENCES, WITHDRAW, preferences, withdrawal
from api.public_keys import attestation_keys, jwks
from api.report_pages import REPORT, report, report_json
from api.request_pages import PRIVACY, PROVE, REQUEST, claim_right, prove_who, show_request
from api.store_rows import StoreRows
from api.tenant_archive import TenantArchive
from api.touchpoints import QrCodes, Widgets, short_link
from api.uploads import Uploads
from api.webhooks.shops import SHOPIFY, WOOCOMMERCE, ShopWebhooks
from api.webhooks.whatsapp import PATH, WhatsAppWebhooks
from kernel.settings import Settings


def routes(settings: Settings, webhooks: WhatsAppWebhooks) -> list[BaseRoute]:
    """The routes of a process with these settings."""
    admission, origins = Admission(settings), Origins(settings)
    graphql = GraphQLOverHttp(settings, admission)
    shopify = ShopWebhooks(SHOPIFY, settings.webhook_limit)
    woocommerce = ShopWebhooks(WOOCOMMERCE, settings.webhook_limit)
    return [
        Route("/graphql", ForBrowsers(graphql, origins)),
        WebSocketRoute("/graphql", GraphQLOverWebsocket(admission, origins)),
        # The application passes these by the router; they stand here to be seen.
        Route(PATH, webhooks),
        Route(PATH + "/{app}", webhooks),
        Route(SHOPIFY, shopify),
        Route(SHOPIFY + "/{key}", shopify),
        Route(WOOCOMMERCE, woocommerce),
        Route(WOOCOMMERCE + "/{key}", woocommerce),
        Route("/stores/{store}/{kind}", StoreRows()),
        Route("/media", ForBrowsers(Uploads(), origins)),
        Route("/media/{id}", ForBrowsers(Media(), origins)),
        Route("/imports/files", ForBrowsers(FilesToImport(), origins)),
        Route("/imports/{id}/problems.csv", ForBrowsers(Reports(), origins)),
        Route("/campaigns/{id}/recipients.csv", ForBrowsers(CampaignReports(), origins)),
        Route("/kpis.csv", ForBrowsers(KpiCsv(), origins)),
        Route("/tenant/archive", ForBrowsers(TenantArchive(), origins)),
        # Pages for people who do not sign in: a GET shows, a POST with the link's token changes.
        Route(CONFIRM, public(confirmation), methods=["POST"]),
        Route(CONFIRM + "/{token}", public(confirmation)),
        Route(PREFERENCES, public(preferences), methods=["POST"]),
        Route(PREFERENCES + "/{token}", public(preferences)),
        Route(WITHDRAW, public(withdrawal), methods=["POST"]),
        Route(WITHDRAW + "/{token}", public(withdrawal)),
        Route(JOIN, public(joining), methods=["POST"]),
        Route(JOIN + "/{token}", public(joining)),
        Route("/l/{code}", public(short_link)),
        Route("/qr/{code}.svg", public(QrCodes(settings, "svg"))),
        Route("/qr/{code}.png", public(QrCodes(settings, "png"))),
        Route("/widgets/{code}.json", Widgets(settings, origins).answer),
        Route(REPORT + "/{token}.json", public(report_json), methods=["GET"]),
        Route(REPORT + "/{token}", public(report), methods=["GET"]),
        Route(EXPORT, public(export), methods=["POST"]),
        Route(EXPORT + "/{token}", public(export)),
        Route(PROVE, public(prove_who), methods=["POST"]),
        Route(REQUEST + "/{token}", public(show_request), methods=["GET"]),
        Route(PRIVACY + "/{tenant}", public(claim_right), methods=["GET", "POST"]),
        Route("/.well-known/jwks.json", jwks),
        Route("/.well-known/attestation-keys.json", attestation_keys),
        Route("/healthz", healthz),
        Route("/readyz", Readiness(settings)),
        Route("/metrics", Metrics(settings)),
        *([] if settings.is_production else [Route("/explorer", explorer)]),
    ]
