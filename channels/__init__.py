"""Channels: the wire to WhatsApp, and everything that only the platform knows.

I own platform apps and their secrets, accounts (WABAs), numbers, the routes to them, raw
deliveries, what the platform tells, templates, and the files of messages.
My words: delivery (one POST of the platform, kept raw before it is acknowledged), update (one thing
that it says), version (what a template holds, as its author wrote it), route (where an id of the
platform leads), aside (for a number that nobody has connected), told (an update with the rows it
leads to), wanted (a file still to be fetched).
My events: channel.failed, channel.recovered, platform.updated, template.*, waba.state_changed,
number.state_changed, number.quality_changed, number.limit_changed, number.troubled, media.wanted,
media.stored, media.refused.
"""

from channels import wire
from channels.aging import MEDIA, PLATFORM_UPDATES
from channels.apps import (
    PlatformSecrets,
    app_secrets,
    forget_apps,
    register_app,
    verify_subscription,
)
from channels.aside import put_aside
from channels.calling import heed, heed_codes, post_message, post_receipt
from channels.deliveries import (
    Claimed,
    claim_deliveries,
    drop_old_deliveries,
    revive_dead,
    settle,
    try_later,
)
from channels.departures import Departing, LeftBehind, arrived, depart, left_behind
from channels.email import Email, Failure, send_email
from channels.forgetting import (
    drop_files,
    forget_files,
    keep_files,
    prune_deliveries,
    prune_updates,
    stored_files,
)
from channels.graph import start, stop
from channels.health import Health, health_of
from channels.intake import BELL as DELIVERIES_BELL
from channels.intake import accept, forget_deliveries
from channels.limits import Limits, limits_of
from channels.media import BELL as MEDIA_BELL
from channels.media import OpenedMedia, Wanted, fetch_media, open_media, want_media
from channels.notices import post_notice
from channels.number_asking import ask_next_number
from channels.numbers import Route, access_token, connect_number, connect_waba, routes
from channels.outages import Outage, outages_of, watch_outages
from channels.outcomes import TOKEN_REFUSALS, Verdict
from channels.plans import Plan, PlanDay, plan
from channels.queries import (
    MediaRow,
    NumberRow,
    PlatformUpdateRow,
    TemplateFilter,
    TemplateRow,
    WabaRow,
    count_platform_updates,
    count_templates,
    list_numbers,
    list_wabas,
    media_by_ids,
    media_of,
    numbers_by_ids,
    platform_update_page,
    template_page,
    templates_by_ids,
    wabas_by_ids,
)
from channels.reservations import Reaching, is_limited, release, reserve
from channels.template_draft import VARIABLE, components_of
from channels.template_draft import App as TemplateApp
from channels.template_draft import Button as TemplateButton
from channels.template_draft import Draft as TemplateDraft
from channels.template_draft import Header as TemplateHeader
from channels.template_draft import Sample as TemplateSample
from channels.template_draft import from_json as read_draft
from channels.template_findings import BadTemplate
from channels.template_listing import sync_next_account, sync_templates
from channels.template_submission import delete_template, submit_template
from channels.template_versions import VersionRow, versions_of
from channels.template_writing import DraftChanges, create_template, update_template
from channels.throughput import Speed, speed_of
from channels.throughput import take as take_rate
from channels.told import Told
from channels.updates import apply_updates
from channels.uploads import (
    Upload,
    forget_platform_id,
    hand_over,
    keep_upload,
    platform_ids,
    uploads_by_ids,
)

__all__ = [
    "DELIVERIES_BELL",
    "MEDIA",
    "MEDIA_BELL",
    "PLATFORM_UPDATES",
    "TOKEN_REFUSALS",
    "VARIABLE",
    "BadTemplate",
    "Claimed",
    "Departing",
    "DraftChanges",
    "Email",
    "Failure",
    "Health",
    "LeftBehind",
    "Limits",
    "MediaRow",
    "NumberRow",
    "OpenedMedia",
    "Outage",
    "Plan",
    "PlanDay",
    "PlatformSecrets",
    "PlatformUpdateRow",
    "Reaching",
    "Route",
    "Speed",
    "TemplateApp",
    "TemplateButton",
    "TemplateDraft",
    "TemplateFilter",
    "TemplateHeader",
    "TemplateRow",
    "TemplateSample",
    "Told",
    "Upload",
    "Verdict",
    "VersionRow",
    "WabaRow",
    "Wanted",
    "accept",
    "access_token",
    "app_secrets",
    "apply_updates",
    "arrived",
    "ask_next_number",
    "claim_deliveries",
    "components_of",
    "connect_number",
    "connect_waba",
    "count_platform_updates",
    "count_templates",
    "create_template",
    "delete_template",
    "depart",
    "drop_files",
    "drop_old_deliveries",
    "fetch_media",
    "forget_apps",
    "forget_deliveries",
    "forget_files",
    "forget_platform_id",
    "hand_over",
    "health_of",
    "heed",
    "heed_codes",
    "is_limited",
    "keep_files",
    "keep_upload",
    "left_behind",
    "limits_of",
    "list_numbers",
    "list_wabas",
    "media_by_ids",
    "media_of",
    "numbers_by_ids",
    "open_media",
    "outages_of",
    "plan",
    "platform_ids",
    "platform_update_page",
    "post_message",
    "post_notice",
    "post_receipt",
    "prune_deliveries",
    "prune_updates",
    "put_aside",
    "read_draft",
    "register_app",
    "release",
    "reserve",
    "revive_dead",
    "routes",
    "send_email",
    "settle",
    "speed_of",
    "start",
    "stop",
    "stored_files",
    "submit_template",
    "sync_next_account",
    "sync_templates",
    "take_rate",
    "template_page",
    "templates_by_ids",
    "try_later",
    "update_template",
    "uploads_by_ids",
    "verify_subscription",
    "versions_of",
    "wabas_by_ids",
    "want_media",
    "watch_outages",
    "wire",
]
