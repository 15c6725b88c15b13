"""Settling a town from one JSON document, or adding to it (POST /control/town)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from channels.simulator import shapes
from channels.simulator.behaviour import check_patterns
from channels.simulator.records import App, Business, Number, Person, Subscription, Token, Waba
from channels.simulator.shapes import Json
from channels.simulator.store import Template
from channels.simulator.world import World
from kernel.errors import Invalid

T = TypeVar("T")
_PARTS = ("apps", "businesses", "wabas", "numbers", "tokens", "templates", "people", "chats")
_CHAT = {"last_user_at", "stopped", "blocked"}


def settle(world: World, document: Any) -> Json:
    """Add what the document names, or change what is there already; how many of each.

    Keys: reset (true empties the town first), settings, apps, businesses, wabas, numbers, tokens,
    templates, people, chats. Invalid names the first thing that is wrong.
    """
    if not isinstance(document, dict):
        raise Invalid("The document has to be an object.")
    if unknown := document.keys() - {"reset", "settings", *_PARTS}:
        raise Invalid(f"There is no '{sorted(unknown)[0]}' in a town.")
    if document.get("reset"):
        world.reset()
    shapes.read_into(world.settings, document.get("settings") or {}, ("settings",))
    done: Json = {}
    for part in _PARTS:
        entries = document.get(part, [])
        if not isinstance(entries, list):
            raise Invalid(f"'{part}' has to be a list.", field=(part,))
        for at, entry in enumerate(entries):
            if not isinstance(entry, dict):
                raise Invalid("That has to be an object.", field=(part, str(at)))
            _SETTLERS[part](world, dict(entry), (part, str(at)))
        done[part] = len(entries)
    world.live.tell("town")
    return done


def settle_person(world: World, given: Json, path: tuple[str, ...] = ("people",)) -> Person:
    """A person who moves in, or who changes."""
    _phone_or_id(world, given, path)
    check_patterns(given.get("behaviour"))
    person = _upsert(world.town.people, Person, given, path)
    world.town.settle(person)
    return person


def _app(world: World, given: Json, path: tuple[str, ...]) -> None:
    _upsert(world.town.apps, App, given, path)


def _business(world: World, given: Json, path: tuple[str, ...]) -> None:
    _upsert(world.town.businesses, Business, given, path)


def _waba(world: World, given: Json, path: tuple[str, ...]) -> None:
    """`apps` are the ids of those that listen; without it all apps do."""
    apps = given.pop("apps", None)
    is_new = given.get("id") not in world.town.wabas
    waba = _upsert(world.town.wabas, Waba, given, path)
    waba.business_id = waba.business_id or f"business-{waba.id}"
    world.town.businesses.setdefault(waba.business_id, Business(waba.business_id))
    if apps is None and not is_new:
        return
    chosen = list(world.town.apps) if apps is None else apps
    if unknown := [one for one in chosen if one not in world.town.apps]:
        raise Invalid(f"There is no app '{unknown[0]}'.", field=(*path, "apps"))
    waba.subscriptions = {app_id: Subscription(app_id) for app_id in chosen}


def _number(world: World, given: Json, path: tuple[str, ...]) -> None:
    """`token` is an access token that opens the number's account."""
    text = given.pop("token", None)
    waba_id = given.get("waba_id") or getattr(
        world.town.numbers.get(given.get("id", "")), "waba_id", None
    )
    if waba_id not in world.town.wabas:
        raise Invalid("There is no such account.", field=(*path, "waba_id"))
    number = _upsert(world.town.numbers, Number, given, path)
    if text is None:
        return
    waba = world.town.wabas[number.waba_id]
    app_id = next(iter(waba.subscriptions), next(iter(world.town.apps), ""))
    token = world.town.tokens.setdefault(str(text), Token(str(text), app_id, []))
    if token.wabas is not None and number.waba_id not in token.wabas:
        token.wabas.append(number.waba_id)


def _token(world: World, given: Json, path: tuple[str, ...]) -> None:
    token = _upsert(world.town.tokens, Token, given, path, key="token")
    token.app_id = token.app_id or next(iter(world.town.apps), "")


def _template(world: World, given: Json, path: tuple[str, ...]) -> None:
    template = shapes.make(Template, given, path)
    if template.waba_id not in world.town.wabas:
        raise Invalid("There is no such account.", field=(*path, "waba_id"))
    world.templates.add(template)


def _chat(world: World, given: Json, path: tuple[str, ...]) -> None:
    """What lies between a `number` and a `person` already: a window (`last_user_at` in
    microseconds), a stop, a block."""
    number = world.town.numbers.get(str(given.pop("number", "")))
    person = world.town.people.get(str(given.pop("person", "")))
    if number is None or person is None:
        missing = "person" if number else "number"
        raise Invalid(f"There is no such {missing}.", field=(*path, missing))
    if unknown := given.keys() - _CHAT:
        name = sorted(unknown)[0]
        raise Invalid(f"There is no '{name}' here.", field=(*path, name))
    chat = shapes.read_into(world.town.chat(number.id, person.id), given, path)
    if not person.hidden:
        chat.phone_shown_at = max(chat.phone_shown_at, chat.last_user_at)


def _phone_or_id(world: World, given: Json, path: tuple[str, ...]) -> None:
    is_known = given.get("id") in world.town.people
    if not is_known and not given.get("phone") and not given.get("user_id"):
        raise Invalid("A person has a phone, a user_id or both.", field=(*path, "phone"))


def _upsert(
    store: dict[str, T], kind: type[T], given: Json, path: tuple[str, ...], key: str = "id"
) -> T:
    name = given.get(key)
    if isinstance(name, str) and name in store:
        return shapes.read_into(store[name], given, path)
    made = shapes.make(kind, given, path)
    store[getattr(made, key)] = made
    return made


_SETTLERS: dict[str, Callable[[World, Json, tuple[str, ...]], Any]] = {
    "apps": _app,
    "businesses": _business,
    "wabas": _waba,
    "numbers": _number,
    "tokens": _token,
    "templates": _template,
    "people": settle_person,
    "chats": _chat,
}
