"""A rule answered in memory over what is known of one contact (F36): the twin of `compiling`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from kernel.ids import Id
from segments.columns import AMOUNTS, FIGURES
from segments.rules import (
    ANY,
    Condition,
    Consent,
    Created,
    Events,
    Figure,
    Group,
    Member,
    Messages,
    Orders,
    People,
    Rule,
    Tagged,
    Trait,
    Window,
)

_FIGURES = {**FIGURES, **AMOUNTS}


@dataclass(frozen=True, slots=True)
class Order:
    """An order that is no test and was not deleted; the amount in the tenant's currency."""

    at: int
    amount: int
    cancelled_at: int | None
    products: Collection[str]


@dataclass(frozen=True, slots=True)
class Message:
    """A customer's message as it was read."""

    at: int
    level: int | None
    mood: int | None
    intent: str | None
    language: str | None
    topics: Collection[str]


@dataclass(slots=True)
class Evidence:
    """What is known of one contact: the rows that conditions are about.

    `values` are those of `columns.TRAITS`, FIGURES and AMOUNTS by their names; `ids` are the
    contact's own and those of whoever was merged into them.
    """

    ids: set[Id]
    created_at: int
    values: Mapping[str, str | int | None] = field(default_factory=dict)
    tags: set[Id] = field(default_factory=set)
    consents: dict[tuple[str, str], str] = field(default_factory=dict)
    touches: list[tuple[str, int]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def matches(rule: Rule, known: Evidence, now: int) -> bool:
    """Whether the rule holds for this contact at this moment."""
    if not isinstance(rule, Group):
        return holds(rule, known, now)
    answers = (matches(one, known, now) for one in rule.rules)
    if rule.word == "all":
        return all(answers)
    return any(answers) == (rule.word == "any")


def holds(one: Condition, known: Evidence, now: int) -> bool:
    """Whether a condition holds."""
    match one:
        case Trait(name, values):
            return known.values.get(name) in values
        case Figure(_, span):
            return found(one, known, now) in span
        case Created(time):
            return _is_in(known.created_at, time, now)
        case Tagged(all_of, any_of, none_of):
            return (
                known.tags.issuperset(all_of)
                and (not any_of or not known.tags.isdisjoint(any_of))
                and known.tags.isdisjoint(none_of)
            )
        case Consent(_, _, states):
            return found(one, known, now) in states
        case Events(_, count, _) | Messages(count):
            return found(one, known, now) in count
        case Orders(count, total):
            orders = _orders(one, known, now)
            return len(orders) in count and sum(order.amount for order in orders) in total
        case People(contacts):
            return not known.ids.isdisjoint(contacts)
        case Member():
            raise AssertionError("members are put in before a rule is answered")
        case _:
            assert_never(one)


def found(one: Condition, known: Evidence, now: int) -> str | int | None:
    """What a condition is held against: the value, the state, or how many there are."""
    match one:
        case Trait(name):
            return known.values.get(name)
        case Figure(name):
            value = known.values.get(name)
            return _FIGURES[name].missing if value is None else value
        case Created():
            return known.created_at
        case Tagged(all_of, any_of, none_of):
            return len(known.tags.intersection((*all_of, *any_of, *none_of)))
        case Consent(purpose, topic):
            return known.consents.get((purpose, topic), "none")
        case Events(kinds, _, time):
            return sum(kind in kinds and _is_in(at, time, now) for kind, at in known.touches)
        case Orders():
            return len(_orders(one, known, now))
        case Messages():
            return sum(_is_such(each, one, now) for each in known.messages)
        case _:
            return None


def _orders(one: Orders, known: Evidence, now: int) -> Sequence[Order]:
    return [
        order
        for order in known.orders
        if _is_in(order.at, one.time, now)
        and (order.cancelled_at is None or order.cancelled_at > now)
        and (not one.products or not _apart(order.products, one.products))
    ]


def _is_such(each: Message, one: Messages, now: int) -> bool:
    return (
        _is_in(each.at, one.time, now)
        and (one.level == ANY or each.level in one.level)
        and (one.mood == ANY or each.mood in one.mood)
        and (not one.intents or each.intent in one.intents)
        and (not one.languages or each.language in one.languages)
        and (not one.topics or not _apart(each.topics, one.topics))
    )


def _is_in(at: int, time: Window, now: int) -> bool:
    first, last = time.ends(now)
    return first <= at <= last


def _apart(some: Iterable[str], others: Iterable[str]) -> bool:
    return set(some).isdisjoint(others)
