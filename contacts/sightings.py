"""How people show up: what a message, an order or a file tells about who somebody is."""

from __future__ import annotations

from dataclasses import dataclass

from contacts.phones import canonical
from kernel.ids import Id

PHONE, USER_ID, USERNAME = "phone", "whatsapp_user_id", "username"
EMAIL, CUSTOMER = "email", "shop_customer"
# How an id came: by the person's own word that it is right, or by what others told of them.
STATED, WORD_OF_OTHERS = "stated", ("store", "import")
# Ids that lead to their person wherever they are read.
WORDS = (USER_ID, USERNAME, EMAIL)

# kind, scope, the value under which all its forms meet, the value as it is shown
Shown = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody showed up; `scope` is the business portfolio that user ids belong to.

    `at` is the platform's time, `source` how it came (whatsapp, shared, address_book, history,
    store, import); `customer` is a shop's id of them, `store` the shop that it holds for.
    `is_own_act`: they came themselves, by a message of theirs or a yes; nobody else told of them.
    """

    at: int
    phone: str | None = None
    user_id: str | None = None
    username: str | None = None
    name: str | None = None
    scope: str = ""
    source: str = "whatsapp"
    email: str | None = None
    customer: str | None = None
    store: str = ""
    is_own_act: bool = False

    def shown(self) -> list[Shown]:
        """The ids that were shown."""
        return [
            *_phone(self.phone),
            *_user_id(self.user_id, self.scope),
            *([(USERNAME, "", self.username.casefold(), self.username)] if self.username else []),
            *_email(self.email),
            *([(CUSTOMER, self.store, self.customer, self.customer)] if self.customer else []),
        ]


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody changed their number or user id: the ids before and the ids since (contract 4.4)."""

    at: int
    previous_phone: str | None
    previous_user_id: str | None
    phone: str | None
    user_id: str | None
    scope: str = ""
    # The platform tells of it, to whoever knows them.
    is_own_act: bool = False

    def before(self) -> list[Shown]:
        """The ids that ended; the user id first, for it names one person surely."""
        return [*_user_id(self.previous_user_id, self.scope), *_phone(self.previous_phone)]

    def since(self) -> list[Shown]:
        """The ids that hold from then on."""
        return [*_user_id(self.user_id, self.scope), *_phone(self.phone)]

    def shown(self) -> list[Shown]:
        """All ids that were shown."""
        return self.before() + self.since()


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a sighting turned out to be."""

    contact_id: Id
    subject_id: Id


def as_shown(kind: str, scope: str, value: str) -> Shown:
    """An id that is known, as a sighting shows it."""
    if kind == PHONE:
        return kind, scope, canonical(value), value
    return kind, scope, value.casefold() if kind == USERNAME else value, value


def _phone(digits: str | None) -> list[Shown]:
    return [(PHONE, "", canonical(digits), digits)] if digits else []


def _email(address: str | None) -> list[Shown]:
    """Shown in small letters: however it was typed first, it looks the same."""
    return [(EMAIL, "", address.casefold(), address.casefold())] if address else []


def _user_id(user_id: str | None, scope: str) -> list[Shown]:
    return [(USER_ID, scope, user_id, user_id)] if user_id else []
