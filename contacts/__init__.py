"""Contacts: whom a tenant knows, under which ids, and what they allowed.

I own contacts, their identities and subjects, merges, tags, the consent ledger and activity.
My words: sighting (how somebody showed up), move (they changed number or user id), listed (how a
list has them), subject (owner of a key), step (one line of the ledger), touch (one activity).
My events: contact.created, contact.updated, contact.identity_changed, contact.merged,
contact.tagged, contact.untagged, contact.removed, consent.*, restriction.set, restriction.lifted.
"""

from contacts.activity import (
    Touch,
    TouchRow,
    count_touches,
    end_touches,
    forget_activity,
    record_activity,
    touch_page,
)
from contacts.addresses import Address, addresses
from contacts.consent import (
    LEDGER,
    MARKETING,
    ConsentStep,
    record_consent,
)
from contacts.correcting import Corrected, Correction, correct
from contacts.entering import (
    Consent,
    Effect,
    Entered,
    Listed,
    enter,
    look_up,
    times_shown,
)
from contacts.identity import Recognised, find, recognise
from contacts.merge import Merge
from contacts.phones import read_phone
from contacts.preferences import withdraw_all
from contacts.queries import (
    ConsentRow,
    ContactFilter,
    ContactRow,
    IdentityRow,
    TagRow,
    consents_of,
    contact_page,
    contacts_by_ids,
    count_contacts,
    identities_of,
    list_tags,
    tags_by_ids,
    tags_of,
)
from contacts.restriction import freeze, unfreeze
from contacts.search import search_tokens
from contacts.sightings import Known, Move, Sighting
from contacts.sources import note_source
from contacts.tags import (
    retag,
    tag,
    tidy_tag,
    untag,
)
from contacts.taking_back import take_back
from contacts.withdrawal import is_withdrawal

__all__ = [
    "LEDGER",
    "MARKETING",
    "Address",
    "Consent",
    "ConsentRow",
    "ConsentStep",
    "ContactFilter",
    "ContactRow",
    "Corrected",
    "Correction",
    "Effect",
    "Entered",
    "IdentityRow",
    "Known",
    "Listed",
    "Merge",
    "Move",
    "Recognised",
    "Sighting",
    "TagRow",
    "Touch",
    "TouchRow",
    "addresses",
    "consents_of",
    "contact_page",
    "contacts_by_ids",
    "correct",
    "count_contacts",
    "count_touches",
    "end_touches",
    "enter",
    "find",
    "forget_activity",
    "freeze",
    "identities_of",
    "is_withdrawal",
    "list_tags",
    "look_up",
    "note_source",
    "read_phone",
    "recognise",
    "record_activity",
    "record_consent",
    "retag",
    "search_tokens",
    "tag",
    "tags_by_ids",
    "tags_of",
    "take_back",
    "tidy_tag",
    "times_shown",
    "touch_page",
    "unfreeze",
    "untag",
    "withdraw_all",
]
