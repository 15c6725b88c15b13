"""A person moves: another number or id, hidden, blocked, stopped, offline (contract 4.2, 4.4)."""

from __future__ import annotations

from channels.simulator import conduct, identity, statuses, writing
from channels.simulator.envelope import Update
from channels.simulator.phones import digits
from channels.simulator.records import Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import SECOND
from kernel.errors import Conflict, Invalid


def stop(world: World, number: Number, person: Person, _given: Json) -> None:
    """No marketing from this business any more (contract 5.3)."""
    _prefer(world, number, person, "stop", "User requested to stop marketing messages")


def resume(world: World, number: Number, person: Person, _given: Json) -> None:
    """Marketing is welcome again."""
    _prefer(world, number, person, "resume", "User requested to resume marketing messages")


def block(world: World, number: Number, person: Person, _given: Json) -> None:
    """Block the business; it is not told, later sends fail with 130403."""
    _set_blocked(world, number, person, True)


def unblock(world: World, number: Number, person: Person, _given: Json) -> None:
    """Let the business write again."""
    _set_blocked(world, number, person, False)


def change_number(world: World, _number: Number, person: Person, given: Json) -> None:
    """Move to `phone`, and so to a new user id; every business they wrote with is told."""
    phone = digits(str(given.get("phone", "")))
    if not 7 <= len(phone) <= 15:
        raise Invalid("'phone' has to be a number with country code.", field=("phone",))
    owner = world.town.by_phone(phone)
    if owner is not None:
        raise Conflict("Somebody has this number.", code="TAKEN")
    before = _names(world, person)
    person.phone, person.country = phone, ""
    _take_new_id(person, given)
    world.town.settle(person)
    for number, old_phone, old_id in before:
        new_id = identity.user_id(world, number, person)
        _close(world, number, person)
        if person.hidden or old_phone is None:
            _tell_new_id(world, number, old_id, new_id)
            continue
        text = f"User {person.name} changed from {old_phone} to {phone}"
        told: Json = {"body": text, "wa_id": phone, "type": "user_changed_number"}
        if new_id:
            told |= {"user_id": new_id, "previous_user_id": old_id}
        writing.system(world, number, {"from": old_phone, "system": told})


def change_user_id(world: World, _number: Number, person: Person, given: Json) -> None:
    """Get another user id (`user_id`, else a made one) without moving."""
    before = _names(world, person)
    _take_new_id(person, given)
    world.town.settle(person)
    for number, _phone, old_id in before:
        _tell_new_id(world, number, old_id, identity.user_id(world, number, person))


def hide(world: World, _number: Number, person: Person, given: Json) -> None:
    """Take a username and keep the phone from businesses that have not dealt with it lately."""
    person.username = str(given.get("username") or person.username or f"user.{person.id}")
    person.hidden = True
    world.live.tell("town")


def show(world: World, _number: Number, person: Person, _given: Json) -> None:
    """Let businesses see the phone again."""
    person.hidden = False
    world.live.tell("town")


def go_offline(world: World, _number: Number, person: Person, _given: Json) -> None:
    """Out of reach: messages wait until they come back or expire."""
    person.online = False
    world.live.tell("town")


def go_online(world: World, _number: Number, person: Person, _given: Json) -> None:
    """In reach again: what waited and has not expired arrives now."""
    person.online = True
    for chat in world.town.chats_of(person.id):
        for message in chat.messages:
            if message.waits:
                statuses.plan_arrival(world, message, person)
                conduct.react(world, message, person)
    world.live.tell("town")


def _prefer(world: World, number: Number, person: Person, value: str, detail: str) -> None:
    chat = world.town.chat(number.id, person.id)
    chat.stopped = value == "stop"
    item: Json = {}
    if seen := identity.phone(world, chat, person):
        item["wa_id"] = seen
    if made := identity.user_id(world, number, person):
        item["user_id"] = made
    item |= {
        "detail": detail,
        "category": "marketing_messages",
        "value": value,
        "timestamp": world.clock.now() // SECOND,
    }
    world.outbox.put(
        Update(
            waba_id=number.waba_id,
            field="user_preferences",
            metadata=identity.metadata(number),
            key="user_preferences",
            item=item,
            contact=identity.contact(world, number, person),
        )
    )
    world.live.tell("chat", number=number.id, person=person.id)


def _set_blocked(world: World, number: Number, person: Person, blocked: bool) -> None:
    world.town.chat(number.id, person.id).blocked = blocked
    world.live.tell("chat", number=number.id, person=person.id)


def _names(world: World, person: Person) -> list[tuple[Number, str | None, str | None]]:
    """Each number they have a chat with, and the names under which it knows them now."""
    found = []
    for chat in world.town.chats_of(person.id):
        number = world.town.numbers[chat.number_id]
        seen = identity.phone(world, chat, person)
        found.append((number, seen, identity.user_id(world, number, person)))
    return found


def _take_new_id(person: Person, given: Json) -> None:
    person.moves += 1
    if given.get("user_id"):
        person.user_id = str(given["user_id"])
    else:
        person.user_id = None


def _close(world: World, number: Number, person: Person) -> None:
    """The new number has not written yet: no window is open to it (contract 4.4)."""
    chat = world.town.chat(number.id, person.id)
    chat.last_user_at = 0
    chat.phone_shown_at = 0


def _tell_new_id(world: World, number: Number, old: str | None, new: str | None) -> None:
    if old is None or new is None:
        return
    told = {
        "body": f"User changed from {old} to {new}",
        "user_id": new,
        "previous_user_id": old,
        "type": "user_changed_user_id",
    }
    writing.system(world, number, {"from_user_id": old, "system": told})
