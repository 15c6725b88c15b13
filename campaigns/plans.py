"""How long a campaign takes, and over which days it spreads, before and after its start (F24)."""

from __future__ import annotations

import channels
from campaigns.audience import count_audience
from campaigns.holding import accounts_of, numbers_of
from campaigns.progress import progress_of
from campaigns.queries import CampaignRow
from campaigns.schedule import schedule_of
from channels import Plan, TemplateFilter
from kernel import clock

_SERVES = ("UTILITY", "AUTHENTICATION")
_OVER = ("finished", "cancelled")


async def plan(campaign: CampaignRow) -> Plan | None:
    """The plan for those who are left: from its start, or from now on; None where it has no numbers
    yet, or is over."""
    number_ids, now = await numbers_of(campaign["id"]), clock.now()
    if not number_ids or campaign["state"] in _OVER:
        return None
    if campaign["frozen_at"] is None:
        people = await count_audience(campaign)
    else:
        people = (await progress_of([campaign["id"]]))[campaign["id"]].left
    return await channels.plan(
        people,
        number_ids,
        max(now, (await schedule_of(campaign, now)).at),
        is_service=await _serves(campaign),
        per_second=campaign["per_second"],
    )


async def _serves(campaign: CampaignRow) -> bool:
    """Whether the portfolio's limit is all its own: what promotes leaves a part of it to others."""
    if campaign["template_category"] is not None:
        return campaign["template_category"] in _SERVES
    wanted = TemplateFilter(
        (await accounts_of(await numbers_of(campaign["id"])))[0],
        name=campaign["template_name"],
        languages=[campaign["template_language"] or ""],
    )
    found = await channels.template_page(wanted, "ASC", None, 1) if wanted.name else []
    return bool(found) and found[0]["category"] in _SERVES
