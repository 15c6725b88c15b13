"""Everything a person can do, by name: what the control API and the page call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from channels.simulator import calling, choices, moving, statuses, writing
from channels.simulator.records import Message, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import DAY, MINUTE
from kernel.errors import Conflict, Invalid, NotFound

_Act = Callable[[World, Number, Person, Json], Message | None]
_EDIT_WITHIN = 15 * MINUTE
_REVOKE_WITHIN = 2 * DAY


def act(world: World, person_id: str, given: Json) -> Json:
    """Let a person do what `act` names, with the business number `number`; what came of it.

    NotFound for an unknown person or number, Invalid for an unknown act, Conflict when the act is
    not possible now.
    """
    person = world.town.people.get(person_id)
    if person is None:
        raise NotFound("There is no such person.", field=("person",))
    number = world.town.numbers.get(str(given.get("number", "")))
    if number is None:
        if len(world.town.numbers) != 1 or "number" in given:
            raise NotFound("There is no such number.", field=("number",))
        number = next(iter(world.town.numbers.values()))
    name = given.get("act")
    do = _ACTS.get(name) if isinstance(name, str) else None
    if do is None:
        known = ", ".join(sorted(_ACTS))
        raise Invalid(f"'act' is one of {known}.", field=("act",))
    message = do(world, number, person, given)
    return {"wamid": message.wamid, "type": message.type} if message else {"done": True}


def _text(world: World, number: Number, person: Person, given: Json) -> Message:
    return writing.write(
        world,
        number,
        person,
        "text",
        {"body": _string(given, "text")},
        context=_context(world, number, given),
        referral=_object(given, "referral"),
    )


def _file(world: World, number: Number, person: Person, given: Json) -> Message:
    kind = str(given["act"])
    content = writing.received_file(world, number, kind, given)
    return writing.write(
        world, number, person, kind, content, context=_context(world, number, given)
    )


def _location(world: World, number: Number, person: Person, given: Json) -> Message:
    place: Json = {
        "latitude": given.get("latitude", 41.3874),
        "longitude": given.get("longitude", 2.1686),
    }
    place |= {key: given[key] for key in ("name", "address", "url") if given.get(key)}
    return writing.write(world, number, person, "location", place)


def _contacts(world: World, number: Number, person: Person, given: Json) -> Message:
    cards = given.get("contacts") or [choices.card_of(person)]
    return writing.write(world, number, person, "contacts", {"contacts": cards})


def _reaction(world: World, number: Number, person: Person, given: Json) -> Message:
    content: Json = {"message_id": _target(world, given).wamid}
    if given.get("emoji"):
        content["emoji"] = _string(given, "emoji")
    return writing.write(world, number, person, "reaction", content)


def _tap(world: World, number: Number, person: Person, given: Json) -> Message:
    message = _target(world, given)
    choice = choices.choice_named(message, given.get("choice", 0))
    return choices.tap(world, number, person, message, choice, given)


def _order(world: World, number: Number, person: Person, given: Json) -> Message:
    content = {
        "catalog_id": str(given.get("catalog_id", "1")),
        "text": str(given.get("text", "")),
        "product_items": given.get("product_items") or [],
    }
    return writing.write(world, number, person, "order", content)


def _unsupported(world: World, number: Number, person: Person, given: Json) -> Message:
    details = "Message type is currently not supported."
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    content = {
        "errors": [{**error, "error_data": {"details": details}}],
        "type": str(given.get("type", "poll_creation")),
    }
    return writing.write(world, number, person, "unsupported", content)


def _edit(world: World, number: Number, person: Person, given: Json) -> Message | None:
    """Told to coexistence numbers alone, within 15 minutes (contract 4.3)."""
    message = _own(world, person, given, _EDIT_WITHIN)
    words = "body" if message.type == "text" else "caption"
    message.content = {**message.content, words: _string(given, "text")}
    message.is_edited = True
    content = {
        "original_message_id": message.wamid,
        "message": {"type": message.type, message.type: message.content},
    }
    return _afterwards(world, number, person, "edit", content)


def _revoke(world: World, number: Number, person: Person, given: Json) -> Message | None:
    """Told to coexistence numbers alone, within 2 days (contract 4.3)."""
    message = _own(world, person, given, _REVOKE_WITHIN)
    message.is_deleted = True
    content: Json = {"original_message_id": message.wamid}
    return _afterwards(world, number, person, "revoke", content)


def _afterwards(
    world: World, number: Number, person: Person, kind: str, content: Json
) -> Message | None:
    if number.coexistence:
        return writing.write(world, number, person, kind, content)
    world.live.tell("chat", number=number.id, person=person.id)
    return None


def _read(world: World, number: Number, person: Person, _given: Json) -> None:
    """The person looks at the chat: everything that came is read (not told without receipts)."""
    if not person.online:
        raise Conflict("This person is offline.", code="OFFLINE")
    for message in world.town.chat(number.id, person.id).messages:
        arrived = message.outgoing and message.error is None and "sent" in message.statuses
        if arrived and message.type != "reaction" and person.behaviour.receipts:
            statuses.tell(world, message, "read", world.clock.now())


def _play(world: World, number: Number, person: Person, given: Json) -> None:
    message = _target(world, given)
    if message.type != "audio" or not message.content.get("voice"):
        raise Conflict("Only voice messages are played.", code="NOT_A_VOICE_MESSAGE")
    statuses.tell(world, message, "played", world.clock.now())


def _target(world: World, given: Json) -> Message:
    message = world.town.messages.get(str(given.get("message", "")))
    if message is None:
        raise NotFound("There is no such message.", field=("message",))
    return message


def _own(world: World, person: Person, given: Json, within: int) -> Message:
    message = _target(world, given)
    if message.outgoing or message.person_id != person.id:
        raise Conflict("That is somebody else's message.", code="NOT_THEIRS")
    if message.is_deleted or world.clock.now() - message.at > within:
        raise Conflict("It is too late for that.", code="TOO_LATE")
    return message


def _context(world: World, number: Number, given: Json) -> Json | None:
    if given.get("forwarded"):
        return {"forwarded": True}
    if given.get("frequently_forwarded"):
        return {"frequently_forwarded": True}
    return writing.quoting(world, number, given.get("reply_to"))


def _string(given: Json, name: str) -> str:
    value: Any = given.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid(f"'{name}' has to be a text.", field=(name,))
    return value


def _object(given: Json, name: str) -> Json | None:
    value: Any = given.get(name)
    if value is not None and not isinstance(value, dict):
        raise Invalid(f"'{name}' has to be an object.", field=(name,))
    return value


_ACTS: dict[str, _Act] = {
    "text": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "document": _file,
    "sticker": _file,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "tap": _tap,
    "order": _order,
    "unsupported": _unsupported,
    "edit": _edit,
    "revoke": _revoke,
    "read": _read,
    "play": _play,
    "stop": moving.stop,
    "resume": moving.resume,
    "block": moving.block,
    "unblock": moving.unblock,
    "change_number": moving.change_number,
    "change_user_id": moving.change_user_id,
    "hide": moving.hide,
    "show": moving.show,
    "go_offline": moving.go_offline,
    "go_online": moving.go_online,
    "call": calling.call,
    "echo": calling.echo,
}
