"""A rule: conditions on a contact under all, any and none (F36). Pure data, made by `reading`.

`compiling` makes one SQL condition of a rule and `matching` answers it in memory; the two agree.
Amounts are 1/10,000 of the tenant's currency, times microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kernel.ids import Id

Path = tuple[str, ...]
Word = Literal["all", "any", "none"]


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `least` to `most`, both inside; None leaves an end open."""

    least: int | None = None
    most: int | None = None

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and (
            (self.least is None or number >= self.least)
            and (self.most is None or number <= self.most)
        )


ONE_OR_MORE = Span(1)
ANY = Span()


@dataclass(frozen=True, slots=True)
class Window:
    """When something was: not longer ago than `within`, longer ago than `older`, at `after` or
    later, before `before`. What is still to come is in no window.
    """

    within: int | None = None
    older: int | None = None
    after: int | None = None
    before: int | None = None

    def ends(self, now: int) -> tuple[int, int]:
        """The first and last moment of it, both inside."""
        first = max(self.after or 0, 0 if self.within is None else now - self.within)
        last = min(
            now,
            now if self.older is None else now - self.older - 1,
            now if self.before is None else self.before - 1,
        )
        return first, last

    def edges(self) -> set[int]:
        """How long ago something is when the passing of time takes it in or out."""
        return {0} | {edge for edge in (self.within, self.older) if edge is not None}


EVER = Window()


@dataclass(frozen=True, slots=True)
class Trait:
    """A value in clear of the contact, its facts or its score: one of these."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the contact's facts or score; a count that nobody wrote down is 0."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Created:
    """When somebody became a contact."""

    time: Window


@dataclass(frozen=True, slots=True)
class Tagged:
    """Bears each tag of `all_of`, at least one of `any_of` if there are any, none of `none_of`."""

    all_of: tuple[Id, ...] = ()
    any_of: tuple[Id, ...] = ()
    none_of: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What the ledger comes to for a purpose: one of these states, of this topic ("": of all)."""

    purpose: str
    topic: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """How often something of these kinds touched them."""

    kinds: tuple[str, ...]
    count: Span
    time: Window


@dataclass(frozen=True, slots=True)
class Orders:
    """How many orders they placed that stand, and what these came to; `products` are the shop's
    ids or article numbers, of which an order has at least one.
    """

    count: Span
    total: Span
    products: tuple[str, ...]
    time: Window


@dataclass(frozen=True, slots=True)
class Messages:
    """How many messages of theirs were read as such (F37)."""

    count: Span
    level: Span
    mood: Span
    intents: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    time: Window


@dataclass(frozen=True, slots=True)
class People:
    """One of these contacts, or whoever they were merged into."""

    contacts: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Whom the rule of another segment holds for."""

    segment: Id


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that hold together: each of them, at least one, or none."""

    word: Word
    rules: tuple[Rule, ...]


Condition: TypeAlias = (
    Trait | Figure | Created | Tagged | Consent | Events | Orders | Messages | People | Member
)
Rule: TypeAlias = Group | Condition


_NAMES = {
    Figure: "figure",
    Created: "createdAt",
    Tagged: "tags",
    Consent: "consent",
    Events: "events",
    Orders: "orders",
    Messages: "messages",
    People: "contacts",
    Member: "segment",
}


def places(rule: Rule, path: Path = ("rule",)) -> Iterator[tuple[Path, Condition]]:
    """The conditions of a rule from left to right, each with the path that leads to it."""
    if isinstance(rule, Group):
        for at, one in enumerate(rule.rules):
            yield from places(one, (*path, rule.word, str(at)))
    else:
        yield (*path, rule.name if isinstance(rule, Trait) else _NAMES[type(rule)]), rule
