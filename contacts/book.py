"""The people of one batch of sightings: read in two statements, decided in memory, written in few.

A person may show a phone, a user id, or both, in any order of arrival. The user id is the stronger:
a person has one at a time, number and portfolio. So a phone that shows up with another than its
holder's of that time changed hands, and goes to whoever showed it last by the platform's own time;
all else only joins. When a user id ended follows from when it was shown and when its person left
their numbers, not from what was known as that was told: the outcome does not depend on the order.

What shops and files tell (e-mail, the shop's id, a phone that was typed) joins in the same way,
except where two user ids prove that they are two people: then each keeps what is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import tenants
from contacts.entry_keys import EntryKey, EntryKeys
from contacts.people import (
    Entry,
    Person,
    insert_entries,
    insert_people,
    update_entries,
    update_people,
)
from contacts.phones import canonical
from contacts.sightings import (
    CUSTOMER,
    EMAIL,
    PHONE,
    STATED,
    USER_ID,
    WORD_OF_OTHERS,
    Move,
    Shown,
    Sighting,
)
from kernel import database, events, ids, keys, tenancy
from kernel.database import Batch, RunAgain
from kernel.events import Event
from kernel.ids import Id
from kernel.seal import Indexer

# What people type themselves: nobody but they vouches for it.
_TYPED = (CUSTOMER, EMAIL)
# Of a move: the ids before it, or the ids since.
_Side = Literal["before", "since"]


class Book:
    """See the module; `joined` holds (survivor, joined, reason) in order."""

    def __init__(self, index: Indexer) -> None:
        self.people: dict[Id, Person] = {}
        self.entries: dict[EntryKey, Entry] = {}
        self.joined: list[tuple[Id, Id, str]] = []
        self._stated: list[Entry] = []
        self.index = index
        self._keys = EntryKeys(index)

    @classmethod
    async def open(cls, seen: Sequence[Sighting | Move]) -> Book:
        """The book of everybody whom these sightings may concern, to read in."""
        book = cls(await tenants.newest_index())
        await book._read(book._wanted(seen))
        return book

    @classmethod
    async def hold(cls, seen: Sequence[Sighting | Move]) -> Book:
        """The same to write in: held for the open unit, so that nobody joins them meanwhile.

        RunAgain when another worker did so while this one waited.
        """
        book = cls(await tenants.newest_index())
        wanted = book._wanted(seen)
        held = await database.rows(
            database.sql(__file__, "hold_contacts"), tenancy.current(), batch=wanted
        )
        await book._read(wanted)
        if not book.people.keys() <= {row["id"] for row in held}:
            raise RunAgain
        return book

    def _wanted(self, seen: Sequence[Sighting | Move]) -> Batch:
        return self._keys.of_all(shown for one in seen for shown in one.shown())

    async def _read(self, wanted: Batch) -> None:
        statement = database.sql(__file__, "identities_shown")
        for row in await database.rows(statement, tenancy.current(), batch=wanted):
            person = self.people.setdefault(row["contact_id"], Person.read(row))
            entry = Entry.read(row, person)
            key = self._keys.newest((entry.kind, entry.scope, entry.token))
            entry.token, self.entries[key] = key[2], entry
            if entry.source == STATED:
                self._stated.append(entry)
            if entry.kind == USER_ID:
                person.user_ids.add(entry.token)
            # A number that a correction ended was not shown then: no user id goes with it.
            elif entry.kind == PHONE and entry.left_at and entry.left_at <= entry.last_at:
                person.numbers_left[entry.token] = entry.left_at

    def find(self, one: Sighting) -> Person | None:
        """Whom this sighting is, if anybody known; user id, phone, shop's id, e-mail in turn."""
        by_user_id, by_phone = self._holders(one.shown(), one.at)
        return by_user_id or by_phone or next(self._typed(one.shown()), None)

    def leads_to(self, person: Person, digits: str | None) -> bool:
        """Whether this number is the person's, by all that the book holds."""
        return digits is not None and self._holder((PHONE, "", canonical(digits), digits)) is person

    def meet(self, one: Sighting | Move) -> Person:
        """Find or make the person of a sighting or a move."""
        return self.moved(one) if isinstance(one, Move) else self.seen(one)

    def seen(self, one: Sighting) -> Person:
        """Find or make the person of a sighting, and note what it tells."""
        shown = self._believed(one)
        person = self._met(shown, one.at, "one sighting showed both ids") or self._new(one)
        for each in shown:
            self._note(person, each, one.at, one.source)
        self._name(person, one)
        return person

    def listed(self, one: Sighting) -> Person | None:
        """Find or make the person of a line in a list; None where its ids are of several people.

        A list is no sign of life: it adds what is missing, and moves nothing. Nothing is added to
        who is frozen.
        """
        shown = self._believed(one)
        holders = {holder.id: holder for each in shown if (holder := self._holder(each))}
        if len(holders) > 1:
            return None
        person = next(iter(holders.values()), None) or self._new(one)
        if person.is_frozen:
            return person
        for each in shown:
            if self._keys.of(each) not in self.entries:
                self._note(person, each, one.at, one.source)
        if person.name_tie < 0:
            self._name(person, one)
        return person

    def moved(self, one: Move) -> Person:
        """Follow a person to their new ids; the earlier ones lead to them still."""
        reason = "the person changed their number"
        before = self._met(one.before(), one.at, reason, side="before")
        since = self._met(one.since(), one.at, reason, side="since")
        person = before or since or self._new(one)
        if before and since:
            person = self._join(before, since, reason)
        left = [self._note(person, each, one.at, "whatsapp") for each in one.before()]
        kept = [self._note(person, each, one.at, "whatsapp") for each in one.since()]
        for entry in left:
            if entry.person.survivor() is person and entry not in kept:
                entry.leave(one.at)
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

    def _holder(self, shown: Shown | None) -> Person | None:
        entry = self.entries.get(self._keys.of(shown)) if shown else None
        return entry.person.survivor() if entry else None

    def _believed(self, one: Sighting) -> list[Shown]:
        """What was shown, but not what others tell against a person's own word (GDPR 16)."""
        shown = one.shown()
        if one.source not in WORD_OF_OTHERS:
            return shown
        stated = {
            entry.kind
            for person in (self._typed(shown) if self._stated else ())
            for entry in self._stated
            if entry.person.survivor() is person
        }
        return [
            each
            for each in shown
            if each[0] not in stated
            or ((entry := self.entries.get(self._keys.of(each))) and entry.source == STATED)
        ]

    def _met(
        self, shown: Sequence[Shown], at: int, reason: str, *, side: _Side | None = None
    ) -> Person | None:
        """Who is known by these ids of one person; two who turn out to be one are joined."""
        by_user_id, by_phone = self._holders(shown, at, side=side)
        met = by_user_id or by_phone
        if by_user_id and by_phone:
            met = self._join(by_user_id, by_phone, reason)
        for other in self._typed(shown):
            if met is None:
                met = other
            elif not (met.user_ids and other.user_ids):
                met = self._join(met, other, reason)
        return met

    def _typed(self, shown: Sequence[Shown]) -> Iterator[Person]:
        """Who is known by the shop's id, then by the e-mail address."""
        by_kind = {one[0]: one for one in shown}
        for kind in _TYPED:
            holder = self._holder(by_kind.get(kind))
            if holder:
                yield holder

    def _holders(
        self, shown: Sequence[Shown], at: int, *, side: _Side | None = None
    ) -> tuple[Person | None, Person | None]:
        """Who is known by the user id and who by the phone, unless the number changed hands."""
        by_kind = {one[0]: one for one in shown}
        by_user_id = self._holder(by_kind.get(USER_ID))
        by_phone = self._holder(by_kind.get(PHONE))
        if by_phone is None or by_phone is by_user_id:
            return by_user_id, by_phone
        phone = self.entries[self._keys.of(by_kind[PHONE])]
        if USER_ID in by_kind:
            is_another = self._is_another(phone, self._keys.of(by_kind[USER_ID]), at)
        else:
            # Somebody left a number before its holder had it, or moved to one of earlier times.
            is_apart = {None: False, "before": at < phone.first_at, "since": phone.last_at < at}
            is_another = is_apart[side] and self._has_user_id(by_phone)
        return by_user_id, None if is_another else by_phone

    def _is_another(self, phone: Entry, user_id: EntryKey, at: int) -> bool:
        """Whether a number's holder is somebody else than who showed this user id with it then.

        A person has one user id at a time, number and portfolio. So it is another who shows one
        before the holder moved to the number, after they left it, or beside their own of that time.
        """
        holder = phone.person.survivor()
        _, scope, token = user_id
        if token in holder.user_ids:
            return False
        is_before_they_came = any(
            at < left <= phone.first_at
            for number, left in holder.numbers_left.items()
            if number != phone.token
        )
        until = phone.left_at if at <= (phone.left_at or 0) else None
        is_after_they_left = until is None and phone.state == "former"
        return is_before_they_came or is_after_they_left or self._has_user_id(holder, until, scope)

    def _has_user_id(
        self, person: Person, until: int | None = None, scope: str | None = None
    ) -> bool:
        """Whether they have a user id (of that portfolio) that is theirs still, or ended then."""
        return any(
            (entry.ended_at if entry.state == "former" else None) == until
            for entry in self.entries.values()
            if entry.kind == USER_ID
            and scope in (None, entry.scope)
            and entry.person.survivor() is person
        )

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
        survivor.numbers_left |= joined.numbers_left
        told = (joined.name_at, joined.name_tie) > (survivor.name_at, survivor.name_tie)
        if joined.is_named and told:  # in this batch; an earlier one the merge takes over
            survivor.name, survivor.is_named = joined.name, True
            survivor.name_at, survivor.name_tie = joined.name_at, joined.name_tie
        if joined.is_new:
            for entry in self.entries.values():
                if entry.person is joined:
                    entry.person, entry.subject_id = survivor, survivor.subject_id
                    survivor.has_new_ids = True
        else:
            self.joined.append((survivor.id, joined.id, reason))
        return survivor

    def _note(self, person: Person, shown: Shown, at: int, source: str) -> Entry:
        key = self._keys.of(shown)
        entry = self.entries.get(key)
        if entry is None:
            entry = Entry(ids.new_id(), person, person.subject_id, *key, source, at, at, None)
            entry.is_new = person.has_new_ids = True
            self.entries[key] = entry
            if source == STATED:
                self._stated.append(entry)
        elif entry.person.survivor() is not person and entry.kind in _TYPED:
            return entry
        elif entry.person.survivor() is not person and at >= entry.last_at:
            entry.person, entry.subject_id, entry.left_at = person, person.subject_id, None
            entry.first_at, entry.last_at = at, at  # as theirs
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
        tie = keys.index().tie("contact.name", one.name)
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
