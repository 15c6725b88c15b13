"""The town: everything that lives in the simulator, all in memory, and the ways to find it."""

from __future__ import annotations

import hashlib

from channels.simulator.phones import country_of, digits, other_forms
from channels.simulator.records import (
    App,
    Business,
    Chat,
    Message,
    Number,
    Person,
    Token,
    Waba,
)


class Town:
    """Everybody, with the ways to find them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Be empty."""
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.businesses: dict[str, Business] = {}
        self.wabas: dict[str, Waba] = {}
        self.numbers: dict[str, Number] = {}
        self.people: dict[str, Person] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.messages: dict[str, Message] = {}
        # Who has a phone (under "") or a user id (under the portfolio).
        self._owners: dict[tuple[str, str], str] = {}
        self._keys: dict[str, set[tuple[str, str]]] = {}

    def business_of(self, number: Number) -> Business:
        """The portfolio that a number belongs to."""
        return self.businesses[self.wabas[number.waba_id].business_id]

    def numbers_of(self, waba_id: str) -> list[Number]:
        """The numbers of an account."""
        return [one for one in self.numbers.values() if one.waba_id == waba_id]

    def chat(self, number_id: str, person_id: str) -> Chat:
        """The chat of the two, made when they have none."""
        key = (number_id, person_id)
        if key not in self.chats:
            self.chats[key] = Chat(number_id, person_id)
        return self.chats[key]

    def chats_of(self, person_id: str) -> list[Chat]:
        """Every chat that a person has."""
        return [chat for chat in self.chats.values() if chat.person_id == person_id]

    def settle(self, person: Person) -> None:
        """Let a person live in town, under the phone and ids that they have now."""
        self.people[person.id] = person
        for key in self._keys.pop(person.id, set()):
            if self._owners.get(key) == person.id:
                del self._owners[key]
        if person.phone:
            person.phone = digits(person.phone)
            self._own(person, ("", person.phone))
        if not person.country:
            person.country = country_of(person.phone) or (person.user_id or "").partition(".")[0]

    def user_id(self, person: Person, business_id: str) -> str:
        """The id under which a portfolio knows a person: `FR.` and digits (contract 4.2)."""
        made = person.user_id
        if made is None:
            seed = f"{business_id}/{person.id}/{person.moves}".encode()
            number = int.from_bytes(hashlib.blake2b(seed, digest_size=8).digest())
            made = f"{person.country or 'XX'}.{number:020d}"
        self._own(person, (business_id, made))
        return made

    def by_phone(self, phone: str) -> Person | None:
        """Who has this number (digits), also in the other form that Brazil and Mexico know."""
        for form in (phone, *other_forms(phone)):
            if ("", form) in self._owners:
                return self.people[self._owners["", form]]
        return None

    def by_user_id(self, business_id: str, user_id: str) -> Person | None:
        """Whom this portfolio knows under the id; nobody for an id made for another portfolio."""
        if (business_id, user_id) not in self._owners:
            for person in self.people.values():
                self.user_id(person, business_id)
        found = self._owners.get((business_id, user_id))
        return self.people[found] if found else None

    def _own(self, person: Person, key: tuple[str, str]) -> None:
        if self._owners.get(key) != person.id:
            self._owners[key] = person.id
            self._keys.setdefault(person.id, set()).add(key)
