"""Contacts and identities as one batch of sightings sees them, and how they are written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contacts.phones import NOWHERE, Place, place_of, place_of_user_id
from contacts.sightings import PHONE, USER_ID
from kernel import clock, database, keys, tenancy
from kernel.database import Batch, RunAgain
from kernel.ids import Id

_SOURCE = {PHONE: "number", USER_ID: "user_id"}


@dataclass(eq=False, slots=True)
class Person:
    """A contact as this batch sees it."""

    id: Id
    subject_id: Id
    is_new: bool
    source: str = ""
    name: str | None = None
    name_at: int = 0
    name_tie: int = -1
    place: Place = NOWHERE
    is_stated: bool = False
    is_frozen: bool = False
    is_named: bool = False
    placed_by: str | None = None
    has_new_ids: bool = False
    user_ids: set[bytes] = field(default_factory=set)
    # Of each phone that they left: when.
    numbers_left: dict[bytes, int] = field(default_factory=dict)
    joined_into: Person | None = None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Person:
        """Somebody known, by one of their rows of `identities_shown`."""
        return cls(
            id=row["contact_id"],
            subject_id=row["contact_subject_id"],
            is_new=False,
            name_at=row["name_at"],
            name_tie=row["name_tie"],
            place=Place(row["country"], row["time_zone"], row["language"]),
            is_stated=row["country_source"] == "stated",
            is_frozen=row["contact_state"] == "frozen",
        )

    def survivor(self) -> Person:
        """This person, or whom it was joined into."""
        return self.joined_into.survivor() if self.joined_into else self

    async def settle(self, entries: Sequence[Entry]) -> None:
        """Take country, zone and language from the best number, or else user id, that tells them.

        What somebody stated stays.
        """
        for kind, read in ((PHONE, place_of), (USER_ID, place_of_user_id)):
            own = [entry for entry in entries if entry.kind == kind]
            place = read(await max(own, key=Entry.standing).shown()) if own else NOWHERE
            if place.country and not self.is_stated:
                if place != self.place:
                    self.place, self.placed_by = place, _SOURCE[kind]
                return


@dataclass(eq=False, slots=True)
class Entry:
    """One identity as this batch sees it; `value` is known when it was shown in this batch."""

    id: Id
    person: Person
    subject_id: Id
    kind: str
    scope: str
    token: bytes
    source: str
    first_at: int
    last_at: int
    left_at: int | None
    value: str | None = None
    value_sealed: bytes = b""
    is_new: bool = False
    is_changed: bool = False
    is_moved: bool = False
    stored_end: int | None = None

    @classmethod
    def read(cls, row: Mapping[str, Any], person: Person) -> Entry:
        """A known identity, by its row of `identities_shown`."""
        return cls(
            id=row["id"],
            person=person,
            subject_id=row["subject_id"],
            kind=row["kind"],
            scope=row["scope"],
            token=row["token"],
            source=row["source"],
            first_at=row["first_at"],
            last_at=row["last_at"],
            left_at=row["ended_at"],
            stored_end=row["ended_at"],
            value_sealed=row["value_sealed"],
        )

    @property
    def ended_at(self) -> int | None:
        """When they left it: the first time since it was shown last, or else the last before.

        Who leaves a number leaves with it the user id that they showed until then (contract 4.2).
        """
        left = [] if self.left_at is None else [self.left_at]
        if self.kind == USER_ID:
            numbers_left = self.person.survivor().numbers_left.values()
            left += [at for at in numbers_left if self.first_at < at]
        return min(left, key=self._since_shown, default=None)

    @property
    def state(self) -> str:
        """Former once it ended and was not shown since."""
        ended_at = self.ended_at
        return "former" if ended_at is not None and self.last_at <= ended_at else "current"

    def leave(self, at: int) -> None:
        """The platform tells that they left it then."""
        self.left_at = at if self.left_at is None else min(self.left_at, at, key=self._since_shown)
        if self.kind == PHONE:
            self.person.survivor().numbers_left[self.token] = self.left_at

    def standing(self) -> tuple[bool, int, bytes]:
        """Which of several identities counts: a current one, shown last."""
        return self.state == "current", self.last_at, self.token

    async def shown(self) -> str:
        """The value, opened where this batch did not show it; "" when its key is gone."""
        if self.value is not None:
            return self.value
        sealer = (await keys.of([self.subject_id])).get(self.subject_id)
        return sealer.open_text("identity.value", self.id, self.value_sealed) if sealer else ""

    def _since_shown(self, at: int) -> tuple[bool, int]:
        return at < self.last_at, abs(at - self.last_at)


async def insert_people(new: Sequence[Person]) -> None:
    """Write new contacts and their subjects; their keys were made before."""
    tenant_id, now = tenancy.current(), clock.now()
    sealers = await keys.of(person.subject_id for person in new)
    records = []
    for person in new:
        place = person.place
        records.append(
            {
                "tenant_id": tenant_id,
                "id": person.id,
                "subject_id": person.subject_id,
                "state": "active",
                "name_sealed": person.name
                and sealers[person.subject_id].seal_text("contact.name", person.id, person.name),
                "name_at": person.name_at,
                "name_tie": person.name_tie,
                "language": place.language,
                "language_source": person.placed_by,
                "country": place.country,
                "country_source": person.placed_by,
                "time_zone": place.time_zone,
                "time_zone_source": person.placed_by,
                "source": person.source,
                "created_at": now,
                "updated_at": now,
            }
        )
    await database.insert("contact", records)
    await database.insert(
        "subject",
        [
            {
                "tenant_id": tenant_id,
                "id": person.subject_id,
                "contact_id": person.id,
                "created_at": now,
            }
            for person in new
        ],
    )


async def update_people(known: Sequence[Person]) -> None:
    """Write names and places that known contacts showed."""
    changed = [person for person in known if person.is_named or person.placed_by]
    if not changed:
        return
    sealers = await keys.of(person.subject_id for person in changed)
    rows = []
    for person in sorted(changed, key=lambda person: person.id):
        sealer, place = (
            sealers.get(person.subject_id),
            person.place if person.placed_by else NOWHERE,
        )
        sealed = (
            sealer.seal_text("contact.name", person.id, person.name)
            if sealer and person.is_named and person.name
            else None
        )
        rows.append(
            [
                person.id,
                sealed,
                person.name_at,
                person.name_tie,
                place.country,
                person.placed_by,
                place.time_zone,
                place.language,
            ]
        )
    await database.run(
        database.sql(__file__, "update_contacts"),
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {
                "id": "uuid",
                "name_sealed": "bytea",
                "name_at": "bigint",
                "name_tie": "bigint",
                "country": "text",
                "country_source": "text",
                "time_zone": "text",
                "language": "text",
            },
            rows,
        ),
    )


async def insert_entries(entries: Iterable[Entry]) -> None:
    """Write new identities; RunAgain when another worker wrote one of them meanwhile."""
    new = [entry for entry in entries if entry.is_new]
    sealers = await keys.of(entry.subject_id for entry in new)
    added = await database.insert(
        "identity",
        [
            {
                "tenant_id": tenancy.current(),
                "id": entry.id,
                "contact_id": entry.person.survivor().id,
                "subject_id": entry.subject_id,
                "kind": entry.kind,
                "scope": entry.scope,
                "token": entry.token,
                "value_sealed": sealers[entry.subject_id].seal_text(
                    "identity.value", entry.id, entry.value or ""
                ),
                "state": entry.state,
                "source": entry.source,
                "first_at": entry.first_at,
                "last_at": entry.last_at,
                "ended_at": entry.ended_at,
            }
            for entry in sorted(new, key=lambda entry: entry.token)
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if len(added) < len(new):
        raise RunAgain


async def update_entries(entries: Iterable[Entry]) -> None:
    """Write what known identities showed: times, holders, and the value where the holder is new."""
    changed = [
        entry
        for entry in entries
        if not entry.is_new and (entry.is_changed or entry.ended_at != entry.stored_end)
    ]
    if not changed:
        return
    moved = [entry for entry in changed if entry.is_moved]
    sealers = await keys.of(entry.subject_id for entry in moved)
    await database.run(
        database.sql(__file__, "update_identities"),
        tenancy.current(),
        batch=Batch(
            {
                "id": "uuid",
                "contact_id": "uuid",
                "subject_id": "uuid",
                "value_sealed": "bytea",
                "state": "text",
                "first_at": "bigint",
                "last_at": "bigint",
                "ended_at": "bigint",
            },
            [
                [
                    entry.id,
                    entry.person.survivor().id,
                    entry.subject_id,
                    sealers[entry.subject_id].seal_text(
                        "identity.value", entry.id, entry.value or ""
                    )
                    if entry.is_moved
                    else None,
                    entry.state,
                    entry.first_at,
                    entry.last_at,
                    entry.ended_at,
                ]
                for entry in sorted(changed, key=lambda entry: entry.id)
            ],
        ),
    )
