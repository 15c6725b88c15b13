"""A demo house's first campaign: a draft to look over, to change and to launch."""

from __future__ import annotations

import campaigns
import channels
from campaigns import Audience, CampaignChanges, Wording
from conversations import Personal
from conversations.content import Parameter, TemplateMessage

_TEMPLATE, _LANGUAGE = "new_arrivals", "es"


async def draft_campaign(phone_number_id: str) -> bool:
    """Draft it for this number of the current tenant, unless it has one; whether it was drafted.

    Without the template, whose news a worker has still to drain, there is none yet.
    """
    known = await channels.count_templates(channels.TemplateFilter(name=_TEMPLATE))
    if not known or await campaigns.count_campaigns(None):
        return False
    template = TemplateMessage(_TEMPLATE, _LANGUAGE, body=(Parameter("", "first_name"),))
    personal = (Personal("body", 0, "first_name", "de nuevo"),)
    numbers = {one["phone_number_id"]: one["id"] for one in await channels.list_numbers()}
    changes = CampaignChanges(
        name="La colección de lino",
        wording=Wording(template, personal),
        numbers=[numbers[phone_number_id]],
        audience=Audience(everybody=True),
        local_hour=11,
    )
    await campaigns.create(changes, None)
    return True
