"""Reading a rule from the form in which people write and the house keeps it: plain JSON (F36).

`{"all": [{"country": {"in": ["ES"]}}, {"orders": {"count": {"atLeast": 2}}}]}`: each object has one
key, a group or a condition. What is wrong is told by the path that leads there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, cast

from kernel import clock, ids
from kernel.errors import Invalid
from kernel.ids import Id
from segments import columns
from segments.rules import (
    ANY,
    EVER,
    ONE_OR_MORE,
    Condition,
    Consent,
    Created,
    Events,
    Figure,
    Group,
    Member,
    Messages,
    Orders,
    Path,
    People,
    Rule,
    Span,
    Tagged,
    Trait,
    Window,
    Word,
    places,
)

DEEPEST, WIDEST, MOST = 8, 50, 200
_GROUPS = ("all", "any", "none")
_LONGEST_TEXT = 200
_MOST_DAYS = 36_500
_LARGEST = 10**15
_MONEY = 10_000


def read(given: object, path: Path = ("rule",)) -> Rule:
    """The rule; Invalid names the field that is wrong by its path."""
    rule = _rule(given, path, 1)
    if sum(1 for _ in places(rule)) > MOST:
        raise Invalid(f"A rule has at most {MOST} conditions.", code="TOO_MANY", field=path)
    return rule


def _rule(given: object, path: Path, depth: int) -> Rule:
    parts = _object(given, path)
    if len(parts) != 1:
        _refuse("Each part of a rule has exactly one key: a group or a condition.", path)
    [(name, inside)] = parts.items()
    here = (*path, name)
    if name in _CONDITIONS:
        return _CONDITIONS[name](inside, here)
    if name not in _GROUPS:
        _unknown("condition", (*_GROUPS, *_CONDITIONS), here)
    if depth > DEEPEST:
        raise Invalid(f"Groups stand at most {DEEPEST} deep.", code="TOO_DEEP", field=here)
    some = _list(inside, here)
    return Group(
        cast(Word, name),
        tuple(_rule(one, (*here, str(at)), depth + 1) for at, one in enumerate(some)),
    )


def _trait(given: object, path: Path) -> Condition:
    return Trait(path[-1], _texts(_parts(given, path, "in").get("in"), (*path, "in")))


def _figure(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "name", "atLeast", "atMost")
    name = _text(parts.pop("name", None), (*path, "name"), columns.FIGURES)
    return Figure(name, _some(_span(parts, path), path))


def _amount(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "name", "atLeast", "atMost")
    name = _text(parts.pop("name", None), (*path, "name"), columns.AMOUNTS)
    return Figure(name, _some(_money(parts, path), path))


def _created(given: object, path: Path) -> Condition:
    window = _window(given, path)
    return Created(window if window != EVER else _refuse("Say when.", path))


def _tags(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "allOf", "anyOf", "noneOf")
    if not parts:
        _refuse("Say which tags: allOf, anyOf or noneOf.", path, "EMPTY")
    wanted = {name: _ids("tag", some, (*path, name)) for name, some in parts.items()}
    return Tagged(*(wanted.get(name, ()) for name in ("allOf", "anyOf", "noneOf")))


def _consent(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "purpose", "topic", "in")
    purpose = _text(parts.get("purpose", "marketing"), (*path, "purpose"), columns.PURPOSES)
    topic = parts.get("topic", "")
    return Consent(
        purpose,
        _text(topic, (*path, "topic")) if topic else "",
        _texts(parts.get("in"), (*path, "in"), columns.STATES),
    )


def _events(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "kinds", "count", "time")
    return Events(
        _texts(parts.get("kinds"), (*path, "kinds"), columns.KINDS),
        _count(parts, path),
        _time(parts, path),
    )


def _orders(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "count", "total", "products", "time")
    total = _money(parts.get("total"), (*path, "total")) if "total" in parts else ANY
    return Orders(
        ANY if "total" in parts and "count" not in parts else _count(parts, path),
        total,
        _texts(parts["products"], (*path, "products")) if "products" in parts else (),
        _time(parts, path),
    )


def _messages(given: object, path: Path) -> Condition:
    parts = _parts(given, path, "count", "level", "mood", *columns.SCORES, "time")

    def span(name: str) -> Span:
        return _span(parts[name], (*path, name)) if name in parts else ANY

    def codes(name: str) -> tuple[str, ...]:
        return _texts(parts[name], (*path, name), columns.SCORES[name]) if name in parts else ()

    return Messages(
        count=_count(parts, path),
        level=span("level"),
        mood=span("mood"),
        intents=codes("intents"),
        topics=codes("topics"),
        languages=codes("languages"),
        time=_time(parts, path),
    )


def _member(given: object, path: Path) -> Condition:
    return Member(_id("segment", given, path))


def _people(given: object, path: Path) -> Condition:
    return People(_ids("contact", given, path))


def _attribute(given: object, path: Path) -> NoReturn:
    """Only what went wrong reaches this: `references.settle` has put contacts in the place of what
    a keyed attribute equals.
    """
    parts = _parts(given, path, "name", "is", "startsWith", "contains")
    name, here = parts.get("name"), (*path, "name")
    if name in columns.SEALED:
        _refuse(f"{name} is sealed: no rule can ask about it.", here, "SEALED")
    if name not in columns.KEYED:
        _unknown("attribute", (*columns.KEYED, *columns.SEALED), here)
    operator = next((one for one in ("startsWith", "contains") if one in parts), None)
    if operator:
        message = f"{name} is kept under a key: it can only be equal (is)."
        _refuse(message, (*path, operator), "EQUALITY_ONLY")
    _refuse("A text is wanted.", (*path, "is"), "WRONG_TYPE")


_CONDITIONS: Mapping[str, Callable[[object, Path], Rule]] = {
    **dict.fromkeys(columns.TRAITS, _trait),
    "figure": _figure,
    "amount": _amount,
    "createdAt": _created,
    "tags": _tags,
    "consent": _consent,
    "events": _events,
    "orders": _orders,
    "messages": _messages,
    "segment": _member,
    "contacts": _people,
    "attribute": _attribute,
}


def _count(parts: Mapping[str, Any], path: Path) -> Span:
    if "count" not in parts:
        return ONE_OR_MORE
    here = (*path, "count")
    return _some(_span(parts["count"], here, smallest=0), here)


def _span(given: object, path: Path, smallest: int = -_LARGEST) -> Span:
    parts = _parts(given, path, "atLeast", "atMost")
    ends = [
        _whole(parts[name], (*path, name), smallest) if name in parts else None
        for name in ("atLeast", "atMost")
    ]
    return _ordered(Span(*ends), path)


def _money(given: object, path: Path) -> Span:
    parts = _parts(given, path, "atLeast", "atMost")
    ends = [
        _units(parts[name], (*path, name)) if name in parts else None
        for name in ("atLeast", "atMost")
    ]
    return _some(_ordered(Span(*ends), path), path)


def _some(span: Span, path: Path) -> Span:
    return span if span != ANY else _refuse("Say atLeast, atMost or both.", path, "EMPTY")


def _ordered(span: Span, path: Path) -> Span:
    if span.least is not None and span.most is not None and span.least > span.most:
        _refuse("atLeast is more than atMost.", path, "BAD_RANGE")
    return span


def _time(parts: Mapping[str, Any], path: Path) -> Window:
    return _window(parts["time"], (*path, "time")) if "time" in parts else EVER


def _window(given: object, path: Path) -> Window:
    parts = _parts(given, path, "withinDays", "olderThanDays", "after", "before")
    days = [
        _whole(parts[name], (*path, name), 1, _MOST_DAYS) * clock.DAY if name in parts else None
        for name in ("withinDays", "olderThanDays")
    ]
    moments = [
        _moment(parts[name], (*path, name)) if name in parts else None
        for name in ("after", "before")
    ]
    window = Window(*days, *moments)
    for first, last, names in (
        (window.older, window.within, "olderThanDays"),
        (window.after, window.before, "after"),
    ):
        if first is not None and last is not None and first >= last:
            _refuse("Nothing can lie in this window.", (*path, names), "BAD_RANGE")
    return window


def _moment(given: object, path: Path) -> int:
    try:
        return clock.micros(datetime.fromisoformat(cast(str, given)))
    except (TypeError, ValueError):
        _refuse("A moment with its zone is wanted: 2026-10-01T12:00:00Z.", path, "BAD_FORM")


def _units(given: object, path: Path) -> int:
    try:
        units = Decimal(given) * _MONEY if isinstance(given, str | int) else None
    except InvalidOperation:
        units = None
    if units is None or isinstance(given, bool) or units != units or units % 1:
        _refuse('An amount is wanted, as a text: "26.00".', path, "WRONG_TYPE")
    if abs(units) > _LARGEST:
        _refuse("That is too much.", path, "BAD_RANGE")
    return int(units)


def _whole(given: object, path: Path, smallest: int, largest: int = _LARGEST) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        _refuse("A whole number is wanted.", path, "WRONG_TYPE")
    if not smallest <= given <= largest:
        _refuse(f"It must be {smallest:,} to {largest:,}.", path, "BAD_RANGE")
    return given


def _texts(given: object, path: Path, known: Collection[str] | None = None) -> tuple[str, ...]:
    some = _list(given, path)
    return tuple(dict.fromkeys(_text(one, (*path, str(at)), known) for at, one in enumerate(some)))


def _text(given: object, path: Path, known: Collection[str] | None = None) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= _LONGEST_TEXT or "\0" in given:
        _refuse("A text is wanted.", path, "WRONG_TYPE")
    if known is not None and given not in known:
        _unknown("value", known, path)
    return given


def _ids(kind: str, given: object, path: Path) -> tuple[Id, ...]:
    some = _list(given, path)
    return tuple(dict.fromkeys(_id(kind, one, (*path, str(at))) for at, one in enumerate(some)))


def _id(kind: str, given: object, path: Path) -> Id:
    try:
        return ids.read(kind, _text(given, path))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field=path) from None


def _list(given: object, path: Path) -> list[object]:
    if not isinstance(given, list):
        _refuse("A list is wanted.", path, "WRONG_TYPE")
    if not given:
        _refuse("There is nothing in it.", path, "EMPTY")
    if len(given) > WIDEST:
        _refuse(f"At most {WIDEST} at a time.", path, "TOO_MANY")
    return given


def _parts(given: object, path: Path, *known: str) -> dict[str, Any]:
    parts = _object(given, path)
    for name in parts:
        if name not in known:
            _unknown("field", known, (*path, name))
    return parts


def _object(given: object, path: Path) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        _refuse("An object is wanted.", path, "WRONG_TYPE")
    return {name: value for name, value in given.items() if value is not None}


def _unknown(what: str, known: Collection[str], path: Path) -> NoReturn:
    message = f"There is no such {what}; known are {', '.join(sorted(known)[:40])}."
    _refuse(message, path, f"UNKNOWN_{what.upper()}")


def _refuse(message: str, path: Path, code: str = "BAD_FORM") -> NoReturn:
    raise Invalid(message, code=code, field=path)
