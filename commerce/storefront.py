"""What people do in a shop: only with their leave, and only of those who came by a link of theirs.

A link token names its contact, sealed under the house's key: no shop and no visitor can read or
make one. Nothing is kept of anybody else.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

import contacts
from commerce.told import Visit
from contacts import Touch
from kernel import clock, database, ids, keys, tenancy
from kernel.errors import Invalid
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Unopenable

# The purpose under which a contact may forbid it, whatever a shop's own dialogue said.
STOREFRONT = "storefront"
_PLACE = "storefront.token"
_GOOD_FOR = 30 * clock.DAY
_EVENTS = {
    "viewed": "product.viewed",
    "dwelt": "product.viewed",
    "searched": "storefront.searched",
    "checkout_step": "checkout.advanced",
}


def link_token(contact_id: Id) -> str:
    """A token to put into a link of this contact; it ties what they do in the shop to them.

    Good for 30 days.
    """
    sealed = keys.house().seal_text(_PLACE, tenancy.current(), f"{contact_id} {clock.now()}")
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read_link_token(token: str) -> Id:
    """Whose link it is; Invalid (UNKNOWN_VISITOR) for a token that is not ours, or too old."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        contact_id, made_at = keys.house().open_text(_PLACE, tenancy.current(), sealed).split()
    except (Unopenable, ValueError):
        contact_id, made_at = "", "0"
    if int(made_at) < clock.now() - _GOOD_FOR:
        raise Invalid(
            "link_token is none of ours, or older than 30 days.",
            code="UNKNOWN_VISITOR",
            field=("link_token",),
        )
    return contact_id


async def write(store_id: Id, told: Sequence[Visit]) -> tuple[list[Event], list[Touch]]:
    """Keep these visits, once each, of contacts who did not forbid it; what happened."""
    if not told:
        return [], []
    known = await contacts.contacts_by_ids({one.contact_id for one in told})
    people = {
        contact_id: row["merged_into"] or contact_id
        for contact_id, row in known.items()
        if row["state"] in ("active", "merged")
    }
    people_rows = known | await contacts.contacts_by_ids(set(people.values()))
    forbidden = await _who_forbade(people.values())
    kept = [
        (ids.new_id(), people[one.contact_id], one)
        for one in {one.external_id: one for one in told}.values()
        if one.contact_id in people and people[one.contact_id] not in forbidden
    ]
    subjects = {row_id: people_rows[row_id]["subject_id"] for _, row_id, _ in kept}
    sealers = await keys.of(subjects.values())
    added = await database.insert(
        "visit",
        [
            {
                "tenant_id": tenancy.current(),
                "id": visit_id,
                "store_id": store_id,
                "token": keys.index().token("visit.external_id", one.external_id),
                "contact_id": contact_id,
                "subject_id": subjects[contact_id],
                "kind": one.kind,
                "product": one.product,
                "seconds": one.seconds,
                "step": one.step,
                "query_sealed": sealers[subjects[contact_id]].seal_text(
                    "visit.query", visit_id, one.query
                )
                if one.query and subjects[contact_id] in sealers
                else None,
                "at": one.at,
                "created_at": clock.now(),
            }
            for visit_id, contact_id, one in kept
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    new = {row["id"] for row in added}
    happened, touches = [], []
    for visit_id, contact_id, one in kept:
        if visit_id not in new:
            continue
        refs = {"contact": contact_id}
        event = Event(_EVENTS[one.kind], refs, one.at, ids.new_id())
        happened.append(event)
        touches.append(Touch(event.id, contact_id, one.at, event.kind, visit_id, one.seconds))
    return happened, touches


async def _who_forbade(contact_ids: Iterable[Id]) -> set[Id]:
    found = await contacts.consents_of(contact_ids)
    return {
        contact_id
        for contact_id, rows in found.items()
        for row in rows
        if row["purpose"] == STOREFRONT and row["state"] in ("withdrawn", "refused")
    }
