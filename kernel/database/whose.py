"""Whose rows a statement means, read from its text.

A tenants' table is bound when its tenant column stands in a condition that must hold, alone between
ANDs: `c.tenant_id = $1`, or `t.tenant_id = c.tenant_id` where `c` is bound already. What stands
beside an OR binds nothing; in the ON of a LEFT JOIN only the joined table is bound; an INSERT is
bound by what it puts into the column. What cannot be read is refused: a new way of writing SQL
fails loudly, never open (decision 0008).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Tables = Mapping[str, str]  # a tenants' table, or its alias, with the column that names the tenant
Words = list[Any]  # words, and lists of them for what stands in brackets


class Unbound(Exception):
    """A tenants' table stands in the statement and nothing says whose rows are meant."""


@dataclass
class _Found:
    """What was read so far: the places that hold the tenant, and how many tables were named."""

    places: set[int] = field(default_factory=set)
    named: int = 0


@dataclass
class _Core:
    """One SELECT, UPDATE, DELETE or INSERT: its tenants' tables by alias, and what must hold.

    `names` are the aliases of all it reads from. A condition that binds one alias alone (the ON of
    a LEFT JOIN) stands with that alias.
    """

    names: set[str] = field(default_factory=set)
    tables: dict[str, str] = field(default_factory=dict)
    conditions: list[tuple[Words, str | None]] = field(default_factory=list)


_WORD = re.compile(
    r"""--[^\n]*|/\*.*?\*/|::\s*\w+(?:\[\])?|\s+  # comments, casts, space: nothing to read
      |('(?:[^']|'')*'|"[^"]+"|\$\d+|\?\d*|\w+|[<>!]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_VERBS = {"select", "with", "insert", "update", "delete", "values"}
_SETS = {"union", "intersect", "except"}
_CLAUSES = _SETS | {
    *("select", "from", "using", "where", "group", "having", "order", "limit", "offset", "fetch"),
    *("window", "returning", "set", "values", "for"),
}
_JOINS = {"join", "inner", "left", "cross", "natural", "right", "full"}
_NAMED_AFTER = {"from", "join", "into", "update", "using", "only", "table"}


def places(text: str, tables: Tables) -> frozenset[int]:
    """The places (0 is $1) that must hold the current tenant; Unbound where that is not enough."""
    flat = list(_words(text))
    if tables.keys().isdisjoint(flat):
        return frozenset()
    found = _Found()
    _read_query(_nested(iter(flat)), tables, {}, found)
    if found.named != _count_named(flat, tables):
        raise Unbound("a table stands where it was not understood")
    return frozenset(found.places)


def _words(text: str) -> Iterator[str]:
    """Words in lower case, places as `$1`; SQLite numbers a bare ? after the highest so far."""
    highest = 0
    for word in _WORD.findall(text):
        if not word:
            continue
        if word[0] == "?" or (word[0] == "$" and len(word) > 1):
            number = int(word[1:] or highest + 1)
            highest = max(highest, number)
            yield f"${number}"
        elif word[0] == '"':
            yield word if word[1:-1] in _CLAUSES | _VERBS | _JOINS else word[1:-1]
        else:
            yield word if word[0] == "'" else word.lower()


def _nested(flat: Iterator[str]) -> Words:
    """The words up to the closing bracket, what stands in brackets as lists."""
    inside: Words = []
    for word in flat:
        if word == ")":
            break
        inside.append(_nested(flat) if word == "(" else word)
    return inside


def _count_named(flat: list[str], tables: Tables) -> int:
    """How often a tenants' table stands where tables are named, with its schema or without."""
    return sum(
        word in tables
        and (
            flat[index - 1] in _NAMED_AFTER
            or (flat[index - 1] == "." and flat[max(index - 3, 0)] in _NAMED_AFTER)
        )
        for index, word in enumerate(flat)
    )


def _read_query(words: Words, tables: Tables, scope: Tables, found: _Found) -> None:
    """A whole query; `scope` holds the bound tables around it."""
    if words[0] == "with":
        start = next((at for at, one in enumerate(words) if at and _is_verb(one)), len(words))
        _read_brackets(words[:start], tables, scope, found)
        words = words[start:]
    for core in [words] if words[:1] == ["insert"] else _split(words, _SETS):
        _read_core(core, tables, scope, found)


def _read_brackets(words: Words, tables: Tables, scope: Tables, found: _Found) -> None:
    """The queries in brackets, however deep."""
    for word in words:
        if isinstance(word, list):
            inner = _read_query if word and _is_verb(word[0]) else _read_brackets
            inner(word, tables, scope, found)


def _read_core(words: Words, tables: Tables, scope: Tables, found: _Found) -> None:
    core, clauses = _Core(), list(_clauses(words))
    for name, body in clauses:
        if name in ("update", "from", "using"):
            _read_tables(body, core, tables, found)
        elif name == "where":
            core.conditions.append((body, None))
    around = {alias: column for alias, column in scope.items() if alias not in core.names}
    bound = _bind(core, around, found)
    if unbound := core.tables.keys() - bound.keys():
        raise Unbound(f"whose rows: {', '.join(sorted(unbound))}")
    around |= bound
    if words[:1] == ["insert"]:
        around |= _read_insert(clauses, core, tables, found)
    if words[:1] == ["update"] and _assigns(clauses, next(iter(core.tables.values()), "")):
        raise Unbound("a row never changes its tenant")
    _read_brackets(words, tables, around, found)


def _clauses(words: Words) -> Iterator[tuple[str, Words]]:
    """The parts of a core, each with the word that begins it."""
    name, body = "", Words()
    for at, word in enumerate(words):
        if _begins(words, at, name):
            yield name, body
            name, body = word, []
        else:
            body.append(word)
    yield name, body


def _begins(words: Words, at: int, name: str) -> bool:
    """Whether a clause begins here, in the clause of this name."""
    word, after = words[at], words[at + 1 : at + 2]
    if at == 0:
        return _is_verb(word)
    if word == "on":
        return after == ["conflict"]
    if isinstance(word, list) or word not in _CLAUSES or name == "for":
        return False
    if name == "on":
        return bool(word == "returning")  # the UPDATE … WHERE of a conflict limits nothing
    if word == "from":
        return bool(words[at - 1] != "distinct")  # IS DISTINCT FROM
    return word != "using" or not isinstance(after[0], list)  # JOIN … USING (…)


def _read_tables(body: Words, core: _Core, tables: Tables, found: _Found) -> None:
    """What stands behind FROM, UPDATE or USING: tables, queries in brackets, and their ON."""
    item, is_left, by_comma = Words(), False, False
    for word in [*body, ","]:
        if isinstance(word, list) or (word != "," and word not in _JOINS):
            item.append(word)
            continue
        if word in ("natural", "right", "full"):
            raise Unbound("a join of a kind that binds nothing")
        if item[-1:] not in ([], ["outer"]):
            _read_table(item, core, tables, found, is_left=is_left, by_comma=by_comma)
            is_left = by_comma = False
            item = []
        is_left, by_comma = is_left or word == "left", by_comma or word == ","


def _read_table(
    item: Words, core: _Core, tables: Tables, found: _Found, *, is_left: bool, by_comma: bool
) -> None:
    item = [word for word in item if word not in ("lateral", "only", "as", "outer")]
    table, *rest = item[: item.index("on")] if "on" in item else item
    alias = next((word for word in rest if isinstance(word, str)), str(table))
    core.names.add(alias)
    if isinstance(table, str) and table in tables:
        if alias in core.tables:
            raise Unbound("two tables of one name")
        core.tables[alias] = tables[table]
        found.named += not by_comma
    elif isinstance(table, list) and not _is_verb(table[0]):
        raise Unbound("tables in brackets")
    if "on" in item:
        condition = item[item.index("on") + 1 :]
        core.conditions.append((condition, alias if is_left else None))


def _bind(core: _Core, scope: Tables, found: _Found) -> dict[str, str]:
    """The tables of a core that are bound, with the places that bind them."""
    bound: dict[str, str] = {}
    pairs = [
        (*pair, only)
        for condition, only in core.conditions
        for left, right in _equalities(condition)
        for pair in ((left, right), (right, left))
    ]
    for _ in range(len(core.tables)):
        for one, other, only in pairs:
            alias = _table_of(one, core.tables)
            if alias is None or (only is not None and alias != only):
                continue
            # A bare name on this side would be the same column again.
            if _is_place(other) or (len(other) > 1 and _table_of(other, {**scope, **bound})):
                bound[alias] = core.tables[alias]
                found.places |= _place(other)
    return bound


def _equalities(condition: Words) -> Iterator[tuple[Words, Words]]:
    """The two sides of each `a = b` that must hold for the condition to hold."""
    if {"or", "case"}.isdisjoint(word for word in condition if isinstance(word, str)):
        for part in _split(condition, {"and"}):
            if len(part) == 1 and isinstance(part[0], list):
                yield from _equalities(part[0])
            elif part.count("=") == 1:
                at = part.index("=")
                yield part[:at], part[at + 1 :]


def _table_of(side: Words, tables: Tables) -> str | None:
    """The alias whose tenant column stands there, alone; without alias where only one can mean it.

    `+tenant_id` is the column too: the plus only keeps SQLite from its index.
    """
    column = side[1:] if side[:1] == ["+"] else side
    if len(column) == 3 and column[1] == "." and isinstance(column[0], str):
        return column[0] if tables.get(column[0]) == column[2] else None
    if len(column) == 1 and list(tables.values()) == column:
        return next(iter(tables))
    return None


def _read_insert(
    clauses: list[tuple[str, Words]], core: _Core, tables: Tables, found: _Found
) -> Tables:
    """What an INSERT puts into the tenant's column; the table with its column."""
    head = dict(clauses)["insert"]
    target, *rest = head[head.index("into") + 1 :]
    if target not in tables:
        return {}
    found.named += 1
    names = next((word for word in rest if isinstance(word, list)), [])
    if [tables[target]] not in (listed := list(_split(names, {","}))):
        raise Unbound(f"whose rows: {target}")
    at = listed.index([tables[target]])
    for name, body in clauses:
        if name in _SETS or (name == "on" and _assigns(clauses, tables[target])):
            raise Unbound(f"whose rows: {target}")
        for row in [body] if name == "select" else body if name == "values" else []:
            if not isinstance(row, list):
                continue
            cells = [[one for one in cell if one != "distinct"] for cell in _split(row, {","})]
            value = cells[at][:-2] if cells[at][-2:-1] == ["as"] else cells[at]
            if not _is_place(value) and not _table_of(value, core.tables):
                raise Unbound(f"whose rows: {target}")
            found.places |= _place(value)
    return {target: tables[target]}


def _assigns(clauses: Iterable[tuple[str, Words]], column: str) -> bool:
    """Whether a SET, also that of ON CONFLICT, names the column on its left."""
    for name, body in clauses:
        if name in ("set", "on"):
            for before, word, after in zip(["set", *body], body, [*body[1:], ""], strict=False):
                is_named = word == column or (isinstance(word, list) and column in word)
                if is_named and after == "=" and before in ("set", ","):
                    return True
    return False


def _is_verb(word: object) -> bool:
    return isinstance(word, str) and word in _VERBS


def _is_place(side: Words) -> bool:
    return len(side) == 1 and isinstance(side[0], str) and side[0][:1] == "$"


def _place(side: Words) -> set[int]:
    return {int(side[0][1:]) - 1} if _is_place(side) else set()


def _split(words: Words, at: set[str]) -> Iterator[Words]:
    part: Words = []
    for word in words:
        if isinstance(word, str) and word in at:
            yield part
            part = []
        else:
            part.append(word)
    yield part
