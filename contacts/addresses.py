"""Where somebody can be written to: their phone, or their user id where the phone is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contacts.sightings import PHONE, USER_ID
from kernel import database, keys, tenancy
from kernel.database import Batch
from kernel.ids import Id


@dataclass(frozen=True, slots=True)
class Address:
    """How the platform is told the recipient; the phone counts where both are known (2.1)."""

    phone: str | None
    user_id: str | None


async def mail_addresses(contact_ids: Iterable[Id]) -> dict[Id, str]:
    """The e-mail addresses of contacts of the current tenant, the one shown last of each."""
    rows = await database.rows(
        """SELECT i.contact_id, i.id, i.subject_id, i.value_sealed
             FROM ({batch}) AS b
             JOIN identity i ON i.tenant_id = $1::uuid AND i.contact_id = b.contact_id
            WHERE i.kind = 'email' AND i.state = 'current'
            ORDER BY i.last_at, i.id""",
        tenancy.current(),
        batch=Batch({"contact_id": "uuid"}, [[one] for one in set(contact_ids)]),
    )
    sealers = await keys.of(row["subject_id"] for row in rows)
    return {
        row["contact_id"]: sealer.open_text("identity.value", row["id"], row["value_sealed"])
        for row in rows
        if (sealer := sealers.get(row["subject_id"]))
    }


async def addresses(contact_ids: Iterable[Id]) -> dict[Id, Address]:
    """The addresses of contacts of the current tenant; who has none is missing."""
    rows = await database.rows(
        database.sql(__file__, "addresses"),
        tenancy.current(),
        batch=Batch({"contact_id": "uuid"}, [[one] for one in set(contact_ids)]),
    )
    sealers = await keys.of(row["subject_id"] for row in rows)
    found: dict[Id, dict[str, str]] = {}
    for row in rows:
        sealer = sealers.get(row["subject_id"])
        if sealer:
            value = sealer.open_text("identity.value", row["id"], row["value_sealed"])
            # The rows come in the order in which they were shown; the last one counts.
            found.setdefault(row["contact_id"], {})[row["kind"]] = value
    return {
        contact_id: Address(values.get(PHONE), values.get(USER_ID))
        for contact_id, values in found.items()
    }
