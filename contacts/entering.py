"""Entering people from a list (F7): what is missing is added, what is known stays as it is.

A list is no sign of life: it moves no identity from one person to another and joins nobody. Each
effect is told with what stood there before, so that all of it can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from contacts import search, suppression
from contacts.book import Book
from contacts.consent import ConsentStep, Grounds, record_consent
from contacts.people import Person
from contacts.phones import canonical
from contacts.sightings import Sighting
from contacts.tags import find_or_make_tags
from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

# What a list may fill in; language, country and zone each stand beside where they come from.
_DETAILS = (
    "name_at name_tie language language_source country country_source time_zone "
    "time_zone_source updated_at"
)
DETAILS = tuple(_DETAILS.split())
_OUTLIVING = ("consent", "new_tag")
# Their ids belong to several contacts, or one who bears them was erased.
Nobody = Literal["several", "suppressed"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What the list says that they allowed; `at` 0 where nobody knows when."""

    kind: str
    at: int
    evidence: dict[str, str | None] = field(default_factory=dict)
    touchpoint_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as a list has them."""

    sighting: Sighting
    language: str | None = None
    country: str | None = None
    tags: tuple[str, ...] = ()
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What entering somebody did: `contact` made, `details` changed, `identity`, `tag` or
    `new_tag` put there, `consent` written down, an identity `shown`; `before` holds what was.
    """

    kind: str
    object_id: Id
    contact_id: Id | None = None
    before: str | None = None


@dataclass(slots=True)
class Entered:
    """Whom a line of the list is, or why they are nobody; who is frozen is not worked with."""

    contact_id: Id | None
    nobody: Nobody | None = None
    is_frozen: bool = False
    effects: list[Effect] = field(default_factory=list)


@database.unit_of_work
async def enter(listed: Sequence[Listed], origin: str) -> list[Entered]:
    """Find or make these people of the current tenant, in few statements; who they are, in order.

    `origin` names the list: a consent of it is written down once, however often it is entered.
    """
    book = await Book.hold([one.sighting for one in listed])
    before = await _details(book.people)
    known = set(book.entries)
    marks = await suppression.read_marks([one.sighting for one in listed])
    people = [None if marks.bar(one.sighting) else book.listed(one.sighting) for one in listed]
    entered = [
        Entered(person.id, is_frozen=person.is_frozen)
        if person
        else Entered(None, "suppressed" if marks.bar(one.sighting) else "several")
        for one, person in zip(listed, people, strict=True)
    ]
    added = book.entries.keys() - known
    await book.save()
    met = [
        (one, person, into)
        for one, person, into in zip(listed, people, entered, strict=True)
        if person and not person.is_frozen  # known, and not to be worked with
    ]
    await suppression.welcome(
        (person.id, mark) for one, person, _ in met if (mark := marks.on(one.sighting))
    )
    first = {person.id: into for _, person, into in reversed(met)}
    for key in sorted(added):
        entry = book.entries[key]
        if not entry.person.is_new:
            holder = entry.person.id
            first[holder].effects.append(Effect("identity", entry.id, holder))
    await search.remember(_pieces(met, book), book.index)
    await _fill_in(met)
    await _put_tags_on(met)
    await _write_down_consent(met, origin)
    await _tell_changes(first, before)
    return entered


async def look_up(listed: Sequence[Listed]) -> list[Literal["new", "known"] | Nobody]:
    """What entering these people would find, without making anybody."""
    seen = [one.sighting for one in listed]
    book, marks = await Book.open(seen), await suppression.read_marks(seen)
    return ["suppressed" if marks.bar(one) else _found(book.listed(one)) for one in seen]


async def times_shown(contact_ids: Iterable[Id], before: int) -> list[Effect]:
    """When the identities of those of these who were contacts before this time were shown.

    To be kept, before a shop shows them again.
    """
    rows = await database.rows(
        """SELECT i.id, i.contact_id, i.first_at, i.last_at FROM ({batch}) AS b
             JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id AND c.created_at < $2
             JOIN identity i ON i.tenant_id = $1::uuid AND i.contact_id = b.id""",
        tenancy.current(),
        before,
        batch=Batch({"id": "uuid"}, [[one] for one in sorted(contact_ids)]),
    )
    return [
        Effect(
            "shown",
            row["id"],
            row["contact_id"],
            orjson.dumps({"first_at": row["first_at"], "last_at": row["last_at"]}).decode(),
        )
        for row in rows
    ]


def source_of_consent(origin: str, contact_id: Id) -> str:
    """What makes a consent of a list one, however often it is told."""
    return f"import|{origin}|{contact_id}"


def _found(person: Person | None) -> Literal["new", "known", "several"]:
    return "several" if person is None else "new" if person.is_new else "known"


def _pieces(met: Sequence[tuple[Listed, Person, Entered]], book: Book) -> Iterable[tuple[Id, str]]:
    for one, person, _ in met:
        shown = one.sighting
        is_theirs = book.leads_to(person, shown.phone)
        pieces = search.pieces_of_phone(canonical(shown.phone or "")) if is_theirs else set()
        if person.is_new or person.is_named:
            pieces |= search.pieces_of_name(shown.name or "")
        yield from ((person.id, piece) for piece in pieces)


async def _details(people: Iterable[Id]) -> dict[Id, dict[str, Any]]:
    rows = await database.rows(
        f"""SELECT c.id, {", ".join(f"c.{name}" for name in DETAILS)} FROM ({{batch}}) AS b
              JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in people]),
    )
    return {row.pop("id"): row for row in rows}


async def _fill_in(met: Sequence[tuple[Listed, Person, Entered]]) -> None:
    """The country where none is known, the language unless somebody stated another."""
    wanted: dict[Id, list[str | None]] = {}
    for one, person, _ in met:
        if one.language or one.country:
            told = wanted.setdefault(person.id, [None, None])
            told[0], told[1] = told[0] or one.language, told[1] or one.country
    await database.run(
        database.sql(__file__, "fill_in"),
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {"id": "uuid", "language": "text", "country": "text"},
            [[one, *told] for one, told in sorted(wanted.items())],
        ),
    )


async def _put_tags_on(met: Sequence[tuple[Listed, Person, Entered]]) -> None:
    wanted = {(person.id, name): into for one, person, into in reversed(met) for name in one.tags}
    if not wanted:
        return
    tags, made = await find_or_make_tags({name for _, name in wanted})
    by_id = {tag_id: name for name, tag_id in tags.items()}
    added = await database.insert(
        "contact_tag",
        [
            {
                "tenant_id": tenancy.current(),
                "contact_id": contact_id,
                "tag_id": tags[name],
                "source": "import",
                "at": clock.now(),
            }
            for contact_id, name in sorted(wanted)
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="contact_id, tag_id",
    )
    for row in added:
        into = wanted[row["contact_id"], by_id[row["tag_id"]]]
        if row["tag_id"] in made:
            made.discard(row["tag_id"])
            into.effects.append(Effect("new_tag", row["tag_id"]))
        into.effects.append(Effect("tag", row["tag_id"], row["contact_id"]))
    await events.record(
        *(
            Event("contact.tagged", {"contact": row["contact_id"], "tag": row["tag_id"]})
            for row in added
        )
    )


async def _write_down_consent(met: Sequence[tuple[Listed, Person, Entered]], origin: str) -> None:
    claimed = {person.id: (one.consent, person, into) for one, person, into in met if one.consent}
    steps = {
        contact_id: ConsentStep(
            contact_id=contact_id,
            subject_id=person.subject_id,
            kind=consent.kind,
            method="import",
            source=source_of_consent(origin, contact_id),
            at=consent.at,
            evidence=consent.evidence,
            grounds=Grounds(touchpoint_id=consent.touchpoint_id),
        )
        for contact_id, (consent, person, _) in claimed.items()
    }
    await record_consent(list(steps.values()))
    for contact_id, (_, _, into) in claimed.items():
        into.effects.append(Effect("consent", contact_id, contact_id))


async def _tell_changes(first: dict[Id, Entered], before: dict[Id, dict[str, Any]]) -> None:
    """Who is new, and the details of known people that are not as they were."""
    for contact_id, after in (await _details(first)).items():
        was = before.get(contact_id)
        if after != was:
            told = orjson.dumps({**(was or {}), "set_at": after["updated_at"]}).decode()
            effect = Effect("details" if was else "contact", contact_id, contact_id, told)
            # With somebody new all that is theirs comes and goes.
            others = [one for one in first[contact_id].effects if was or one.kind in _OUTLIVING]
            first[contact_id].effects = [*others, effect]
