"""Segments: what orders and conversations make of a contact, and who belongs together (F36).

I own the facts of contacts, one row each of what their orders and messages come to, and where the
quintiles of a tenant's customers are cut; segments, the language of their rules, and who belongs to
them since when.
My words: facts, tier (value by what was bought in a year), stage (of life as a customer), cuts
(between quintiles of recency, frequency and monetary value), walk (over all contacts of a tenant),
rule (a tree of conditions), stay (a contact in a segment, from when to when), to fill (work the
members out from all contacts).
My events: segment.changed, segment.entered, segment.left; contact.stage_changed and
contact.tier_changed follow in contacts.
"""

from segments.definitions import (
    SegmentRow,
    count_segments,
    create,
    delete,
    segment_page,
    segments_by_ids,
    selection_by,
    selection_of,
    update,
)
from segments.explaining import Explanation, Reason, explain_membership
from segments.facts import refresh, refresh_due
from segments.following import follow
from segments.keeping import follow_members, pass_time
from segments.queries import Cell, FactsRow, Quintiles, facts_of, read_quintiles
from segments.ready_made import install_missing
from segments.rfm import SEGMENTS
from segments.stays import (
    Stay,
    count_members,
    count_stays,
    member_page,
    selection_at,
    stay_page,
    stays_of,
)
from segments.tagging import (
    SuggestedTag,
    drop_tag_rule,
    rules_of_tags,
    set_tag_rule,
    suggested_tags,
)
from segments.walks import look_after, recompute

__all__ = [
    "SEGMENTS",
    "Cell",
    "Explanation",
    "FactsRow",
    "Quintiles",
    "Reason",
    "SegmentRow",
    "Stay",
    "SuggestedTag",
    "count_members",
    "count_segments",
    "count_stays",
    "create",
    "delete",
    "drop_tag_rule",
    "explain_membership",
    "facts_of",
    "follow",
    "follow_members",
    "install_missing",
    "look_after",
    "member_page",
    "pass_time",
    "read_quintiles",
    "recompute",
    "refresh",
    "refresh_due",
    "rules_of_tags",
    "segment_page",
    "segments_by_ids",
    "selection_at",
    "selection_by",
    "selection_of",
    "set_tag_rule",
    "stay_page",
    "stays_of",
    "suggested_tags",
    "update",
]
