"""What a rule leads to: other segments, tags, people; checked, and put in where needed (F36)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import contacts
from kernel import ids
from kernel.errors import Invalid
from kernel.ids import Id
from segments.columns import KEYED
from segments.reading import DEEPEST, MOST
from segments.rules import Group, Member, Path, People, Rule, Tagged, places

_ROOT: Path = ("rule",)


async def settle(given: Any, path: Path = _ROOT) -> Any:
    """The rule as it is kept: what somebody's phone or e-mail equals are contacts by their ids.

    No rule holds personal data, and it stays true when keys are turned. Invalid (NOT_FOUND) where
    nobody has it.
    """
    if not isinstance(given, Mapping) or len(path) > 2 * DEEPEST + 1:
        return given  # its reader says what is wrong
    kept = {}
    for name, inside in given.items():
        if isinstance(inside, list):
            some = [await settle(one, (*path, name, str(at))) for at, one in enumerate(inside)]
            kept[name] = some
        elif name == "attribute" and _is_equal(inside):
            kept["contacts"] = [await _who(inside["name"], inside["is"], (*path, name, "is"))]
        else:
            kept[name] = inside
    return kept


async def check_names(rule: Rule) -> None:
    """Invalid (NOT_FOUND) where a tag or a contact that the rule names is not there."""
    tags, people = dict[Id, Path](), dict[Id, Path]()
    for path, one in places(rule):
        if isinstance(one, Tagged):
            tags |= dict.fromkeys((*one.all_of, *one.any_of, *one.none_of), path)
        elif isinstance(one, People):
            people |= dict.fromkeys(one.contacts, path)
    _must_be_there("tag", tags, await contacts.tags_by_ids(tags))
    _must_be_there("contact", people, await contacts.contacts_by_ids(people))


def _must_be_there(what: str, named: Mapping[Id, Path], there: Container[Id]) -> None:
    for one, path in named.items():
        if one not in there:
            raise Invalid(f"There is no such {what}.", code="NOT_FOUND", field=path)


def whole(rule: Rule, rules: Mapping[Id, Rule], own: Id | None = None) -> Rule:
    """The rule with those of other segments put in; Invalid for what is missing, for a rule that
    leads back to itself (CYCLE), and for too many conditions together.
    """
    put_in = _put_in(rule, rules, _ROOT, (own,) if own else ())
    if sum(1 for _ in places(put_in)) > MOST:
        message = f"With the segments that it leads to, it has more than {MOST} conditions."
        raise Invalid(message, code="TOO_MANY", field=_ROOT)
    return put_in


def check_chain(own: Id, rules: Mapping[Id, Rule], tagging: Mapping[Id, Id]) -> None:
    """Invalid (CYCLE) where a rule leads back to its own segment, also over tags that rules put on:
    `tagging` tells the segment that puts a tag on.
    """
    reached, ahead = set[Id](), {own}
    while ahead:
        ahead = (
            set().union(*(_next(rules[one], tagging) for one in ahead if one in rules)) - reached
        )
        reached |= ahead
    if own in reached:
        message = "The rule leads back to its own segment, by a tag that a rule puts on."
        raise Invalid(message, code="CYCLE", field=_ROOT)


def _next(rule: Rule, tagging: Mapping[Id, Id]) -> set[Id]:
    named = (one for _, one in places(rule) if isinstance(one, Tagged))
    tags = {tag for one in named for tag in (*one.all_of, *one.any_of, *one.none_of)}
    return leads_to(rule) | {tagging[tag] for tag in tags if tag in tagging}


def leads_to(rule: Rule) -> set[Id]:
    """The segments that a rule names."""
    return {one.segment for _, one in places(rule) if isinstance(one, Member)}


def _put_in(rule: Rule, rules: Mapping[Id, Rule], path: Path, trail: tuple[Id, ...]) -> Rule:
    if isinstance(rule, Group):
        some = enumerate(rule.rules)
        return Group(
            rule.word,
            tuple(_put_in(one, rules, (*path, rule.word, str(at)), trail) for at, one in some),
        )
    if not isinstance(rule, Member):
        return rule
    here = (*path, "segment")
    if rule.segment in trail:
        raise Invalid("The rule leads back to its own segment.", code="CYCLE", field=here)
    if rule.segment not in rules:
        raise Invalid("There is no such segment.", code="NOT_FOUND", field=here)
    return _put_in(rules[rule.segment], rules, here, (*trail, rule.segment))


def _is_equal(inside: object) -> bool:
    return (
        isinstance(inside, Mapping)
        and inside.get("name") in KEYED
        and isinstance(inside.get("is"), str)
        and not any(value for name, value in inside.items() if name not in ("name", "is"))
    )


async def _who(name: str, value: str, path: Path) -> str:
    if name == "phone":
        digits = contacts.read_phone(value) if value.startswith("+") else None
        if digits is None:
            message = "A number with its country code is wanted, as in +447700900123."
            raise Invalid(message, code="BAD_FORM", field=path)
        shown = contacts.Sighting(at=0, phone=digits)
    else:
        shown = contacts.Sighting(at=0, email=value)
    [known] = await contacts.find([shown])
    if known is None:
        raise Invalid(f"No contact has this {name}.", code="NOT_FOUND", field=path)
    return ids.show("contact", known.contact_id)
