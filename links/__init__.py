"""Links: the places where people can meet a tenant, and who came through which.

I own touchpoints (F10), with their codes, links and pictures, and their uses.
My words: code (eight letters and digits that stand for a touchpoint, in print and in messages),
sign (what else a message is recognised by: a keyword, an ad), use (somebody came through).
My events: touchpoint.created, touchpoint.used.
"""

from links.addresses import chat_link, picture_of, prefilled_text
from links.arrivals import Arrival, note_arrivals, note_visit
from links.lists import check_for_lists, note_listed, take_back_listed
from links.queries import (
    Found,
    Insights,
    TouchpointRow,
    UseRow,
    count_touchpoints,
    find_code,
    insights_of,
    touchpoint_page,
    touchpoints_by_ids,
    touchpoints_of,
    uses_by_ids,
)
from links.touchpoints import (
    Details,
    NewTouchpoint,
    archive_touchpoint,
    create_touchpoint,
    update_touchpoint,
)

__all__ = [
    "Arrival",
    "Details",
    "Found",
    "Insights",
    "NewTouchpoint",
    "TouchpointRow",
    "UseRow",
    "archive_touchpoint",
    "chat_link",
    "check_for_lists",
    "count_touchpoints",
    "create_touchpoint",
    "find_code",
    "insights_of",
    "note_arrivals",
    "note_listed",
    "note_visit",
    "picture_of",
    "prefilled_text",
    "take_back_listed",
    "touchpoint_page",
    "touchpoints_by_ids",
    "touchpoints_of",
    "update_touchpoint",
    "uses_by_ids",
]
