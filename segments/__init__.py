"""Segments: what orders and conversations make of a contact (F36).

I own the facts of contacts, one row each of what their orders and messages come to, and where the
quintiles of a tenant's customers are cut.
My words: facts, tier (value by what was bought in a year), stage (of life as a customer), cuts
(between quintiles of recency, frequency and monetary value), walk (over all contacts of a tenant).
My events: none; contact.stage_changed and contact.tier_changed follow in contacts.
"""

from segments.facts import refresh, refresh_due
from segments.following import follow
from segments.queries import Cell, FactsRow, Quintiles, facts_of, read_quintiles
from segments.rfm import SEGMENTS
from segments.walks import look_after, recompute

__all__ = [
    "SEGMENTS",
    "Cell",
    "FactsRow",
    "Quintiles",
    "facts_of",
    "follow",
    "look_after",
    "read_quintiles",
    "recompute",
    "refresh",
    "refresh_due",
]
