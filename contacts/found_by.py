"""By what contacts are found, read from what is held of them now."""

from __future__ import annotations

from collections.abc import Collection

from contacts import search
from contacts.phones import canonical
from contacts.queries import contacts_by_ids, identities_of
from contacts.sightings import PHONE, USERNAME
from kernel import keys
from kernel.ids import Id


async def pieces_of(contact_ids: Collection[Id]) -> dict[Id, set[str]]:
    """By which pieces of names and numbers each of these contacts is found."""
    found: dict[Id, set[str]] = {}
    contacts = await contacts_by_ids(contact_ids)
    identities = await identities_of(contact_ids)
    sealers = await keys.of(
        {one["subject_id"] for one in contacts.values()}
        | {each["subject_id"] for own in identities.values() for each in own}
    )
    for contact_id, contact in contacts.items():
        names = []
        pieces: set[str] = found.setdefault(contact_id, set())
        if contact["name_sealed"] and (sealer := sealers.get(contact["subject_id"])):
            names.append(sealer.open_text("contact.name", contact_id, contact["name_sealed"]))
        for each in identities.get(contact_id, ()):
            sealer = sealers.get(each["subject_id"])
            if sealer and each["kind"] in (PHONE, USERNAME):
                value = sealer.open_text("identity.value", each["id"], each["value_sealed"])
                if each["kind"] == PHONE:
                    pieces |= search.pieces_of_phone(canonical(value))
                else:
                    names.append(value)
        pieces |= search.pieces_of_name(" ".join(names))
    return found
