"""Every store that points at a person, in the order in which an erasure walks them, contacts last.

What is `shredded` loses its person's key and means nothing afterwards; what is `deleted` goes; what
is `counted` holds ids and numbers only and stays, so that totals stay true (F46). A test fails when
a table points at a person and is missing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fate = Literal["shredded", "deleted", "counted"]


@dataclass(frozen=True)
class Store:
    """A table, the column by which it points at a person, and what an erasure does to its rows."""

    table: str
    pointer: str
    fate: Fate


STORES: tuple[Store, ...] = (
    Store("media", "subject_id", "deleted"),
    Store("message_change", "subject_id", "shredded"),
    Store("message_status", "subject_id", "counted"),
    Store("message_word", "subject_id", "deleted"),
    Store("message_score", "subject_id", "deleted"),
    Store("score_correction", "subject_id", "deleted"),
    Store("thread_silence", "contact_id", "deleted"),
    Store("message", "contact_id", "shredded"),
    Store("send", "contact_id", "shredded"),
    # The platform counts them for a day, whoever they were.
    Store("reservation", "contact_id", "counted"),
    Store("conversation", "contact_id", "counted"),
    Store("platform_update", "subject_id", "shredded"),
    Store("fulfilment", "subject_id", "shredded"),
    Store("cart", "contact_id", "shredded"),
    Store("visit", "contact_id", "deleted"),
    Store("customer", "contact_id", "deleted"),
    # What the law keeps of a purchase: sums, things and times, and no word on who it was.
    Store("refund", "contact_id", "counted"),
    Store("shop_order", "contact_id", "counted"),
    Store("touchpoint_use", "contact_id", "counted"),
    Store("activity", "contact_id", "counted"),
    # The proof of a consent outlives the person: ciphertext and keyed references, no clear text.
    Store("consent_entry", "contact_id", "shredded"),
    Store("consent_state", "contact_id", "deleted"),
    Store("consent_request", "subject_id", "deleted"),
    # That a right was granted, and when: proof of the tenant's own; the words go with the key.
    Store("privacy_letter", "subject_id", "deleted"),
    Store("privacy_step", "subject_id", "shredded"),
    Store("privacy_request", "subject_id", "shredded"),
    Store("breach_person", "contact_id", "counted"),
    # The archives go in a step of their own.
    Store("personal_export", "contact_id", "counted"),
    Store("campaign_contact", "contact_id", "deleted"),
    # Without it an undo passes the person by.
    Store("import_effect", "contact_id", "deleted"),
    Store("contact_search", "contact_id", "deleted"),
    Store("contact_tag", "contact_id", "deleted"),
    Store("contact_pace", "contact_id", "deleted"),
    Store("contact_score", "contact_id", "deleted"),
    Store("contact_facts", "contact_id", "deleted"),
    Store("segment_member", "contact_id", "deleted"),
    Store("contact_merge", "survivor_id", "counted"),
    Store("identity", "contact_id", "deleted"),
    Store("erasure", "contact_id", "counted"),
    # What the law keeps is sealed apart, and goes with the hold.
    Store("legal_hold", "contact_id", "counted"),
    Store("person_key", "subject_id", "deleted"),
    Store("subject", "contact_id", "counted"),
    Store("contact", "subject_id", "shredded"),
)
