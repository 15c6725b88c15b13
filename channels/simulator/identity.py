"""Under which names a business sees a person: phone, user id, username (contract 4.2)."""

from __future__ import annotations

from channels.simulator.records import Chat, Number, Person
from channels.simulator.shapes import Json
from channels.simulator.world import World
from kernel.clock import DAY


def metadata(number: Number) -> Json:
    """The head of every value of a number (contract 4.1)."""
    return {"display_phone_number": number.digits, "phone_number_id": number.id}


def user_id(world: World, number: Number, person: Person) -> str | None:
    """The id that the number's portfolio knows; None while user ids are switched off."""
    if not world.settings.user_ids:
        return None
    return world.town.user_id(person, world.town.business_of(number).id)


def phone(world: World, chat: Chat, person: Person) -> str | None:
    """The phone, unless it is hidden and this number has not dealt with it for 30 days."""
    if not person.phone:
        return None
    since = world.clock.now() - int(world.settings.hidden_after_days * DAY)
    return person.phone if not person.hidden or chat.phone_shown_at > since else None


def contact(world: World, number: Number, person: Person, *, with_username: bool = True) -> Json:
    """The entry of `contacts`; what a business may not see is absent."""
    chat = world.town.chat(number.id, person.id)
    profile: Json = {"name": person.name}
    if with_username and person.username:
        profile["username"] = person.username
    found: Json = {"profile": profile}
    if seen := phone(world, chat, person):
        found["wa_id"] = seen
    if made := user_id(world, number, person):
        found["user_id"] = made
    return found


def sender(world: World, number: Number, person: Person) -> Json:
    """The keys that say who wrote: `from` and `from_user_id`, as far as they may be seen."""
    chat = world.town.chat(number.id, person.id)
    found: Json = {}
    if seen := phone(world, chat, person):
        found["from"] = seen
        chat.phone_shown_at = world.clock.now() if not person.hidden else chat.phone_shown_at
    if made := user_id(world, number, person):
        found["from_user_id"] = made
    return found
