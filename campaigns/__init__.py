"""Campaigns: one thing that is said to many.

I own drafts, their audiences and numbers, when they start, rest, go on and end, the look before the
start and the report behind it. Messages leave by the mailings of conversations, past its gate.
My words: audience (whom it is for), wording (a template with its values), review (the dry run),
recipient (somebody of the frozen audience), failure (accepted by the platform, and not delivered).
My events: campaign.scheduled, campaign.launched, campaign.paused, campaign.resumed,
campaign.cancelled, campaign.finished.
"""

from campaigns.audience import (
    Audience,
    AudienceParts,
    count_audience,
    follow_merges,
    parts_of_audience,
)
from campaigns.drafts import MOST_FAILED, CampaignChanges, create, update
from campaigns.holding import numbers_of
from campaigns.launching import BELL, freeze_next, launch
from campaigns.plans import plan
from campaigns.progress import CampaignProgress, note_failures, progress_of
from campaigns.queries import (
    CampaignRow,
    RecipientFilter,
    RecipientRow,
    campaign_page,
    campaigns_by_ids,
    count_campaigns,
    count_recipients,
    recipient_page,
    state_of,
    wording_of,
)
from campaigns.report import report
from campaigns.review import (
    Review,
    Reviewed,
    Sample,
    count_of,
    rehearse_for,
    review,
    reviewed_page,
)
from campaigns.steps import cancel, look_after, pause, resume, stop_with_templates
from campaigns.wording import Wording

__all__ = [
    "BELL",
    "MOST_FAILED",
    "Audience",
    "AudienceParts",
    "CampaignChanges",
    "CampaignProgress",
    "CampaignRow",
    "RecipientFilter",
    "RecipientRow",
    "Review",
    "Reviewed",
    "Sample",
    "Wording",
    "campaign_page",
    "campaigns_by_ids",
    "cancel",
    "count_audience",
    "count_campaigns",
    "count_of",
    "count_recipients",
    "create",
    "follow_merges",
    "freeze_next",
    "launch",
    "look_after",
    "note_failures",
    "numbers_of",
    "parts_of_audience",
    "pause",
    "plan",
    "progress_of",
    "recipient_page",
    "rehearse_for",
    "report",
    "resume",
    "review",
    "reviewed_page",
    "state_of",
    "stop_with_templates",
    "update",
    "wording_of",
]
