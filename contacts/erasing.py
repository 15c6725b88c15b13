"""Forgetting one person (F46): from this moment nobody is found, met or written to by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contacts import suppression
from contacts.queries import identities_of
from contacts.sightings import as_shown
from kernel import clock, database, keys, tenancy
from kernel.database import Batch
from kernel.errors import NotFound
from kernel.ids import Id

_PLACE = "identity.value"


@dataclass(frozen=True, slots=True)
class Person:
    """All contacts and subjects (owners of keys) of one person; the first contact is who they are.

    `ids` are what they were known by: kind, scope and value. Whoever keeps these keeps them sealed.
    """

    contact_ids: tuple[Id, ...]
    subject_ids: tuple[Id, ...]
    ids: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who it was, and how many marks were made and rows went, by table."""

    person: Person
    went: dict[str, int]


@database.unit_of_work
async def forget(contact_id: Id, origin_id: Id) -> Forgotten:
    """Mark all ids of a contact and take them away with the name.

    Joined to the caller's unit of work. Contacts that were joined into this one go with it, and one
    that was joined into another leads there. NotFound where there is none.
    """
    person = await person_of(contact_id)
    sealers = await keys.of(person.subject_ids)
    known = {
        (row["kind"], row["scope"], sealer.open_text(_PLACE, row["id"], row["value_sealed"]))
        for own in (await identities_of(person.contact_ids)).values()
        for row in own
        if (sealer := sealers.get(row["subject_id"]))
    }
    tokens = suppression.mark_tokens(as_shown(*one) for one in known)
    went = {"suppression": await suppression.suppress(tokens, origin_id, clock.now())}
    who = _batch(person.contact_ids)
    for table in ("identity", "contact_search"):
        went[table] = await database.run(
            f"""DELETE FROM {table} WHERE tenant_id = $1::uuid
                  AND contact_id IN (SELECT b.id FROM ({{batch}}) AS b)""",
            tenancy.current(),
            batch=who,
        )
    await database.run(
        database.sql(__file__, "erase_contacts"), tenancy.current(), clock.now(), batch=who
    )
    return Forgotten(replace(person, ids=tuple(sorted(known))), went)


async def person_of(contact_id: Id) -> Person:
    """Whose contact this is, without the ids; NotFound where there is none.

    Inside a unit of work they are held, so that nobody meets or joins them meanwhile.
    """
    rows = await database.rows(database.sql(__file__, "hold_person"), tenancy.current(), contact_id)
    if not rows:
        raise NotFound("There is no such contact.", field=("contact",))
    first = sorted(rows, key=lambda row: (row["merged_into"] is not None, row["id"]))
    contact_ids = tuple(row["id"] for row in first)
    subjects = await database.rows(
        """SELECT s.id FROM ({batch}) AS b
             JOIN subject s ON s.tenant_id = $1::uuid AND s.contact_id = b.id ORDER BY s.id""",
        tenancy.current(),
        batch=_batch(contact_ids),
    )
    return Person(contact_ids, tuple(row["id"] for row in subjects))


@database.unit_of_work
async def note_destroyed(subject_ids: Sequence[Id]) -> int:
    """The keys of these subjects are gone; how many went now."""
    return await database.run(
        """UPDATE subject SET erased_at = $2
            WHERE tenant_id = $1::uuid AND erased_at IS NULL
              AND id IN (SELECT b.id FROM ({batch}) AS b)""",
        tenancy.current(),
        clock.now(),
        batch=_batch(subject_ids),
    )


def _batch(row_ids: Iterable[Id]) -> Batch:
    return Batch({"id": "uuid"}, [[one] for one in row_ids])
