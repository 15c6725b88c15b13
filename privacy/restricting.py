"""Restriction by the tenant's own hand (F49, GDPR 18), with a reason, which the audit log keeps."""

from __future__ import annotations

import contacts
from kernel import audit, database
from kernel.errors import Conflict, NotFound
from kernel.ids import Id


@database.unit_of_work
async def restrict(contact_id: Id, reason: str) -> None:
    """Keep a contact without using it; Conflict where it is frozen already, erased or merged.

    The reason is a code.
    """
    if not await contacts.freeze(contact_id):
        raise await _wrong_state(contact_id, "Only a contact in use can be frozen.")
    await audit.record("restriction.set", {"contact": [contact_id]}, outcome=reason)


@database.unit_of_work
async def unrestrict(contact_id: Id, reason: str) -> None:
    """Use a contact again; Conflict where it is not frozen. Tell the person first (GDPR 18(3))."""
    if not await contacts.unfreeze(contact_id):
        raise await _wrong_state(contact_id, "The contact is not frozen.")
    await audit.record("restriction.lift", {"contact": [contact_id]}, outcome=reason)


async def _wrong_state(contact_id: Id, message: str) -> Conflict | NotFound:
    if contact_id not in await contacts.contacts_by_ids([contact_id]):
        return NotFound("There is no such contact.", field=("contact",))
    return Conflict(message, field=("contact",))
