"""A rule as a condition on `contact c`, to stand in one set-based statement (F36).

Each condition is a set of contacts that does not depend on `c`, so that a database can read it once
and not once for each contact. Many rules at once are asked of some contacts at a time (`within`):
the sets are read for these alone, and facts and scores stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from contacts import EVERYBODY, Selection
from kernel import database
from kernel.ids import Id
from segments.columns import AMOUNTS, FIGURES, TRAITS, Column
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
    Span,
    Tagged,
    Trait,
    Window,
)

_FIGURES = {**FIGURES, **AMOUNTS}
_HOW_MANY = "count(*)"
_WHAT_SUM = "coalesce(sum(x.base_total), 0)"
_BESIDE = {"contact": "c", "contact_facts": "f", "contact_score": "s"}
_ASKED = ", ".join(
    f"{_BESIDE[one.table]}.{one.name}" for one in (*TRAITS.values(), *_FIGURES.values())
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Whose contacts are meant, at which moment.

    `within`: the contacts asked about, as a condition on the column `{}` that the statement around
    can read, without values of its own; `c` is a row of `known` then.
    """

    tenant_id: Id
    now: int
    within: str = ""


def known(frame: Frame) -> str:
    """The contacts asked about, with all that stands in one row about each; $1 is the tenant."""
    return f"""SELECT c.id, c.state, c.created_at, {_ASKED}
  FROM contact c
  LEFT JOIN contact_facts f ON f.tenant_id = $1::uuid AND f.contact_id = c.id
   AND {frame.within.format("f.contact_id")}
  LEFT JOIN contact_score s ON s.tenant_id = $1::uuid AND s.contact_id = c.id
   AND {frame.within.format("s.contact_id")}
 WHERE c.tenant_id = $1::uuid AND {frame.within.format("c.id")}"""


def compile_rule(rule: Rule, frame: Frame) -> Selection:
    """Whom the rule holds for, to put into a statement; it has no members of other segments."""
    if not isinstance(rule, Group):
        return _condition(rule, frame)
    parts = [compile_rule(one, frame) for one in rule.rules]
    # Each by itself is denied, not all together: so PostgreSQL can leave a set out by a join.
    before = "NOT " if rule.word == "none" else ""
    word = " OR " if rule.word == "any" else " AND "
    joined = word.join(f"{before}({one.condition})" for one in parts)
    return Selection(joined, tuple(value for one in parts for value in one.values))


class _Rows:
    """Rows of a table `x` about contacts, by conditions; `?` in a line is a value's place."""

    def __init__(self, frame: Frame, table: str, contact: str = "contact_id") -> None:
        # DISTINCT: a set of few at most, which PostgreSQL keeps in memory.
        what = f"{'DISTINCT ' if frame.within else ''}x.{contact}"
        self._head = f"SELECT {what} AS contact_id FROM {table} WHERE x.tenant_id = ?::uuid"
        self._values: list[Any] = [frame.tenant_id]
        self._group = f" GROUP BY x.{contact}"
        self._now = frame.now
        self._few = bool(frame.within)
        if frame.within:
            self._head += f" AND {frame.within.format(f'x.{contact}')}"

    def where(self, line: str, *values: Any) -> _Rows:
        """Only rows for which this holds."""
        self._head += f" AND {line}"
        self._values += values
        return self

    def one_of(self, column: str, values: Sequence[Any], kind: str = "text") -> _Rows:
        """Only rows with one of these values, where there are any."""
        places = ", ".join(f"?::{kind}" for _ in values)
        return self.where(f"{column} IN ({places})", *values) if values else self

    def span(self, column: str, span: Span) -> _Rows:
        """Only rows with such a number."""
        return self if span == ANY else self.where(*_within(column, span))

    def during(self, column: str, window: Window) -> _Rows:
        """Only rows of this time."""
        return self.where(f"{column} BETWEEN ?::bigint AND ?::bigint", *window.ends(self._now))

    def there(self, is_so: bool = True) -> Selection:
        """Contacts with such a row, or those without."""
        return Selection(f"{'' if is_so else 'NOT '}{self._among()}", tuple(self._values))

    def come_to(self, *spans: tuple[str, Span]) -> Selection:
        """Contacts whose rows come to this; who has none of them comes to 0."""
        asked = [one for one in spans if one[1] != ANY]
        nothing_fits = all(0 in span for _, span in asked)
        if asked not in ([(_HOW_MANY, Span(1))], [(_HOW_MANY, Span(None, 0))]):
            lines = [_within(*one) for one in asked]
            fits = " AND ".join(text for text, *_ in lines)
            self._head += f"{self._group} HAVING {f'NOT ({fits})' if nothing_fits else fits}"
            self._values += [value for _, *values in lines for value in values]
        return self.there(is_so=not nothing_fits)

    def _among(self) -> str:
        # PostgreSQL keeps a list behind IN in memory or else walks it for each contact, which of a
        # million takes hours; EXISTS it joins, or looks up by index. SQLite makes an index of the
        # list, and would aggregate anew for each contact what stands within EXISTS.
        if self._few or database.dialect() == "sqlite":
            return f"c.id IN ({self._head})"
        return f"EXISTS (SELECT 1 FROM ({self._head}) AS found WHERE found.contact_id = c.id)"


def _condition(one: Condition, frame: Frame) -> Selection:
    match one:
        case Trait(name, values):
            return _trait(TRAITS[name], values, frame)
        case Figure(name, span):
            return _figure(_FIGURES[name], span, frame)
        case Created(time):
            return Selection("c.created_at BETWEEN ?::bigint AND ?::bigint", time.ends(frame.now))
        case Tagged():
            return _tagged(one, frame)
        case Consent():
            return _consent(one, frame)
        case Events(kinds, count, time):
            rows = _Rows(frame, "activity x").one_of("x.kind", kinds).during("x.at", time)
            return rows.come_to((_HOW_MANY, count))
        case Orders():
            return _orders(one, frame)
        case Messages():
            return _messages(one, frame)
        case People(contacts):
            # By their old ids too: whoever they were merged into is meant.
            old = _Rows(frame, "contact x", "merged_into").one_of("x.id", contacts, "uuid")
            places = ", ".join("?::uuid" for _ in contacts)
            return (
                Selection(f"c.id IN ({places})", contacts)
                | old.where("x.merged_into IS NOT NULL").there()
            )
        case Member():
            raise AssertionError("members are put in before a rule is compiled")
        case _:
            assert_never(one)


def _trait(column: Column, values: Sequence[str], frame: Frame) -> Selection:
    if column.table != "contact" and not frame.within:
        return _Rows(frame, f"{column.table} x").one_of(f"x.{column.name}", values).there()
    places = ", ".join("?::text" for _ in values)
    return Selection(f"coalesce(c.{column.name}, '') IN ({places})", tuple(values))


def _figure(column: Column, span: Span, frame: Frame) -> Selection:
    fits_unknown = column.missing is not None and column.missing in span
    if frame.within:
        text, *values = _within(f"c.{column.name}", span)
        return Selection(f"coalesce({text}, {str(fits_unknown).lower()})", tuple(values))
    rows, name = _Rows(frame, f"{column.table} x"), f"x.{column.name}"
    if not fits_unknown:
        return rows.span(name, span).there()
    text, *values = _within(name, span)
    return rows.where(f"NOT ({text})", *values).there(is_so=False)


def _tagged(one: Tagged, frame: Frame) -> Selection:
    chosen = EVERYBODY
    for tags in ([one.any_of] if one.any_of else []) + [(tag,) for tag in one.all_of]:
        chosen &= _Rows(frame, "contact_tag x").one_of("x.tag_id", tags, "uuid").there()
    if one.none_of:
        rows = _Rows(frame, "contact_tag x").one_of("x.tag_id", one.none_of, "uuid")
        chosen &= rows.there(is_so=False)
    return chosen


def _consent(one: Consent, frame: Frame) -> Selection:
    rows = _Rows(frame, "consent_state x")
    rows.where("x.purpose = ?::text AND x.topic = ?::text", one.purpose, one.topic)
    if "none" not in one.states:
        return rows.one_of("x.state", one.states).there()
    places = ", ".join("?::text" for _ in one.states)
    return rows.where(f"x.state NOT IN ({places})", *one.states).there(is_so=False)


def _orders(one: Orders, frame: Frame) -> Selection:
    rows = _Rows(frame, "shop_order x").during("x.placed_at", one.time)
    rows.where("x.contact_id IS NOT NULL AND x.is_test = 0 AND x.deleted_at IS NULL")
    rows.where("(x.cancelled_at IS NULL OR x.cancelled_at > ?::bigint)", frame.now)
    if one.products:
        places = ", ".join("?::text" for _ in one.products)
        rows.where(
            f"""EXISTS (SELECT 1 FROM order_line l
                         WHERE l.tenant_id = x.tenant_id AND l.order_id = x.id
                           AND (l.product IN ({places}) OR l.sku IN ({places})))""",
            *one.products,
            *one.products,
        )
    return rows.come_to((_HOW_MANY, one.count), (_WHAT_SUM, one.total))


def _messages(one: Messages, frame: Frame) -> Selection:
    table = """activity x JOIN message_score s
                 ON s.tenant_id = x.tenant_id AND s.message_id = x.reference"""
    rows = _Rows(frame, table).where("x.kind = 'message.received'").during("x.at", one.time)
    rows.span("s.level", one.level).span("s.mood", one.mood)
    rows.one_of("s.intent", one.intents).one_of("s.language", one.languages)
    if one.topics:
        about = " OR ".join("' ' || s.topics || ' ' LIKE ?::text" for _ in one.topics)
        rows.where(f"({about})", *(f"% {topic} %" for topic in one.topics))
    return rows.come_to((_HOW_MANY, one.count))


def _within(column: str, span: Span) -> tuple[Any, ...]:
    """A condition on a number, and its values."""
    lines = [
        (f"{column} {sign} ?::bigint", end)
        for sign, end in ((">=", span.least), ("<=", span.most))
        if end is not None
    ]
    return " AND ".join(line for line, _ in lines), *(end for _, end in lines)
