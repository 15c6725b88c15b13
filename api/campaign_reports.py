"""Reports of campaigns out: `/campaigns/{id}/recipients.csv`, each recipient and what came."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

import campaigns
from api import auth
from api.asgi import respond
from api.refusals import refuse
from kernel import audit, ids, tenancy
from kernel.errors import Invalid, NotAllowed, NotFound, RapportError
from tenants import Permission, Viewer


class CampaignReports:
    """GET, with an access token."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; absent and others' are both 404."""
        if scope["method"] != "GET":
            await respond(send, 405, b"", [(b"allow", b"GET")])
            return
        try:
            viewer = await auth.viewer_of(scope)
            if viewer is None:
                raise NotAllowed("Sign in first.", code="SIGN_IN")
            viewer.require(Permission.CAMPAIGNS_READ)
            with tenancy.acting_for(viewer.tenant_id):
                campaign = await _campaign(scope)
                about = {"campaign": [campaign["id"]]}
                await audit.record("campaign_report.read", about, actor=auth.actor_of(viewer))
                await _send_report(campaign, viewer, send)
        except RapportError as error:
            await refuse(send, error)


async def _campaign(scope: Scope) -> campaigns.CampaignRow:
    try:
        campaign_id = ids.read("campaign", scope["path_params"]["id"])
    except Invalid:
        raise NotFound("There is no such campaign.") from None
    found = (await campaigns.campaigns_by_ids([campaign_id])).get(campaign_id)
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


async def _send_report(campaign: campaigns.CampaignRow, viewer: Viewer, send: Send) -> None:
    headers = [
        (b"content-type", b"text/csv; charset=utf-8"),
        (b"content-disposition", b'attachment; filename="recipients.csv"'),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, no-store"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    shows_personal = viewer.may(Permission.CONTACTS_PERSONAL)
    async for piece in campaigns.report(campaign, shows_personal=shows_personal):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
