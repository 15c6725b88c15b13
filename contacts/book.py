"""The people of one batch of sightings: read in two statements, decided in memory, written in few.

A person may show a phone, a user id, or both, in any order of arrival. The user id is the stronger:
it is one person's for as long as they keep their number. Links only join, and a phone that changed
hands goes to whoever showed it last by the platform's own time, so that the outcome does not depend
on the order of arrival.
"""

from __future__ import annotations

from collections.abc import Sequence

from contacts.people import (
    Entry,
    Person,
    insert_entries,
    insert_people,
    update_entries,
    update_people,
)
from contacts.phones import Place
from contacts.sightings import PHONE, USER_ID, Move, Shown, Sighting
from kernel import database, events, ids, keys, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

EntryKey = tuple[str, str, bytes]


class Book:
    """See the module; `joined` holds (survivor, joined, reason) in order."""

    def __init__(self) -> None:
        self.people: dict[Id, Person] = {}
        self.entries: dict[EntryKey, Entry] = {}
        self.joined: list[tuple[Id, Id, str]] = []
        self._index = keys.index()

    @classmethod
    async def open(cls, seen: Sequence[Sighting | Move]) -> Book:
        """The book of everybody whom these sightings may concern."""
        book = cls()
        wanted = {book._key(shown) for one in seen for shown in one.shown()}
        for row in await database.rows(
            database.sql(__file__, "identities_shown"),
            tenancy.current(),
            batch=Batch(
                {"kind": "text", "scope": "text", "token": "bytea"},
                [list(key) for key in sorted(wanted)],
            ),
        ):
            person = book.people.setdefault(
                row["contact_id"],
                Person(
                    id=row["contact_id"],
                    subject_id=row["contact_subject_id"],
                    is_new=False,
                    name_at=row["name_at"],
                    name_tie=row["name_tie"],
                    place=Place(row["country"], row["time_zone"], row["language"]),
                    is_stated=row["country_source"] == "stated",
                ),
            )
            entry = Entry(
                id=row["id"],
                person=person,
                subject_id=row["subject_id"],
                kind=row["kind"],
                scope=row["scope"],
                token=row["token"],
                source=row["source"],
                first_at=row["first_at"],
                last_at=row["last_at"],
                ended_at=row["ended_at"],
                value_sealed=row["value_sealed"],
            )
            book.entries[entry.kind, entry.scope, entry.token] = entry
            if entry.kind == USER_ID:
                person.user_ids.add(entry.token)
        return book

    def find(self, one: Sighting) -> Person | None:
        """Whom this sighting is, if anybody known; the user id decides before the phone."""
        for kind in (USER_ID, PHONE):
            for shown in one.shown():
                entry = self.entries.get(self._key(shown))
                if entry and shown[0] == kind:
                    return entry.person.survivor()
        return None

    def seen(self, one: Sighting) -> Person:
        """Find or make the person of a sighting, and note what it tells."""
        shown = {kind: (kind, scope, value, shown) for kind, scope, value, shown in one.shown()}
        user_id, phone = shown.get(USER_ID), shown.get(PHONE)
        by_user_id = self._holder(user_id)
        by_phone = self._holder(phone)
        if by_phone is not by_user_id and self._is_other(by_phone, user_id):
            by_phone = None  # the number changed hands: user ids are one person's each
        person = by_user_id or by_phone or self._new(one)
        if by_user_id and by_phone:
            person = self._join(by_user_id, by_phone, "one sighting showed both ids")
        for each in shown.values():
            self._note(person, each, one.at, one.source)
        self._name(person, one)
        return person

    def moved(self, one: Move) -> Person:
        """Follow a person to their new ids; the earlier ones lead to them still."""
        before = next(filter(None, map(self._holder, one.before())), None)
        since = next(filter(None, map(self._holder, one.since())), None)
        person = before or since
        if before and since and before is not since:
            person = self._join(before, since, "the person changed their number")
        if person is None:
            person = self._new(one)
        for each in one.before():
            entry = self._note(person, each, one.at, "whatsapp")
            if entry.ended_at is None or entry.ended_at < one.at:
                entry.ended_at, entry.is_changed = one.at, True
        for each in one.since():
            self._note(person, each, one.at, "whatsapp")
        return person

    async def save(self) -> None:
        """Write everybody who is new or changed; RunAgain when another worker was first."""
        people = [person for person in self.people.values() if person.joined_into is None]
        new = [person for person in people if person.is_new]
        await self._place()
        await keys.make_for(person.subject_id for person in new)
        await insert_people(new)
        await insert_entries(self.entries.values())
        await update_entries(self.entries.values())
        await update_people([one for one in people if not one.is_new])
        await events.record(
            *(Event("contact.created", {"contact": person.id}) for person in new),
            *(
                Event("contact.identity_changed", {"contact": person.id})
                for person in people
                if person.has_new_ids and not person.is_new
            ),
            *(
                Event("contact.updated", {"contact": person.id})
                for person in people
                if person.is_named and not person.is_new
            ),
        )

    def _key(self, shown: Shown) -> EntryKey:
        kind, scope, value, _ = shown
        return kind, scope, self._index.token(f"identity.{kind}", value)

    def _holder(self, shown: Shown | None) -> Person | None:
        entry = self.entries.get(self._key(shown)) if shown else None
        return entry.person.survivor() if entry else None

    def _is_other(self, person: Person | None, user_id: Shown | None) -> bool:
        """Whether the person is known under other user ids than this one."""
        if person is None or user_id is None or not person.user_ids:
            return False
        return self._key(user_id)[2] not in person.user_ids

    def _new(self, one: Sighting | Move) -> Person:
        person = Person(
            id=ids.new_id(),
            subject_id=ids.new_id(),
            is_new=True,
            source=one.source if isinstance(one, Sighting) else "whatsapp",
        )
        self.people[person.id] = person
        return person

    def _join(self, one: Person, other: Person, reason: str) -> Person:
        """Join two people; the older stays. Somebody made in this batch leaves no trace."""
        if one is other:
            return one
        survivor, joined = sorted((one, other), key=lambda person: person.id)
        joined.joined_into = survivor
        survivor.user_ids |= joined.user_ids
        if joined.is_new:
            for entry in self.entries.values():
                if entry.person is joined:
                    entry.person, entry.subject_id = survivor, survivor.subject_id
                    survivor.has_new_ids = True
            if (joined.name_at, joined.name_tie) > (survivor.name_at, survivor.name_tie):
                survivor.name, survivor.is_named = joined.name, True
                survivor.name_at, survivor.name_tie = joined.name_at, joined.name_tie
        else:
            self.joined.append((survivor.id, joined.id, reason))
        return survivor

    def _note(self, person: Person, shown: Shown, at: int, source: str) -> Entry:
        key = self._key(shown)
        entry = self.entries.get(key)
        if entry is None:
            entry = Entry(ids.new_id(), person, person.subject_id, *key, source, at, at, None)
            entry.is_new = person.has_new_ids = True
            self.entries[key] = entry
        elif entry.person.survivor() is not person and at >= entry.last_at:
            entry.person, entry.subject_id = person, person.subject_id
            entry.is_changed = entry.is_moved = person.has_new_ids = True
        elif entry.person.survivor() is not person:
            return entry
        entry.value = shown[3]
        if not entry.first_at <= at <= entry.last_at:
            entry.first_at, entry.last_at = min(entry.first_at, at), max(entry.last_at, at)
            entry.is_changed = True
        if entry.kind == USER_ID:
            person.user_ids.add(entry.token)
        return entry

    def _name(self, person: Person, one: Sighting) -> None:
        """The name shown last counts; at the same time, the same one whatever came first."""
        if not one.name:
            return
        tie = self._index.tie("contact.name", one.name)
        if (one.at, tie) > (person.name_at, person.name_tie):
            person.name, person.name_at, person.name_tie = one.name, one.at, tie
            person.is_named = True

    async def _place(self) -> None:
        """Where people are: by the number shown last, or by a user id until a number is known."""
        entries: dict[Person, list[Entry]] = {}
        for entry in self.entries.values():
            if entry.kind in (PHONE, USER_ID):
                entries.setdefault(entry.person.survivor(), []).append(entry)
        for person, own in entries.items():
            phones = sum(entry.kind == PHONE for entry in own)
            if phones > 1 or person.is_new or any(entry.is_new for entry in own):
                await person.settle(own)
