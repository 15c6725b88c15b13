"""Who is who: from the ids that WhatsApp, shops and files show to one contact (F5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contacts import merge, search, suppression
from contacts.book import Book
from contacts.people import Person
from contacts.phones import canonical
from contacts.sightings import Known, Move, Sighting
from kernel import database
from kernel.ids import Id


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom each sighting shows, in order, and the contacts that were joined on the way.

    None where somebody shows up who was erased and did not come themselves (suppression).
    """

    known: list[Known | None]
    merges: list[merge.Merge]


# So many at a time fit the statements of SQLite (32,766 parameters).
_AT_ONCE = 1000


@database.unit_of_work
async def recognise(seen: Sequence[Sighting | Move]) -> Recognised:
    """Find or make the contacts of these sightings of the current tenant, in few statements.

    Joined to the caller's unit of work, so that a person exists exactly when what they did does.
    """
    known = list[Known | None]()
    merges: list[merge.Merge] = []
    for start in range(0, len(seen), _AT_ONCE):
        part = await _recognise(seen[start : start + _AT_ONCE])
        known += part.known
        merges += part.merges
    if len(seen) > _AT_ONCE and merges:
        after = {one.merged_id: one.survivor_id for one in merges}
        known = [one and _survivor(one, after) for one in known]
    return Recognised(known, merges)


async def _recognise(seen: Sequence[Sighting | Move]) -> Recognised:
    book = await Book.hold(seen)
    # Read while their contacts are held: whoever erases one of them has marked it, or waits.
    marks = await suppression.read_marks(seen)
    people = [None if marks.bar(one) else book.meet(one) for one in seen]
    await book.save()
    merges = await merge.join(book.joined)
    survivors = [person and person.survivor() for person in people]
    marked = [
        (one, person, mark)
        for one, person in zip(seen, survivors, strict=True)
        if (mark := marks.on(one))
    ]
    await suppression.welcome((person.id, mark) for _, person, mark in marked if person)
    await suppression.follow_moves(
        (one, mark) for one, person, mark in marked if person is None and isinstance(one, Move)
    )
    await search.remember(_pieces(seen, survivors, book), book.index)
    known = [Known(one.id, one.subject_id) if one else None for one in survivors]
    return Recognised(known, merges)


async def find(seen: Sequence[Sighting]) -> list[Known | None]:
    """Whom these sightings are, without making anybody."""
    book = await Book.open(seen)
    found = [book.find(one) for one in seen]
    return [Known(one.id, one.subject_id) if one else None for one in found]


def _survivor(one: Known, after: Mapping[Id, Id]) -> Known:
    """Whom this is by now, where a later part of the same batch joined them to somebody.

    Their rows keep the subject under which they are sealed.
    """
    contact_id = one.contact_id
    while contact_id in after:
        contact_id = after[contact_id]
    return Known(contact_id, one.subject_id)


def _pieces(
    seen: Sequence[Sighting | Move], people: Sequence[Person | None], book: Book
) -> Iterable[tuple[Id, str]]:
    for one, person in zip(seen, people, strict=True):
        if person is None:
            continue
        is_theirs = book.leads_to(person, one.phone)
        pieces = search.pieces_of_phone(canonical(one.phone or "")) if is_theirs else set()
        if isinstance(one, Sighting):
            pieces |= search.pieces_of_name(f"{one.name or ''} {one.username or ''}")
        yield from ((person.id, piece) for piece in pieces)
