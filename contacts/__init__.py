"""Contacts: whom a tenant knows, under which ids, and what they allowed.

I own contacts, their identities and subjects, merges, tags, the consent ledger and activity.
My words: sighting (how somebody showed up), move (they changed number or user id), listed (how a
list has them), subject (owner of a key), step (one line of the ledger), touch (one activity),
mark (somebody with this id was erased).
My events: contact.created, contact.updated, contact.identity_changed, contact.merged,
contact.tagged, contact.untagged, contact.removed, consent.*, incentive.released, restriction.set,
restriction.lifted.
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
    Grounds,
    record_consent,
)
from contacts.consent_requests import (
    Answer,
    ConsentRequestRow,
    Wish,
    answer_requests,
    expire_requests,
    forget_requests,
    hold_request,
    hold_requests_due,
    keep_requests,
    note_prompt,
    note_trouble,
    open_incentive,
    open_request,
    requests_by_ids,
    requests_of,
    tenants_with_requests_due,
    use_link,
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
from contacts.erasing import Person, forget, note_destroyed, person_of
from contacts.identity import Recognised, find, recognise
from contacts.merge import Merge
from contacts.phones import read_phone
from contacts.preferences import withdraw_all
from contacts.queries import (
    ConsentEntryRow,
    ConsentRow,
    ContactFilter,
    ContactRow,
    IdentityRow,
    TagRow,
    consent_history,
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
from contacts.suppression import (
    lift_suppression,
    mark_tokens,
    suppress,
)
from contacts.tags import (
    retag,
    tag,
    tidy_tag,
    untag,
)
from contacts.taking_back import take_back
from contacts.withdrawal import is_withdrawal, plain_forms
from contacts.wordings import (
    Wording,
    WordingRow,
    add_wording,
    count_wordings,
    is_code,
    newest_wording,
    text_hash,
    wording_page,
    wordings_by_ids,
)

__all__ = [
    "LEDGER",
    "MARKETING",
    "Address",
    "Answer",
    "Consent",
    "ConsentEntryRow",
    "ConsentRequestRow",
    "ConsentRow",
    "ConsentStep",
    "ContactFilter",
    "ContactRow",
    "Corrected",
    "Correction",
    "Effect",
    "Entered",
    "Grounds",
    "IdentityRow",
    "Known",
    "Listed",
    "Merge",
    "Move",
    "Person",
    "Recognised",
    "Sighting",
    "TagRow",
    "Touch",
    "TouchRow",
    "Wish",
    "Wording",
    "WordingRow",
    "add_wording",
    "addresses",
    "answer_requests",
    "consent_history",
    "consents_of",
    "contact_page",
    "contacts_by_ids",
    "correct",
    "count_contacts",
    "count_touches",
    "count_wordings",
    "end_touches",
    "enter",
    "expire_requests",
    "find",
    "forget",
    "forget_activity",
    "forget_requests",
    "freeze",
    "hold_request",
    "hold_requests_due",
    "identities_of",
    "is_code",
    "is_withdrawal",
    "keep_requests",
    "lift_suppression",
    "list_tags",
    "look_up",
    "mark_tokens",
    "newest_wording",
    "note_destroyed",
    "note_prompt",
    "note_source",
    "note_trouble",
    "open_incentive",
    "open_request",
    "person_of",
    "plain_forms",
    "read_phone",
    "recognise",
    "record_activity",
    "record_consent",
    "requests_by_ids",
    "requests_of",
    "retag",
    "search_tokens",
    "suppress",
    "tag",
    "tags_by_ids",
    "tags_of",
    "take_back",
    "tenants_with_requests_due",
    "text_hash",
    "tidy_tag",
    "times_shown",
    "touch_page",
    "unfreeze",
    "untag",
    "use_link",
    "withdraw_all",
    "wording_page",
    "wordings_by_ids",
]
