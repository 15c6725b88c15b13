"""What people answer by themselves, by their behaviour."""

from __future__ import annotations

from channels.simulator import choices, writing
from channels.simulator.behaviour import Reply
from channels.simulator.records import Message, Person
from channels.simulator.world import World


def react(world: World, message: Message, person: Person) -> None:
    """Let the person answer a message of the business, if they have an answer that fits."""
    text = choices.text_of(message)
    reply = next((one for one in person.behaviour.replies if one.fits(text)), None)
    if reply is None:
        return
    if reply.times > 0:
        reply.times -= 1
    own = person.behaviour.delivered_after
    arrives = world.settings.statuses.delivered_after if own is None else own
    world.clock.after(arrives + reply.after, lambda: _answer(world, message, person, reply))


def _answer(world: World, message: Message, person: Person, reply: Reply) -> None:
    number = world.town.numbers.get(message.number_id)
    if number is None or world.town.chat(number.id, person.id).blocked:
        return
    offered = choices.choices_of(message)
    if reply.tap is not None and reply.tap < len(offered):
        choices.tap(world, number, person, message, offered[reply.tap])
    else:
        writing.write(world, number, person, "text", {"body": reply.text or "👍"})
