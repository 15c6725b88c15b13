"""Correcting what is held of somebody, at their word (GDPR 16): it stands against later ones."""

from __future__ import annotations

from dataclasses import dataclass, fields

import tenants
from contacts import search
from contacts.right_ids import state_ids
from kernel import clock, database, events, keys, tenancy
from kernel.errors import NotFound
from kernel.events import Event
from kernel.ids import Id

# Later than anything that a profile or a shop will ever tell of a name.
_FOR_GOOD = 253_402_300_799 * clock.SECOND
_NAME = "contact.name"


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right; None leaves a field as it is. `phone` is in full international digits."""

    name: str | None = None
    language: str | None = None
    country: str | None = None
    time_zone: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A field that was changed, what stood there and what stands there now."""

    field: str
    before: str
    after: str


@database.unit_of_work
async def correct(contact_id: Id, right: Correction) -> list[Corrected]:
    """Write what is right of a contact of the current tenant; what was changed by it.

    Conflict TAKEN or SUPPRESSED where the number or the address is somebody else's.
    """
    row = await database.row(
        """SELECT id, subject_id, name_sealed, language, country, country_source, time_zone
             FROM contact
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state IN ('active', 'frozen')
              FOR UPDATE""",
        tenancy.current(),
        contact_id,
    )
    sealer = (await keys.of([row["subject_id"]])).get(row["subject_id"]) if row else None
    if row is None or sealer is None:
        raise NotFound("There is no such contact.", field=("contact",))
    sealed = row.pop("name_sealed")
    row["name"] = sealer.open_text(_NAME, contact_id, sealed) if sealed else ""
    changed = [Corrected(*one) for one in await state_ids(row, right.phone, right.email)]
    described = [
        Corrected(one.name, row[one.name] or "", told)
        for one in fields(Correction)
        if one.name in row
        and (told := getattr(right, one.name)) is not None
        and told != (row[one.name] or "")
    ]
    columns: dict[str, object] = {}
    for one in described:
        if one.field == "name":
            columns["name_sealed"] = sealer.seal_text(_NAME, contact_id, one.after)
            columns["name_at"] = _FOR_GOOD
            pieces = ((contact_id, piece) for piece in search.pieces_of_name(one.after))
            await search.remember(pieces, await tenants.newest_index())
        else:
            columns |= {one.field: one.after, f"{one.field}_source": "stated"}
    if columns:
        await _write(contact_id, columns)
    return changed + described


async def _write(contact_id: Id, columns: dict[str, object]) -> None:
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=4))
    await database.run(
        f"""UPDATE contact SET updated_at = $3::bigint, {sets}
             WHERE tenant_id = $1::uuid AND id = $2::uuid""",
        tenancy.current(),
        contact_id,
        clock.now(),
        *columns.values(),
    )
    await events.record(Event("contact.updated", {"contact": contact_id}))
