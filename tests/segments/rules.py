"""Random rules, in the form in which people write them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from kernel import ids
from kernel.ids import Id
from tests.segments.people import (
    CLASSES,
    COUNTRIES,
    INTENTS,
    KINDS,
    LANGUAGES,
    PRODUCTS,
    STATES,
    TOPICS,
)

Json = dict[str, Any]


def random_rule(
    dice: random.Random, people: Sequence[Id], tags: Sequence[Id], depth: int = 3
) -> Json:
    """A rule of a few conditions under groups."""
    if depth and dice.random() < 0.45:
        some = [random_rule(dice, people, tags, depth - 1) for _ in range(dice.randint(1, 3))]
        return {dice.choice(("all", "any", "none")): some}
    at = dice.randrange(len(_MAKERS) + 2)
    if at < len(_MAKERS):
        return _MAKERS[at](dice)
    return (_tags, _people)[at - len(_MAKERS)](dice, people, tags)


def _few(dice: random.Random, values: Sequence[str]) -> list[str]:
    return dice.sample(values, dice.randint(1, 2))


def _trait(dice: random.Random) -> Json:
    name, values = dice.choice(
        (
            ("country", COUNTRIES),
            ("language", LANGUAGES),
            ("recencyClass", CLASSES),
            ("tier", ("gold", "silver")),
            ("engagementClass", ("low", "high")),
        )
    )
    return {name: {"in": _few(dice, values)}}


def _figure(dice: random.Random) -> Json:
    names = ("ORDERS", "ORDERS_30D", "CLICKS_7D", "RECENCY_SCORE", "ENGAGEMENT", "CHURN_RISK")
    return {"figure": {"name": dice.choice(names), **_span(dice, (0, 1, 3, 40))}}


def _amount(dice: random.Random) -> Json:
    name = dice.choice(("SPENT", "SPENT_365D", "LARGEST_ORDER"))
    return {"amount": {"name": name, **_span(dice, ("0", "50", "150.00"))}}


def _created(dice: random.Random) -> Json:
    return {"createdAt": _window(dice)}


def _consent(dice: random.Random) -> Json:
    states = _few(dice, (*STATES, "none"))
    return {"consent": {"in": states, **dice.choice(({}, {"topic": "sale"}))}}


def _events(dice: random.Random) -> Json:
    return {"events": {"kinds": _few(dice, KINDS), **_counted(dice)}}


def _orders(dice: random.Random) -> Json:
    total = {"total": _span(dice, ("0", "20", "100.00"))}
    products = {"products": _few(dice, PRODUCTS)}
    return {"orders": _counted(dice) | dice.choice(({}, total)) | dice.choice(({}, products))}


def _messages(dice: random.Random) -> Json:
    some: list[Json] = [
        {"level": _span(dice, (1, 2, 3))},
        {"mood": _span(dice, (-1, 0, 1))},
        {"intents": _few(dice, INTENTS)},
        {"topics": _few(dice, TOPICS)},
        {"languages": ["es"]},
    ]
    return {"messages": _counted(dice) | dice.choice(some) | dice.choice(some)}


def _tags(dice: random.Random, people: Sequence[Id], tags: Sequence[Id]) -> Json:
    names = dice.sample(("allOf", "anyOf", "noneOf"), dice.randint(1, 2))
    return {"tags": {name: [ids.show("tag", one) for one in _few(dice, tags)] for name in names}}


def _people(dice: random.Random, people: Sequence[Id], tags: Sequence[Id]) -> Json:
    return {"contacts": [ids.show("contact", one) for one in _few(dice, people)]}


_MAKERS: tuple[Callable[[random.Random], Json], ...] = (
    *(_trait, _figure, _amount, _created, _consent, _events, _orders, _messages),
)


def _span(dice: random.Random, ends: Sequence[Any]) -> Json:
    first, last = sorted((dice.choice(ends), dice.choice(ends)), key=float)
    return dice.choice(({"atLeast": first}, {"atMost": last}, {"atLeast": first, "atMost": last}))


def _window(dice: random.Random) -> Json:
    return dice.choice(
        (
            {"withinDays": dice.choice((7, 30))},
            {"olderThanDays": dice.choice((7, 30))},
            {"withinDays": 30, "olderThanDays": 7},
            {"after": "2026-10-30T00:00:00Z"},
            {"before": "2026-10-30T00:00:00Z", "withinDays": 365},
        )
    )


def _counted(dice: random.Random) -> Json:
    count = {"count": _span(dice, (0, 1, 2))}
    return dice.choice(({}, count)) | dice.choice(({}, {"time": _window(dice)}))
